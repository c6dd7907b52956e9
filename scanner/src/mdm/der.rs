//! The little that is read of a certificate. Signatures are not checked anywhere: what a device tells
//! of its certificates is taken as it is told.

use bcder::decode::{Constructed, DecodeError, Primitive, SliceSource};
use bcder::{Mode, Tag};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::model::management::Validity;

type Broken = DecodeError<std::convert::Infallible>;
type Inside<'s, 'b> = Constructed<'s, SliceSource<'b>>;

/// From when until when a certificate (X.509, DER) is valid; `None` of what is none.
pub(super) fn validity(certificate: &[u8]) -> Option<Validity> {
    let source = SliceSource::new(certificate);
    let validity = Constructed::decode(source, Mode::Ber, |file| {
        file.take_sequence(|certificate| {
            let validity = certificate.take_sequence(to_be_signed)?;
            certificate.skip_all()?;
            Ok(validity)
        })
    });
    validity
        .ok()
        .filter(|validity| validity.from <= validity.until)
}

/// Version, number, algorithm and issuer stand before the validity (RFC 5280, 4.1).
fn to_be_signed(inside: &mut Inside<'_, '_>) -> Result<Validity, Broken> {
    inside.take_opt_constructed_if(Tag::CTX_0, |version| {
        version.skip_all()?;
        Ok(())
    })?;
    for _ in ["number", "algorithm", "issuer"] {
        inside.skip_one()?;
    }
    let validity = inside.take_sequence(|validity| {
        Ok(Validity {
            from: time(validity)?,
            until: time(validity)?,
        })
    })?;
    inside.skip_all()?;
    Ok(validity)
}

fn time(inside: &mut Inside<'_, '_>) -> Result<Timestamp, Broken> {
    inside.take_primitive(|tag, content| {
        let digits = match tag {
            Tag::UTC_TIME => in_full(content.slice_all()?),
            Tag::GENERALIZED_TIME => content.slice_all()?.to_vec(),
            _ => return Err(content.content_err("a time was expected")),
        };
        skip(content)?;
        instant(&digits).ok_or_else(|| content.content_err("no time"))
    })
}

fn skip(content: &mut Primitive<'_, SliceSource<'_>>) -> Result<(), Broken> {
    content.skip_all()
}

/// A year of two digits from 50 on belongs to the last century (RFC 5280, 4.1.2.5.1).
fn in_full(short: &[u8]) -> Vec<u8> {
    let century: &[u8] = if short < b"50".as_slice() {
        b"20"
    } else {
        b"19"
    };
    [century, short].concat()
}

/// `yyyyMMddHHmmssZ`.
fn instant(digits: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(digits).ok()?.strip_suffix('Z')?;
    let civil = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
    Offset::UTC.to_timestamp(civil).ok()
}
