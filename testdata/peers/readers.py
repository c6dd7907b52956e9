"""Other people's readers, each asked one question: is every file of this backup there and readable?

A reader answers True, or raises. `scope` says which backups it knows how to read; of all others it has no opinion.
A reader may write into the folder it reads (SQLite leaves files beside a list), so it is given a copy.
"""

import contextlib
import io
import plistlib
import shutil
import tempfile
from pathlib import Path


class Missing(Exception):
    """A reader opened the backup and did not find all of it."""


def says_plain(folder):
    """Does Manifest.plist say that the backup is not encrypted? One that cannot be read does not say so."""
    try:
        return not plistlib.loads((folder / "Manifest.plist").read_bytes())["IsEncrypted"]
    except Exception:
        return False


def has_mbdb(folder):
    return (folder / "Manifest.mbdb").exists()


def pyiosbackup(folder, password):
    from pyiosbackup import Backup

    backup = Backup.from_path(folder, password)
    for entry in backup.iter_files():
        if len(entry.read_bytes()) != entry.size:
            raise Missing(f"{entry.relative_path} is not as long as promised")


def iphone_backup_decrypt(folder, password):
    from iphone_backup_decrypt import EncryptedBackup

    backup = EncryptedBackup(backup_directory=str(folder), passphrase=password)
    with backup.manifest_db_cursor() as cursor:
        rows = cursor.execute("select domain, relativePath from Files where flags = 1").fetchall()
    for domain, path in rows:
        if backup.extract_file_as_bytes(relative_path=path, domain_like=domain) is None:
            raise Missing(path)


def mvt(folder, password):
    """As its manual says: decrypt if it is encrypted, then list the files and mark those that are missing."""
    from mvt.ios.cmd_check_backup import is_ios_backup_folder
    from mvt.ios.decrypt import DecryptBackup
    from mvt.ios.modules.backup.manifest import Manifest

    if not is_ios_backup_folder(str(folder)):
        raise Missing("not a backup folder")
    target = str(folder)
    if DecryptBackup.is_encrypted(target):
        target = mvt_decrypted(DecryptBackup(target, target + "-plain", max_workers=1), password)
    module = Manifest(target_path=target)
    module.run()
    missing = [row for row in module.results if row.get("missing")]
    if missing:
        raise Missing(f"{len(missing)} files are missing")


def mvt_decrypted(decrypt, password):
    decrypt.decrypt_with_password(password)
    if not decrypt.can_process():
        raise Missing("it does not decrypt")
    decrypt.process_backup()
    return decrypt.dest_path


# name on the package index: the reader, and the backups it knows nothing of.
READERS = {
    "pyiosbackup": (pyiosbackup, lambda folder: False),
    "iphone_backup_decrypt": (iphone_backup_decrypt, lambda folder: says_plain(folder) or has_mbdb(folder)),
    "mvt": (mvt, has_mbdb),
}


def ask(name, folder, password):
    """`yes`, `no` or `-`, and the reason for a no."""
    reader, out_of_scope = READERS[name]
    if out_of_scope(folder):
        return "-", ""
    with tempfile.TemporaryDirectory() as work:
        copy = Path(work) / "backup"
        shutil.copytree(folder, copy)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                reader(copy, password)
        except (Exception, SystemExit) as error:
            return "no", f"{type(error).__name__}: {error}"
    return "yes", ""
