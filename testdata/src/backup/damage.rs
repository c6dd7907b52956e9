//! What can be wrong with a backup: each kind of damage is a state that was seen on real disks, or an attack
//! on its reader.

use std::path::PathBuf;

use anyhow::Result;
use jiff::Timestamp;
use plist::Value;

use super::alter;
use super::builder::BackupBuilder;
use super::status::{BackupState, SnapshotState, Status};
use super::write::{Written, payload_path};
use crate::disk;
use crate::plists::{Format, encode, text};
use crate::rng::Rng;
use crate::when::{at, shift};

/// One thing wrong with a backup.
#[derive(Debug, Clone, PartialEq)]
pub enum Damage {
    /// empty + uploading: the very first backup, begun at this instant, never ended. No manifests.
    FirstAttemptCutShort(Timestamp),
    /// new + uploading: an attempt begun at this instant failed, Snapshot/ is left; the older
    /// backup in the root is whole and as old as the builder says.
    AttemptFailed(Timestamp),
    /// new + moving: cut short while Snapshot/ was renamed into the root.
    CutShortMoving(Timestamp),
    /// new + removing: the data is whole, the clean-up did not end.
    CutShortRemoving(Timestamp),
    /// old + finished: a layout that no system reads any more.
    OldLayout,
    /// A plist that is not what it should be.
    Plist(PlistFile, PlistDamage),
    /// A Manifest.db (or Manifest.mbdb) that is not what it should be.
    Database(DatabaseDamage),
    /// That many payloads are gone, spread over the backup.
    FilesMissing(usize),
    /// That many payloads no row names.
    FilesExtra(usize),
    /// That many payloads were cut to half their size.
    FilesTruncated(usize),
    /// That many payloads were taken back by iCloud Drive: `.NAME.icloud` stands in their place.
    FilesNotDownloaded(usize),
    /// Every payload is gone; the folders stand empty.
    AllFilesMissing,
    /// pymobiledevice3's placeholder: `finished` before the device was ever reached.
    Placeholder,
    /// A make-believe backup: 1970, zero UUID, an empty Info.plist.
    Fake,
    /// What a decrypting tool leaves: IsEncrypted still true, a plain Manifest.db with 16 bytes of
    /// 0x10 behind it. Give it to an unencrypted backup.
    DecryptedCopy,
    /// The device's clock stood at 1970.
    ClockAtEpoch,
    /// The device's clock stood at this instant, after the run's `now`.
    ClockAhead(Timestamp),
    /// Files that other programs leave: .DS_Store, `_unback_`, -shm, an empty -wal.
    StrayFiles,
    /// A non-empty Manifest.db-wal: pages that an immutable reader does not see.
    WalBeside,
    /// Every file was modified at this instant.
    Modified(Timestamp),
    /// The folder itself cannot be listed. Root can list it all the same.
    FolderForbidden,
}

/// One of the three plists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlistFile {
    /// Info.plist.
    Info,
    /// Status.plist.
    Status,
    /// Manifest.plist.
    Manifest,
}

impl PlistFile {
    /// Its name on disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "Info.plist",
            Self::Status => "Status.plist",
            Self::Manifest => "Manifest.plist",
        }
    }
}

/// What is wrong with a plist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlistDamage {
    /// Not there.
    Missing,
    /// 0 bytes.
    ZeroBytes,
    /// The first half.
    Truncated,
    /// A dictionary whose every value is a number.
    WrongTypes,
    /// The error page of a web server.
    Html,
    /// XML whose root is an array.
    RootArray,
    /// XML with that many arrays in one another.
    NestedArrays(usize),
    /// A binary plist whose dictionary holds itself.
    SelfReferring,
    /// Random bytes.
    Random,
    /// A folder of that name.
    Folder,
    /// A FIFO: opening it blocks for ever.
    Fifo,
    /// A socket.
    Socket,
    /// No permission to read it. Root can all the same.
    Forbidden,
}

/// What is wrong with the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseDamage {
    /// Not there.
    Missing,
    /// 0 bytes: SQLite takes that for an empty database.
    ZeroBytes,
    /// Cut after the first page and a half.
    Truncated,
    /// Random bytes, a whole number of cipher blocks: looks encrypted.
    LooksEncrypted,
    /// Random bytes, not a whole number of cipher blocks.
    Random,
    /// A database without the table `Files`.
    NoTable,
    /// A folder of that name.
    Folder,
}

/// Where damage is applied.
pub(super) struct Site<'a> {
    pub(super) builder: &'a BackupBuilder,
    pub(super) written: &'a Written,
    pub(super) flat: bool,
}

impl Damage {
    /// When the first attempt began, if this damage cut it short: nothing in the folder is later.
    pub(super) fn first_attempt(&self) -> Option<Timestamp> {
        match self {
            Self::FirstAttemptCutShort(begun) => Some(*begun),
            _ => None,
        }
    }

    pub(super) fn apply(&self, site: &Site<'_>) -> Result<()> {
        match self {
            Self::FirstAttemptCutShort(begun) => site.first_attempt(*begun),
            Self::AttemptFailed(begun) => site.attempt_failed(*begun),
            Self::CutShortMoving(begun) => site.cut_short_moving(*begun),
            Self::CutShortRemoving(begun) => site.cut_short_removing(*begun),
            Self::OldLayout => site.status(|status| status.backup_state = BackupState::Old),
            Self::Plist(file, damage) => site.plist(*file, *damage),
            Self::Database(damage) => site.database(*damage),
            Self::FilesMissing(count) => site
                .spread(*count)
                .iter()
                .try_for_each(|path| disk::remove(path)),
            Self::FilesExtra(count) => site.extra(*count),
            Self::FilesTruncated(count) => {
                site.spread(*count).iter().try_for_each(|path| halve(path))
            }
            Self::FilesNotDownloaded(count) => {
                let files = site.spread(*count);
                files.iter().try_for_each(|path| alter::icloud_stub(path))
            }
            Self::AllFilesMissing => site
                .payloads()
                .iter()
                .try_for_each(|path| disk::remove(path)),
            Self::Placeholder => site.placeholder(),
            Self::Fake => site.fake(),
            Self::DecryptedCopy => site.decrypted_copy(),
            Self::ClockAtEpoch => site.clock(at("1970-01-01T00:02:11Z")),
            Self::ClockAhead(clock) => site.clock(*clock),
            Self::StrayFiles => site.stray_files(),
            Self::WalBeside => {
                disk::write(&site.path("Manifest.db-wal"), &site.rng("wal").bytes(4_152))
            }
            Self::Modified(mtime) => disk::touch_all(&site.written.path, *mtime),
            Self::FolderForbidden => disk::forbid(&site.written.path),
        }
    }
}

impl Site<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.written.path.join(name)
    }

    fn rng(&self, purpose: &str) -> Rng {
        Rng::stream(self.builder.seed, purpose)
    }

    fn catalog(&self) -> PathBuf {
        self.path(if self.flat {
            "Manifest.mbdb"
        } else {
            "Manifest.db"
        })
    }

    fn payloads(&self) -> Vec<PathBuf> {
        let names = self.written.file_ids.iter();
        names
            .map(|name| payload_path(&self.written.path, name, self.flat))
            .collect()
    }

    /// `count` payloads, evenly spread, so that neither the first nor the last folder gives it away.
    fn spread(&self, count: usize) -> Vec<PathBuf> {
        let all = self.payloads();
        let count = count.min(all.len());
        (0..count)
            .map(|index| all[index * all.len() / count].clone())
            .collect()
    }

    /// Rewrites Status.plist.
    fn status(&self, change: impl FnOnce(&mut Status)) -> Result<()> {
        let mut status = self.builder.status();
        change(&mut status);
        let bytes = encode(&Value::Dictionary(status.plist()), Format::Binary)?;
        disk::write(&self.path("Status.plist"), &bytes)
    }

    fn state(&self, backup: BackupState, snapshot: SnapshotState, date: Timestamp) -> Result<()> {
        self.status(|status| {
            status.backup_state = backup;
            status.snapshot_state = snapshot;
            status.date = date;
        })
    }

    /// Moves payloads into Snapshot/, as many as `keep` lets go.
    fn stage(&self, keep: impl Fn(usize) -> bool) -> Result<()> {
        let names = self.written.file_ids.iter().enumerate();
        for (_, name) in names.filter(|(index, _)| !keep(*index)) {
            let from = payload_path(&self.written.path, name, self.flat);
            disk::rename(
                &from,
                &payload_path(&self.path("Snapshot"), name, self.flat),
            )?;
        }
        Ok(())
    }

    /// New files of a later attempt in Snapshot/; the root stays as it is.
    fn stage_new(&self, count: usize) -> Result<()> {
        let mut rng = self.rng("staged");
        for _ in 0..count {
            let (name, bytes) = (rng.hex(40), rng.bytes(64));
            disk::write(
                &payload_path(&self.path("Snapshot"), &name, self.flat),
                &bytes,
            )?;
        }
        Ok(())
    }

    fn first_attempt(&self, begun: Timestamp) -> Result<()> {
        self.stage(|_| false)?;
        disk::remove(&self.path("Manifest.plist"))?;
        disk::remove(&self.catalog())?;
        self.state(BackupState::Empty, SnapshotState::Uploading, begun)
    }

    fn attempt_failed(&self, begun: Timestamp) -> Result<()> {
        self.stage_new(3)?;
        self.state(BackupState::New, SnapshotState::Uploading, begun)
    }

    fn cut_short_moving(&self, begun: Timestamp) -> Result<()> {
        self.stage(|index| index % 2 == 0)?;
        for manifest in [self.path("Manifest.plist"), self.catalog()] {
            let name = manifest.file_name().unwrap_or_default();
            disk::write(&self.path("Snapshot").join(name), &disk::read(&manifest)?)?;
        }
        self.state(BackupState::New, SnapshotState::Moving, begun)
    }

    fn cut_short_removing(&self, begun: Timestamp) -> Result<()> {
        self.stage_new(1)?;
        self.state(BackupState::New, SnapshotState::Removing, begun)
    }

    fn extra(&self, count: usize) -> Result<()> {
        let mut rng = self.rng("extra");
        for _ in 0..count {
            let (name, bytes) = (rng.hex(40), rng.bytes(32));
            disk::write(&payload_path(&self.written.path, &name, self.flat), &bytes)?;
        }
        Ok(())
    }

    fn placeholder(&self) -> Result<()> {
        self.payloads()
            .iter()
            .try_for_each(|path| disk::remove(path))?;
        disk::remove(&self.catalog())?;
        disk::write(&self.path("Manifest.plist"), b"")?;
        self.status(|status| status.is_full = true)
    }

    fn fake(&self) -> Result<()> {
        disk::write(
            &self.path("Info.plist"),
            &encode(&Value::Dictionary(plist::Dictionary::new()), Format::Xml)?,
        )?;
        self.status(|status| {
            status.date = Timestamp::UNIX_EPOCH;
            status.version = "2.4".to_owned();
            status.uuid = "00000000-0000-0000-0000-000000000000".to_owned();
        })
    }

    fn decrypted_copy(&self) -> Result<()> {
        let mut database = disk::read(&self.catalog())?;
        database.extend([0x10; 16]);
        disk::write(&self.catalog(), &database)?;
        self.rewrite(PlistFile::Manifest, |manifest| {
            manifest.insert("IsEncrypted".to_owned(), Value::Boolean(true));
            let key = self.rng("manifest key").bytes(40);
            let key = [vec![4, 0, 0, 0], key].concat();
            manifest.insert("ManifestKey".to_owned(), Value::Data(key));
        })
    }

    fn clock(&self, clock: Timestamp) -> Result<()> {
        self.status(|status| status.date = clock)?;
        self.rewrite(PlistFile::Manifest, |manifest| {
            manifest.insert(
                "Date".to_owned(),
                crate::when::plist_date(shift(clock, -10)),
            );
        })
    }

    /// Rewrites a binary plist.
    fn rewrite(&self, file: PlistFile, change: impl FnOnce(&mut plist::Dictionary)) -> Result<()> {
        let path = self.path(file.name());
        let value = Value::from_file(&path)?;
        let mut root = value.into_dictionary().unwrap_or_default();
        change(&mut root);
        disk::write(&path, &encode(&Value::Dictionary(root), Format::Binary)?)
    }

    fn stray_files(&self) -> Result<()> {
        disk::write(&self.path(".DS_Store"), b"\0\0\0\x01Bud1\0\0\x10\0")?;
        disk::write(&self.path("_unback_/.keep"), b"")?;
        disk::write(&self.path("Manifest.db-shm"), &[0; 64])?;
        disk::write(&self.path("Manifest.db-wal"), b"")
    }

    fn plist(&self, file: PlistFile, damage: PlistDamage) -> Result<()> {
        let path = self.path(file.name());
        let old = if path.is_file() {
            disk::read(&path)?
        } else {
            Vec::new()
        };
        disk::remove(&path)?;
        match damage {
            PlistDamage::Missing => Ok(()),
            PlistDamage::ZeroBytes => disk::write(&path, b""),
            PlistDamage::Truncated => disk::write(&path, &old[..old.len() / 2]),
            PlistDamage::WrongTypes => disk::write(&path, &wrong_types(&old)?),
            PlistDamage::Html => disk::write(&path, HTML.as_bytes()),
            PlistDamage::RootArray => {
                let root = Value::Array(vec![text("Status"), Value::Boolean(true)]);
                disk::write(&path, &encode(&root, Format::Xml)?)
            }
            PlistDamage::NestedArrays(depth) => disk::write(&path, &nested_arrays(depth)),
            PlistDamage::SelfReferring => disk::write(&path, &self_referring()),
            PlistDamage::Random => disk::write(&path, &self.rng("plist").bytes(300)),
            PlistDamage::Folder => disk::make_folder(&path),
            PlistDamage::Fifo => disk::make_fifo(&path),
            PlistDamage::Socket => disk::make_socket(&path),
            PlistDamage::Forbidden => {
                disk::write(&path, &old)?;
                disk::forbid(&path)
            }
        }
    }

    fn database(&self, damage: DatabaseDamage) -> Result<()> {
        let path = self.catalog();
        let old = disk::read(&path)?;
        disk::remove(&path)?;
        match damage {
            DatabaseDamage::Missing => Ok(()),
            DatabaseDamage::ZeroBytes => disk::write(&path, b""),
            DatabaseDamage::Truncated => disk::write(&path, &old[..old.len().min(6_144)]),
            DatabaseDamage::LooksEncrypted => {
                disk::write(&path, &self.rng("database").bytes(old.len() + 16))
            }
            DatabaseDamage::Random => disk::write(&path, &self.rng("database").bytes(5_000)),
            DatabaseDamage::NoTable => disk::write(&path, &no_table()?),
            DatabaseDamage::Folder => disk::make_folder(&path),
        }
    }
}

fn halve(path: &std::path::Path) -> Result<()> {
    let bytes = disk::read(path)?;
    disk::write(path, &bytes[..bytes.len() / 2])
}

const HTML: &str = "<!DOCTYPE html>\n<html><head><title>403 Forbidden</title></head>\n\
    <body><h1>Forbidden</h1><p>You do not have access to this share.</p></body></html>\n";

/// The same keys, each with a number for its value.
fn wrong_types(bytes: &[u8]) -> Result<Vec<u8>> {
    let value = Value::from_reader(std::io::Cursor::new(bytes))?;
    let mut root = value.into_dictionary().unwrap_or_default();
    for (_, value) in root.iter_mut() {
        *value = Value::Integer(7.into());
    }
    encode(&Value::Dictionary(root), Format::Binary)
}

/// XML that overflows the stack of a reader that reads or drops it by recursion.
pub fn nested_arrays(depth: usize) -> Vec<u8> {
    let mut xml = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n".to_vec();
    xml.extend(b"<array>".repeat(depth));
    xml.extend(b"</array>".repeat(depth));
    xml.extend(b"\n</plist>\n");
    xml
}

/// A binary plist of one dictionary {"a": itself}.
pub fn self_referring() -> Vec<u8> {
    let mut bytes = b"bplist00".to_vec();
    bytes.extend([0xd1, 0x01, 0x00]); // object 0 at 8: a dictionary, key is object 1, value object 0
    bytes.extend([0x51, b'a']); // object 1 at 11: "a"
    let table = bytes.len() as u64;
    bytes.extend([8, 11]);
    bytes.extend([0; 6]); // unused, sort version
    bytes.extend([1, 1]); // bytes per offset, per reference
    for number in [2, 0, table] {
        bytes.extend(u64::to_be_bytes(number)); // objects, root, offset table
    }
    bytes
}

/// A sound database of something else.
fn no_table() -> Result<Vec<u8>> {
    let mut db = rusqlite::Connection::open_in_memory()?;
    db.execute_batch("CREATE TABLE Other (id INTEGER PRIMARY KEY, text TEXT);")?;
    let mut bytes = db.serialize(rusqlite::MAIN_DB)?.to_vec();
    bytes[96..100].copy_from_slice(&3_039_005_u32.to_be_bytes());
    Ok(bytes)
}
