//! Records as SQLite stores them: <https://www.sqlite.org/fileformat.html#record_format>.

use rusqlite::types::ValueRef;

use super::number::{Damage, OUT_OF_BOUNDS, varint};

const ANOTHER_FORM: Damage = "a record of another form than those of a list of files";

/// The values of a record that has exactly so many, and nothing behind them.
pub(crate) fn values<const N: usize>(record: &[u8]) -> Result<[ValueRef<'_>; N], Damage> {
    let (header, used) = varint(record)?;
    let header = usize::try_from(header).map_err(|_| OUT_OF_BOUNDS)?;
    let mut types = record.get(used..header).ok_or(OUT_OF_BOUNDS)?;
    let mut rest = &record[header..];
    let mut values = [ValueRef::Null; N];
    for value in &mut values {
        let (serial, used) = varint(types)?;
        types = &types[used..];
        (*value, rest) = first_value(serial, rest)?;
    }
    if types.is_empty() && rest.is_empty() {
        Ok(values)
    } else {
        Err(ANOTHER_FORM)
    }
}

/// The value of this type at the beginning, and what follows it.
fn first_value(serial: u64, bytes: &[u8]) -> Result<(ValueRef<'_>, &[u8]), Damage> {
    let length = match serial {
        0 | 8 | 9 => 0,
        1..=4 => serial as usize,
        5 => 6,
        6 | 7 => 8,
        10 | 11 => return Err("a value of no known type"),
        _ => usize::try_from((serial - 12) / 2).map_err(|_| OUT_OF_BOUNDS)?,
    };
    let (value, rest) = bytes.split_at_checked(length).ok_or(OUT_OF_BOUNDS)?;
    let value = match serial {
        0 => ValueRef::Null,
        8 => ValueRef::Integer(0),
        9 => ValueRef::Integer(1),
        1..=6 => ValueRef::Integer(integer(value)),
        7 => ValueRef::Real(f64::from_bits(integer(value).cast_unsigned())),
        _ if serial.is_multiple_of(2) => ValueRef::Blob(value),
        _ => ValueRef::Text(value),
    };
    Ok((value, rest))
}

/// One to eight bytes, most significant first, with a sign.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let start = if negative { -1 } else { 0 };
    bytes
        .iter()
        .fold(start, |value: i64, byte| value << 8 | i64::from(*byte))
}
