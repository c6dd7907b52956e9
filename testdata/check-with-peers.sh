#!/bin/sh
# Opens an encrypted backup of the builders with programs of other people. Not part of the tests: it
# needs Python and a package index. Nothing is left in the tree.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install iphone_backup_decrypt pyiosbackup
cargo run --quiet -p fleetback-testdata --bin make-fleet -- --out "$work/fleet" --devices 3 --seed 77 \
    --encrypted 100 --files-per-backup 40 --all-folders --now 2026-11-20T04:00:00Z --manifest "$work/planted.json"

"$work/venv/bin/python" - "$work" <<'PYTHON'
import hashlib, json, os, sqlite3, sys

work = sys.argv[1]
planted = json.load(open(os.path.join(work, "planted.json")))["planted"]


def iphone_backup_decrypt(folder):
    from iphone_backup_decrypt import EncryptedBackup

    backup = EncryptedBackup(backup_directory=folder, passphrase="fleet")
    plain = os.path.join(work, "Manifest.db")
    backup.save_manifest_file(plain)
    rows = list(sqlite3.connect(plain).execute("select domain, relativePath from Files where flags = 1"))
    for domain, path in rows:
        if backup.extract_file_as_bytes(relative_path=path, domain_like=domain) is None:
            raise AssertionError(path)
    try:
        EncryptedBackup(backup_directory=folder, passphrase="wrong").test_decryption()
    except ValueError:
        return len(rows)
    raise AssertionError("a wrong password was taken")


def pyiosbackup(folder):
    from pyiosbackup import Backup

    backup = Backup.from_path(folder, "fleet")
    files = [entry for entry in backup.iter_files() if entry.is_file()]
    for entry in files:
        assert len(entry.read_bytes()) == entry.size, entry.filename
    return len(files)


for peer in (iphone_backup_decrypt, pyiosbackup):
    for device in planted:
        count = peer(os.path.join(work, "fleet", "backups", device["folder"]))
        assert count == 40, count
    print(peer.__name__, "opened", len(planted), "backups and decrypted every file")
PYTHON
