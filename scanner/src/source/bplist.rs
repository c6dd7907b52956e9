//! Reads single objects of a binary property list where they lie, without building a tree.
//!
//! Nothing here recurses or allocates: a caller that walks decides how deep and how far. Every
//! offset and length comes from the file and is checked against it; anything odd is `None`.

/// A binary property list: header, objects, offset table, trailer.
#[derive(Debug, Clone, Copy)]
pub struct Objects<'a> {
    bytes: &'a [u8],
    offsets: &'a [u8],
    offset_size: usize,
    ref_size: usize,
    /// Index of the root object.
    pub top: usize,
    /// Number of objects.
    pub count: usize,
}

/// One object, with its content where it lies in the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Object<'a> {
    /// `true` or `false`.
    Bool(bool),
    /// Integer of 1 to 8 bytes.
    Integer(i64),
    /// Real of 4 or 8 bytes.
    Real(f64),
    /// Seconds since 2001-01-01 00:00:00 UTC.
    Date(f64),
    /// Bytes.
    Data(&'a [u8]),
    /// A string of single bytes; Apple writes ASCII only.
    Ascii(&'a [u8]),
    /// A string of big-endian UTF-16 code units.
    Utf16(&'a [u8]),
    /// Reference of a keyed archive.
    Uid(u64),
    /// Array: its items.
    Array(Refs<'a>),
    /// Dictionary: its keys and, in the same order, its values.
    Dictionary(Refs<'a>, Refs<'a>),
    /// A type that no property list of interest holds.
    Other,
}

/// Indices of objects, as an array or dictionary holds them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refs<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl<'a> Refs<'a> {
    /// How many.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.size
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The index at `position`.
    pub fn get(&self, position: usize) -> Option<usize> {
        let start = position.checked_mul(self.size)?;
        let bytes = self.bytes.get(start..start.checked_add(self.size)?)?;
        usize::try_from(big_endian(bytes)).ok()
    }

    /// All indices in order.
    pub fn iter(self) -> impl Iterator<Item = usize> + 'a {
        self.bytes
            .chunks_exact(self.size)
            .map(|bytes| usize::try_from(big_endian(bytes)).unwrap_or(usize::MAX))
    }
}

const MAGIC: &[u8] = b"bplist00";
const TRAILER_BYTES: usize = 32;

impl<'a> Objects<'a> {
    /// Reads header and trailer; `None` when they are not those of a binary property list.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let body = bytes.len().checked_sub(TRAILER_BYTES)?;
        let trailer = bytes.get(body..)?;
        let size = |at: usize| match trailer[at] {
            size @ (1 | 2 | 3 | 4 | 8) => Some(usize::from(size)),
            _ => None,
        };
        let number = |at: usize| usize::try_from(big_endian(&trailer[at..at + 8])).ok();
        let (offset_size, ref_size) = (size(6)?, size(7)?);
        let (count, top, table) = (number(8)?, number(16)?, number(24)?);
        let table_end = table.checked_add(count.checked_mul(offset_size)?)?;
        (bytes.starts_with(MAGIC) && table_end <= body).then_some(())?;
        Some(Self {
            bytes: &bytes[..body],
            offsets: &bytes[table..table_end],
            offset_size,
            ref_size,
            top,
            count,
        })
    }

    /// The object of that index.
    pub fn get(&self, index: usize) -> Option<Object<'a>> {
        let (token, rest) = self.token(index)?;
        read_object(token, rest, self.ref_size)
    }

    /// The text of the object of that index, when it is of single bytes.
    fn ascii(&self, index: usize) -> Option<&'a [u8]> {
        let (token, rest) = self.token(index)?;
        (token >> 4 == 0x5).then(|| content(token & 0x0f, rest, 1))?
    }

    /// The first byte of an object, and all that follows it.
    fn token(&self, index: usize) -> Option<(u8, &'a [u8])> {
        let entry = index.checked_mul(self.offset_size)?;
        let offset = self
            .offsets
            .get(entry..entry.checked_add(self.offset_size)?)?;
        let offset = usize::try_from(big_endian(offset)).ok()?;
        let (&token, rest) = self.bytes.get(offset..)?.split_first()?;
        Some((token, rest))
    }

    /// The object that a dictionary holds under `key`. Of a doubled key, the last.
    pub fn value(&self, dictionary: Object<'a>, key: &str) -> Option<Object<'a>> {
        let Object::Dictionary(keys, values) = dictionary else {
            return None;
        };
        let position = keys
            .iter()
            .enumerate()
            .filter(|(_, index)| self.ascii(*index) == Some(key.as_bytes()))
            .map(|(position, _)| position)
            .last()?;
        self.get(values.get(position)?)
    }

    /// What a dictionary holds under each of `keys`, in one walk over it; `None` when one of its own
    /// keys is not plain ASCII. Of a doubled key, the last.
    pub fn values<const N: usize>(
        &self,
        dictionary: Object<'a>,
        keys: [&[u8]; N],
    ) -> Option<[Option<Object<'a>>; N]> {
        let Object::Dictionary(names, values) = dictionary else {
            return None;
        };
        let mut found = [None; N];
        for (name, value) in names.iter().zip(values.iter()) {
            let name = self.ascii(name)?;
            if let Some(at) = keys.iter().position(|key| *key == name) {
                found[at] = Some(self.get(value)?);
            }
        }
        Some(found)
    }
}

fn read_object(token: u8, rest: &[u8], ref_size: usize) -> Option<Object<'_>> {
    let low = token & 0x0f;
    let object = match token >> 4 {
        0x0 if low == 8 => Object::Bool(false),
        0x0 if low == 9 => Object::Bool(true),
        0x1 if low <= 3 => Object::Integer(integer(rest.get(..1 << low)?)),
        0x2 if low == 2 => Object::Real(f32::from_bits(be_u32(rest.get(..4)?)).into()),
        0x2 if low == 3 => Object::Real(f64::from_bits(big_endian(rest.get(..8)?))),
        0x3 if low == 3 => Object::Date(f64::from_bits(big_endian(rest.get(..8)?))),
        0x4 => Object::Data(content(low, rest, 1)?),
        0x5 => Object::Ascii(content(low, rest, 1)?),
        0x6 => Object::Utf16(content(low, rest, 2)?),
        0x8 if low < 8 => Object::Uid(big_endian(rest.get(..usize::from(low) + 1)?)),
        0xa => Object::Array(refs(content(low, rest, ref_size)?, ref_size)),
        0xd => {
            let both = content(low, rest, ref_size.checked_mul(2)?)?;
            let (keys, values) = both.split_at(both.len() / 2);
            Object::Dictionary(refs(keys, ref_size), refs(values, ref_size))
        }
        _ => Object::Other,
    };
    Some(object)
}

fn refs(bytes: &[u8], size: usize) -> Refs<'_> {
    Refs { bytes, size }
}

/// The bytes that follow a token with a length in its low half, or in an integer after it.
fn content(low: u8, rest: &[u8], unit: usize) -> Option<&[u8]> {
    let (length, rest) = if low == 0x0f {
        let (&token, rest) = rest.split_first()?;
        let (length, rest) = rest.split_at_checked(1 << (token & 0x03))?;
        (usize::try_from(big_endian(length)).ok()?, rest)
    } else {
        (usize::from(low), rest)
    };
    rest.get(..length.checked_mul(unit)?)
}

/// Integers of 1, 2 and 4 bytes are unsigned, of 8 bytes signed.
fn integer(bytes: &[u8]) -> i64 {
    big_endian(bytes).cast_signed()
}

fn be_u32(bytes: &[u8]) -> u32 {
    u32::try_from(big_endian(bytes)).unwrap_or_default()
}

/// At most 8 bytes.
fn big_endian(bytes: &[u8]) -> u64 {
    match *bytes {
        [only] => only.into(),
        [high, low] => u16::from_be_bytes([high, low]).into(),
        _ => bytes
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
    }
}
