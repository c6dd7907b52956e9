"""Readers of other people open a generated, encrypted fleet, decrypt every file, and refuse a wrong password."""

import json
import sys
from pathlib import Path

import readers

FILES = 40


def check_count(folder):
    from pyiosbackup import Backup

    count = sum(1 for _ in Backup.from_path(folder, "fleet").iter_files())
    assert count == FILES, f"{folder}: {count} files"


def check_wrong_password(folder):
    from iphone_backup_decrypt import EncryptedBackup

    try:
        EncryptedBackup(backup_directory=str(folder), passphrase="wrong").test_decryption()
    except ValueError:
        return
    raise AssertionError("a wrong password was taken")


def main(fleet, record):
    planted = json.loads(Path(record).read_text())["planted"]
    folders = [Path(fleet) / "backups" / device["folder"] for device in planted]
    for folder in folders:
        check_count(folder)
        check_wrong_password(folder)
    for name in readers.READERS:
        answers = [readers.ask(name, folder, "fleet") for folder in folders]
        assert all(word == "yes" for word, _ in answers), f"{name}: {answers}"
        print(name, "opened", len(folders), "backups and decrypted every file")


if __name__ == "__main__":
    main(*sys.argv[1:])
