//! The only reader of SQLite files, which are not trusted: read-only, immutable, bounded.
//!
//! Manifest.db carries the WAL header: an ordinary read-only opening writes `-shm` and `-wal`
//! beside it, or fails on a share that may not be written. A missing file opens as an empty
//! database, and so does one of 0 bytes; both are distinguished before SQLite sees them.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::file::{self, Fault};
use super::watched::{self, Asked};

/// Longest text or blob of a row, in bytes; real rows of Manifest.db stay under 10 KB.
const VALUE_BYTES_MAX: i32 = 4 << 20;
/// Pages that SQLite keeps. Every reader goes through its table once and comes back to no page but the
/// few on the way down: more would only push other things out of the processor's cache.
const CACHE_KB: i32 = 256;
const MAGIC: &[u8] = b"SQLite format 3\0";
/// The database header: <https://www.sqlite.org/fileformat.html#the_database_header>.
const HEAD_BYTES: u64 = 100;
const CUT_OFF: &str = "a damaged or cut-off SQLite database";
/// A row costs at least this many bytes of its file. More rows than fit mean that pages are shared.
const ROW_BYTES_MIN: u64 = 8;

/// A column of such a name would stand in the way of the real rowid.
const ROWID_NAMES: [&str; 3] = ["rowid", "oid", "_rowid_"];

/// What the first bytes and the length of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// It begins like an SQLite database.
    Sqlite {
        /// Its length.
        bytes: u64,
    },
    /// 0 bytes. SQLite would take it for an empty database.
    Empty,
    /// Anything else; ciphertext looks so.
    Other {
        /// Its length.
        bytes: u64,
    },
}

/// Looks at a file without handing it to SQLite.
pub fn probe(path: &Path) -> Result<FileKind, Fault> {
    let (head, bytes) = file::read_head(path, MAGIC.len() as u64)?;
    Ok(if head == MAGIC {
        FileKind::Sqlite { bytes }
    } else if head.is_empty() {
        FileKind::Empty
    } else {
        FileKind::Other { bytes }
    })
}

/// An open database.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    /// Where it lies; nowhere if it lies in memory.
    path: Option<PathBuf>,
    /// No honest file of this length holds more rows; a reader stops there.
    pub rows_max: u64,
}

impl Database {
    /// Opens a file that begins like an SQLite database.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let bytes = match probe(path)? {
            FileKind::Sqlite { bytes } => bytes,
            FileKind::Empty => return Err(Fault::Empty),
            FileKind::Other { .. } => {
                return Err(Fault::Wrong(
                    "a file that is not an SQLite database".to_owned(),
                ));
            }
        };
        if !has_all_pages(path, bytes)? {
            return Err(Fault::Damaged(CUT_OFF.to_owned()));
        }
        let asked = watched::ask(path).map_err(|e| file::fault(&e))?;
        let mut connection = connect(path).map_err(|e| sqlite_fault(&e))?;
        watch(&mut connection, &asked).map_err(|e| sqlite_fault(&e))?;
        Ok(Self {
            connection,
            path: Some(path.to_owned()),
            rows_max: bytes / ROW_BYTES_MIN,
        })
    }

    /// Has `fill` write a database of `bytes` bytes into memory, where it stays: one copy, and nothing
    /// on disk.
    pub fn of_memory(
        bytes: u64,
        fill: impl FnOnce(&mut [u8]) -> io::Result<()>,
    ) -> Result<Self, Fault> {
        let length = usize::try_from(bytes).map_err(|_| Fault::TooLarge(usize::MAX as u64))?;
        let source = AtOnce(Some(fill));
        let mut connection = Connection::open_in_memory().map_err(|e| sqlite_fault(&e))?;
        connection
            .deserialize_read_exact(MAIN_DB, source, length, true)
            .and_then(|()| harden(&connection))
            .map_err(|e| sqlite_fault(&e))?;
        Ok(Self {
            connection,
            path: None,
            rows_max: bytes / ROW_BYTES_MIN,
        })
    }

    /// To be held while a statement runs: its readings are watched.
    pub(crate) fn ask(&self) -> Result<Option<Asked>, Fault> {
        let asked = self.path.as_deref().map(watched::ask).transpose();
        asked.map_err(|e| file::fault(&e))
    }

    /// For statements; what they read is bounded, and they cannot write.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Bytes of its pages; some decryptors leave padding behind them.
    pub(crate) fn bytes_of_pages(&self) -> rusqlite::Result<u64> {
        let number = |name| {
            self.connection
                .pragma_query_value(Some("main"), name, |row| row.get::<_, u32>(0))
        };
        Ok(u64::from(number("page_count")?) * u64::from(number("page_size")?))
    }

    /// The whole database as it lies in memory.
    pub(crate) fn with_bytes<T>(&mut self, use_bytes: impl FnOnce(&[u8]) -> T) -> Result<T, Fault> {
        let bytes = self.connection.serialize(MAIN_DB);
        bytes
            .map(|bytes| use_bytes(&bytes))
            .map_err(|e| sqlite_fault(&e))
    }

    /// Refuses anything but a real table (no view, no virtual table) with these real columns.
    pub(crate) fn require_table(&self, table: &str, columns: &[&str]) -> Result<(), Fault> {
        let _asked = self.ask()?;
        let kind = self.table_kind(table).map_err(|e| sqlite_fault(&e))?;
        match kind.as_deref() {
            Some("table") => {}
            None => {
                return Err(Fault::Wrong(format!(
                    "a database without the table {table}"
                )));
            }
            Some(_) => {
                return Err(Fault::Wrong(format!(
                    "a database in which {table} is not a plain table"
                )));
            }
        }
        let present = self.stored_columns(table).map_err(|e| sqlite_fault(&e))?;
        let shadows = |name: &String| ROWID_NAMES.iter().any(|own| name.eq_ignore_ascii_case(own));
        if present.iter().any(shadows) {
            return Err(Fault::Wrong("a database of an unusual schema".to_owned()));
        }
        let missing = columns
            .iter()
            .find(|wanted| !present.iter().any(|name| name.eq_ignore_ascii_case(wanted)));
        match missing {
            Some(column) => Err(Fault::Wrong(format!(
                "a database whose table {table} has no column {column}"
            ))),
            None => Ok(()),
        }
    }

    fn table_kind(&self, table: &str) -> rusqlite::Result<Option<String>> {
        let mut kind = None;
        self.connection
            .pragma(Some("main"), "table_list", table, |row| {
                kind = Some(row.get::<_, String>("type")?);
                Ok(())
            })?;
        Ok(kind)
    }

    /// Columns that are stored in the row; computed ones could run for ever.
    fn stored_columns(&self, table: &str) -> rusqlite::Result<Vec<String>> {
        let mut columns = Vec::new();
        self.connection
            .pragma(Some("main"), "table_xinfo", table, |row| {
                if row.get::<_, i64>("hidden")? == 0 {
                    columns.push(row.get("name")?);
                }
                Ok(())
            })?;
        Ok(columns)
    }
}

/// SQLite itself counts a last page that was cut short, and reads what is gone as zeros. More bytes
/// than pages are no sign: decryptors leave the cipher's padding behind.
fn has_all_pages(path: &Path, bytes: u64) -> Result<bool, Fault> {
    let (head, _) = file::read_head(path, HEAD_BYTES)?;
    let number = |at: usize| {
        let four = head.get(at..)?.first_chunk()?;
        Some(u64::from(u32::from_be_bytes(*four)))
    };
    let page_bytes = match head.get(16..).and_then(|rest| rest.first_chunk()) {
        Some(&[0, 1]) => 65_536,
        Some(&size) => u64::from(u16::from_be_bytes(size)),
        None => return Ok(false),
    };
    // The count holds only while the change counter and the version it is valid for agree.
    let is_counted = number(24) == number(92);
    let pages = number(28).filter(|_| is_counted).unwrap_or(0);
    Ok(pages * page_bytes <= bytes)
}

/// What SQLite says of a file, in words; its own messages name no content of the file.
pub(crate) fn sqlite_fault(error: &rusqlite::Error) -> Fault {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Fault::Damaged(CUT_OFF.to_owned())
        }
        Some(ErrorCode::TooBig) => Fault::Wrong("a database with an oversized value".to_owned()),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            Fault::ReadError("SQLite cannot open it".to_owned())
        }
        Some(ErrorCode::SystemIoFailure) => {
            Fault::ReadError("it cannot be read to its end".to_owned())
        }
        Some(code) => Fault::Wrong(format!("a database that SQLite refuses ({code:?})")),
        None => Fault::Wrong("a database of an unusual schema".to_owned()),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri(path), flags)?;
    harden(&connection)?;
    Ok(connection)
}

/// A statement over a large file takes its time: as long as it steps on, it is being answered.
fn watch(connection: &mut Connection, asked: &Asked) -> rusqlite::Result<()> {
    const STEPS: i32 = 1000;
    let Some(answered) = asked.listener() else {
        return Ok(());
    };
    let go_on = move || {
        answered();
        false
    };
    connection.progress_handler(STEPS, Some(go_on))
}

fn harden(connection: &Connection) -> rusqlite::Result<()> {
    for (table, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(table, on)?;
    }
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (Limit::SQLITE_LIMIT_COLUMN, 64),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE_KB)?;
    Ok(())
}

/// Gives all of a database in one reading, straight into the memory that SQLite will keep.
///
/// Bytes 18 and 19 then say that there is no write-ahead log: in memory there cannot be one, and SQLite
/// refuses to open a database that asks for it.
struct AtOnce<F>(Option<F>);

const JOURNAL_VERSIONS: std::ops::Range<usize> = 18..20;

impl<F: FnOnce(&mut [u8]) -> io::Result<()>> Read for AtOnce<F> {
    fn read(&mut self, memory: &mut [u8]) -> io::Result<usize> {
        let Some(fill) = self.0.take() else {
            return Ok(0);
        };
        fill(memory)?;
        if let Some(versions) = memory.get_mut(JOURNAL_VERSIONS) {
            versions.fill(1);
        }
        Ok(memory.len())
    }
}

/// `file:` URI with everything percent-encoded that is not plainly a path: `?`, `#` and `%` would
/// otherwise cut the name short and drop `immutable`.
fn uri(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut uri = String::from("file:");
    for byte in path_bytes(path) {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    uri
}

#[cfg(unix)]
fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.as_os_str().as_bytes().to_vec()
}

/// `C:\x` becomes `/C:/x` and `\\server\share` becomes `////server/share` (an empty authority, then
/// the path), as SQLite asks for.
#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Vec<u8> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let slashes = path.to_string_lossy().replace('\\', "/");
    let plain = slashes.strip_prefix("//?/").unwrap_or(&slashes);
    let start = if plain.starts_with("//") { "//" } else { "/" };
    format!("{start}{plain}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &str =
        "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, flags INTEGER, file BLOB);";

    /// A database in a folder of its own, made by `sql`, in the form that iOS leaves it in.
    fn database(folder: &Path, sql: &str) -> std::path::PathBuf {
        let path = folder.join("Manifest.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .unwrap();
        connection.execute_batch(sql).unwrap();
        connection.close().unwrap();
        path
    }

    fn check(sql: &str, wanted: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path(), sql);
        let found = Database::open(&path)
            .and_then(|db| db.require_table("Files", &["fileID", "flags", "file"]));
        let found = found.map_or_else(|fault| fault.to_string(), |()| "fine".to_owned());
        assert_eq!(found, wanted, "{sql}");
    }

    #[test]
    fn only_a_plain_table_with_stored_columns_is_taken() {
        check(FILES, "fine");
        check(
            "CREATE TABLE Other (x);",
            "a database without the table Files",
        );
        check(
            "CREATE TABLE T (fileID, flags, file); CREATE VIEW Files AS SELECT * FROM T;",
            "a database in which Files is not a plain table",
        );
        check(
            "CREATE TABLE Files (fileID, flags);",
            "a database whose table Files has no column file",
        );
        check(
            "CREATE TABLE Files (fileID, flags, file AS (zeroblob(1000)));",
            "a database whose table Files has no column file",
        );
    }

    #[test]
    fn what_is_no_database_is_told_before_sqlite_sees_it() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, content: &[u8], wanted: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            let fault = Database::open(&path).unwrap_err();
            assert_eq!(fault.to_string(), wanted, "{name}");
        };
        check("empty", b"", "0 bytes");
        check("text", b"<html>", "a file that is not an SQLite database");
        check("magic", MAGIC, "a damaged or cut-off SQLite database");
        let none = Database::open(&folder.path().join("none")).unwrap_err();
        assert_eq!(none, Fault::Absent);
    }

    #[test]
    fn a_last_page_that_was_cut_short_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path(), FILES);
        let whole = std::fs::read(&path).unwrap();
        let check = |kept: usize, wanted: Option<&str>| {
            std::fs::write(&path, &whole[..kept]).unwrap();
            let fault = Database::open(&path).err().map(|fault| fault.to_string());
            assert_eq!(fault.as_deref(), wanted, "{kept} bytes");
        };
        check(whole.len(), None);
        std::fs::write(&path, [&whole[..], &[16; 16]].concat()).unwrap();
        assert!(Database::open(&path).is_ok(), "padding behind the pages");
        check(
            whole.len() - 1,
            Some("a damaged or cut-off SQLite database"),
        );
    }

    fn in_memory(bytes: &[u8]) -> Result<Database, Fault> {
        Database::of_memory(bytes.len() as u64, |memory| {
            memory.copy_from_slice(bytes);
            Ok(())
        })
    }

    #[test]
    fn a_database_in_memory_is_as_strict() {
        let check = |sql: &str, wanted: &str| {
            let folder = tempfile::tempdir().unwrap();
            let bytes = std::fs::read(database(folder.path(), sql)).unwrap();
            assert_eq!(bytes[18..20], [2, 2]);
            let found = in_memory(&bytes).and_then(|db| {
                db.require_table("Files", &["fileID", "flags", "file"])
                    .map(|()| db)
            });
            let found = found.map(|db| db.connection().execute("DELETE FROM Files", []).is_err());
            let found = found.map_or_else(|fault| fault.to_string(), |kept| kept.to_string());
            assert_eq!(found, wanted, "{sql}");
        };
        check(FILES, "true");
        check(
            "CREATE TABLE T (fileID, flags, file); CREATE VIEW Files AS SELECT * FROM T;",
            "a database in which Files is not a plain table",
        );
        let noise: Vec<u8> = (0..9_000_u32).map(|n| (n * n % 251) as u8).collect();
        let fault = in_memory(&noise)
            .and_then(|db| db.require_table("Files", &["file"]))
            .unwrap_err();
        assert_eq!(fault.to_string(), "a damaged or cut-off SQLite database");
        let refused = Database::of_memory(9_000, |_| Err(io::ErrorKind::UnexpectedEof.into()));
        assert!(refused.is_err(), "shorter than its header says");
    }

    #[test]
    fn nothing_is_left_beside_a_database_with_a_wal_header_whatever_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("50% of? #1 é\n");
        std::fs::create_dir(&odd).unwrap();
        let path = database(&odd, FILES);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(
            bytes[18..20],
            [2, 2],
            "the fixture must carry the WAL header"
        );
        let names = || std::fs::read_dir(&odd).unwrap().count();
        assert_eq!(names(), 1);
        let db = Database::open(&path).unwrap();
        db.require_table("Files", &["file"]).unwrap();
        assert_eq!(names(), 1);
        assert!(db.connection().execute("DELETE FROM Files", []).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}
