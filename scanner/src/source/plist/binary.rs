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
        let entry = index.checked_mul(self.offset_size)?;
        let offset = self
            .offsets
            .get(entry..entry.checked_add(self.offset_size)?)?;
        let offset = usize::try_from(big_endian(offset)).ok()?;
        let (&token, rest) = self.bytes.get(offset..)?.split_first()?;
        read_object(token, rest, self.ref_size)
    }

    /// Indices of what a dictionary holds under each of `keys`, in one walk over it. Of a doubled key,
    /// the last. `None` when one of its own keys is not plain ASCII, and in a list that is not small:
    /// more than 256 objects, or more than 64 KB.
    pub fn values_of_small<const N: usize>(
        &self,
        dictionary: Object<'a>,
        keys: [&[u8]; N],
    ) -> Option<[Option<usize>; N]> {
        let Object::Dictionary(names, values) = dictionary else {
            return None;
        };
        (self.ref_size == 1).then_some(())?;
        let places = match self.offset_size {
            1 => self.places::<1, N>(names.bytes, keys),
            2 => self.places::<2, N>(names.bytes, keys),
            _ => None,
        };
        let index = |place: usize| values.bytes.get(place).map(|index| usize::from(*index));
        Some(places?.map(|place| place.and_then(index)))
    }

    /// Where in a row of names these keys stand. Every file row of a backup comes through here, so the
    /// widths are known to the compiler, and most names differ in their first byte: it bears
    /// the length.
    fn places<const OFFSET: usize, const N: usize>(
        &self,
        names: &[u8],
        keys: [&[u8]; N],
    ) -> Option<[Option<usize>; N]> {
        let (offsets, _) = self.offsets.as_chunks::<OFFSET>();
        let tokens = keys.map(short_ascii);
        let mut found = [None; N];
        for (place, name) in names.iter().enumerate() {
            let offset = offsets.get(usize::from(*name))?;
            let offset = offset
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            let token = *self.bytes.get(offset)?;
            if SHORT_ASCII.contains(&token) && tokens.iter().all(|wanted| *wanted != token) {
                continue;
            }
            let name = ascii(token, &self.bytes[offset + 1..])?;
            if let Some(at) = keys.iter().position(|key| *key == name) {
                found[at] = Some(place);
            }
        }
        Some(found)
    }
}

/// First bytes of texts of single bytes that hold their length themselves.
const SHORT_ASCII: std::ops::Range<u8> = 0x50..0x5f;
const LONG_ASCII: u8 = 0x5f;

/// How a text of that length begins.
fn short_ascii(text: &[u8]) -> u8 {
    u8::try_from(text.len()).map_or(LONG_ASCII, |length| 0x50 + length.min(0x0f))
}

/// The text that begins with this byte, when it is of single bytes.
fn ascii(token: u8, rest: &[u8]) -> Option<&[u8]> {
    (token >> 4 == 0x5).then(|| content(token & 0x0f, rest, 1))?
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
