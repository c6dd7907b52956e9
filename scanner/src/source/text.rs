//! A text file of any size, read once from front to back, so that an export of 200 MB costs no more
//! memory than its largest row.
//!
//! UTF-16 with a byte-order mark becomes UTF-8 on the way, and the mark goes. Everything else is passed
//! through as it is: whether a cell is UTF-8 or Windows-1252 is for the reader of the cell to decide.

use std::io::{self, Cursor, Read};
use std::path::Path;

use encoding_rs_io::DecodeReaderBytesBuilder;
use jiff::Timestamp;

use super::file::{self, Fault};

/// Bytes that are looked at before a reader is chosen.
const HEAD_BYTES: u64 = 64 << 10;

/// A text file on its way in.
pub(crate) struct Text<'p> {
    /// Its beginning, decoded; it is read again with the rest.
    pub(crate) head: Vec<u8>,
    /// The file's modification time.
    pub(crate) modified: Timestamp,
    rest: Box<dyn Read + 'p>,
}

impl<'p> Text<'p> {
    /// Opens a regular file of at most `bytes_max` bytes; `on_bytes` gets how many bytes each read gave.
    pub(crate) fn open(
        path: &Path,
        bytes_max: u64,
        on_bytes: &'p dyn Fn(u64),
    ) -> Result<Self, Fault> {
        let file = file::open(path)?;
        let meta = file.metadata().map_err(|e| file::fault(&e))?;
        if meta.len() > bytes_max {
            return Err(Fault::TooLarge(bytes_max));
        }
        let modified = meta.modified().map_err(|e| file::fault(&e))?;
        let modified = Timestamp::try_from(modified)
            .map_err(|_| Fault::Wrong("a modification time that no calendar knows".to_owned()))?;
        let source = Heard {
            source: file.take(bytes_max),
            on_bytes,
        };
        Self::new(source, modified).map_err(|e| file::fault(&e))
    }

    fn new(source: impl Read + 'p, modified: Timestamp) -> io::Result<Self> {
        let mut decoded = DecodeReaderBytesBuilder::new()
            .utf8_passthru(true)
            .strip_bom(true)
            .build(source);
        let mut head = Vec::new();
        Read::by_ref(&mut decoded)
            .take(HEAD_BYTES)
            .read_to_end(&mut head)?;
        Ok(Self {
            head,
            modified,
            rest: Box::new(decoded),
        })
    }

    /// The whole text, from its first byte.
    pub(crate) fn into_reader(self) -> impl Read + 'p {
        Cursor::new(self.head).chain(self.rest)
    }
}

struct Heard<'p, R> {
    source: R,
    on_bytes: &'p dyn Fn(u64),
}

impl<R: Read> Read for Heard<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        (self.on_bytes)(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], want: &[u8]) {
        let text = Text::new(bytes, Timestamp::UNIX_EPOCH).unwrap();
        let mut got = Vec::new();
        text.into_reader().read_to_end(&mut got).unwrap();
        assert_eq!(got, want);
    }

    #[test]
    fn marks_go_and_utf_16_becomes_utf_8() {
        check(b"", b"");
        check(b"a\xfc", b"a\xfc");
        check(b"\xef\xbb\xbfa", b"a");
        let little = [0xff, 0xfe, b'a', 0, 0xfc, 0];
        check(&little, "aü".as_bytes());
        let big = [0xfe, 0xff, 0, b'a', 0, 0xfc];
        check(&big, "aü".as_bytes());
    }

    #[test]
    fn the_head_is_part_of_the_whole() {
        let long = vec![b'x'; 200_000];
        check(&long, &long);
        let text = Text::new(&long[..], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(text.head.len() as u64, HEAD_BYTES);
    }
}
