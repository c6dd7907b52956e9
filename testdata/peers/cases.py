"""The backups, and for each the truth: can it be restored? The truth comes from what was done to the folder."""

import json
import random
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

# What a builder did, and whether a restore would still work. `None`: nobody has tried, so it counts for nobody.
TRUTH = {
    "whole": True,
    "stale": True,
    "archived-copy": True,
    "stray-files": True,
    "attempt-failed": True,  # the older copy in the root is whole
    "attempt-failed-old-copy": True,
    "cut-short-removing": True,  # the data is whole, the clean-up did not end
    "files-extra": True,
    "clock-at-epoch": True,  # its age is not known; its content is whole
    "clock-ahead": True,
    "folder-renamed": True,
    "two-udids-one-serial": True,
    "decrypted-copy": None,  # whether iOS takes it is not known
    "info-zero-bytes": None,  # the computer's file; whole as far as the device wrote it, and hosts differ
    "whole-no-info": None,
    "first-attempt-cut-short": False,
    "in-progress": False,
    "cut-short-moving": False,
    "old-layout": False,
    "status-missing": False,
    "status-zero-bytes": False,
    "status-truncated": False,
    "status-wrong-types": False,
    "status-html": False,
    "status-root-array": False,
    "manifest-zero-bytes": False,
    "manifest-self-referring": False,
    "database-missing": False,
    "database-zero-bytes": False,
    "database-truncated": False,
    "database-random": False,
    "database-half-block": False,
    "files-missing": False,
    "files-all-missing-encrypted": False,
    "placeholder": False,
    "fake": False,
}


@dataclass
class Case:
    """One backup folder, what was done to it, and whether it can be restored."""

    kind: str
    origin: str
    folder: Path
    password: str
    truth: bool | None


def truth_of(kind):
    """A fleet `fix-*` is about iCloud; the local backup in it is whole, as in every fleet `whole-*`."""
    if kind in TRUTH:
        return TRUTH[kind]
    if kind.startswith(("whole-", "fix-")):
        return True
    raise KeyError(f"no truth is written down for {kind}: add it to TRUTH in {__file__}")


def backup_folders(fleet):
    return sorted(folder for folder in fleet.glob("backups/MobileSync/Backup/*") if folder.is_dir())


def checked_in(fleets):
    for fleet in sorted(fleets.iterdir()):
        for folder in backup_folders(fleet):
            yield Case(fleet.name, "checked in", folder, "fleetback", truth_of(fleet.name))


def generated(fleet, record, origin):
    for device in json.loads(record.read_text())["planted"]:
        kind = device["damage"] or "whole"
        yield Case(kind, origin, fleet / "backups" / device["folder"], "fleet", truth_of(kind))


# Damage to a folder that is already written. Each takes the folder and a source of chance; False: not possible here.


def payloads(folder):
    return sorted(path for path in folder.glob("??/*") if len(path.name) == 40 and path.stat().st_size > 32)


def empty_all(folder, chance):
    for path in payloads(folder):
        path.write_bytes(b"")


def hollow_all(folder, chance):
    """Right lengths and not a block on disk: what a cloud client or a copy that was stopped leaves."""
    for path in payloads(folder):
        size = path.stat().st_size
        with open(path, "wb") as file:
            file.truncate(size)


def cut_one(folder, chance):
    path = chance.choice(payloads(folder))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garble(count):
    """Other bytes of the same length in so many payloads."""

    def change(folder, chance):
        for path in chance.sample(payloads(folder), count):
            path.write_bytes(chance.randbytes(path.stat().st_size))

    return change


def lose_folders(folder, chance):
    folders = sorted({path.parent for path in payloads(folder)})
    for lost in chance.sample(folders, len(folders) // 2):
        shutil.rmtree(lost)


def halve_list(folder, chance):
    path = folder / "Manifest.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garble_list(folder, chance):
    """One sector of the list: of a plain one any, if SQLite's full check calls it bad; else the first."""
    path = folder / "Manifest.db"
    content = bytearray(path.read_bytes())
    plain = content.startswith(b"SQLite format 3")
    start = 512 * chance.randrange(1, len(content) // 512) if plain else 0
    content[start : start + 512] = chance.randbytes(512)
    path.write_bytes(content)
    return not plain or not is_sound(path)


def is_sound(path):
    list_of_files = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        return list_of_files.execute("pragma integrity_check").fetchall() == [("ok",)]
    except sqlite3.DatabaseError:
        return False
    finally:
        list_of_files.close()


def prune_list(folder, chance):
    """Only the rows of one app are left in the list."""
    path = folder / "Manifest.db"
    if not path.read_bytes().startswith(b"SQLite format 3"):
        return False
    list_of_files = sqlite3.connect(path)
    app = list_of_files.execute("select min(domain) from Files where flags = 1 and domain like 'AppDomain-%'").fetchone()
    list_of_files.execute("delete from Files where domain is not ?", app)
    list_of_files.commit()
    list_of_files.close()
    return app[0] is not None


def new_times(folder, chance):
    """A copy that does not keep times: harmless."""
    for path in folder.rglob("*"):
        path.touch()


# kind of change: what it does, and whether the backup can be restored afterwards.
CHANGES = {
    "payloads emptied": (empty_all, False),
    "payloads hollow": (hollow_all, False),
    "one payload cut to half": (cut_one, False),
    "one payload garbled": (garble(1), False),
    "half of the folders lost": (lose_folders, False),
    "list cut to half": (halve_list, False),
    "one sector of the list garbled": (garble_list, False),
    "list pruned to one app": (prune_list, False),
    "copied with new times": (new_times, True),
}


# The same done to backups that are too long for a sample to see all of.
GARBLED_OF_MANY = {f"{count} of 600 payloads garbled": (garble(count), False) for count in (1, 6, 60)}


def changed(whole, out, changes):
    """Each change, done to a copy of each whole backup."""
    for kind, (change, truth) in changes.items():
        for number, case in enumerate(whole):
            folder = out / kind.replace(" ", "-") / case.folder.name
            shutil.copytree(case.folder, folder)
            if change(folder, random.Random(f"{kind} {number}")) is not False:
                yield Case(kind, "changed afterwards", folder, case.password, truth)
            else:
                shutil.rmtree(folder)
