//! Numbers as SQLite stores them, and what is said where there is none:
//! <https://www.sqlite.org/fileformat.html#varint_format>.

/// What is said of pages that cannot be read.
pub(crate) type Damage = &'static str;

pub(super) const OUT_OF_BOUNDS: Damage = "something that points out of its page or of the file";

/// A number of one to nine bytes, and how many.
pub(super) fn varint(bytes: &[u8]) -> Result<(u64, usize), Damage> {
    if let Some(&byte) = bytes.first()
        && byte < 0x80
    {
        return Ok((u64::from(byte), 1));
    }
    let mut value = 0;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Ok((value << 8 | u64::from(*byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok((value, at + 1));
        }
    }
    Err(OUT_OF_BOUNDS)
}
