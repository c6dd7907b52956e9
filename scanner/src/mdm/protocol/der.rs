//! The little that is read of certificates and signed files. Signatures are not checked: an
//! attacker who can write into a folder of exports can write anything there.

use bcder::decode::{Constructed, Content, DecodeError, SliceSource};
use bcder::{ConstOid, Mode, Oid, Tag};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::model::management::Validity;

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: ConstOid = Oid(&[42, 134, 72, 134, 247, 13, 1, 7, 2]);

type Broken = DecodeError<std::convert::Infallible>;
type Inside<'s, 'b> = Constructed<'s, SliceSource<'b>>;

/// From when until when a certificate (X.509, DER) is valid; `None` of what is none.
pub(crate) fn validity(certificate: &[u8]) -> Option<Validity> {
    let source = SliceSource::new(certificate);
    let validity = Constructed::decode(source, Mode::Ber, |file| {
        file.take_sequence(|certificate| {
            let validity = certificate.take_sequence(to_be_signed)?;
            skip_rest(certificate)?;
            Ok(validity)
        })
    });
    validity
        .ok()
        .filter(|validity| validity.from <= validity.until)
}

/// What is inside a signed file (CMS SignedData, RFC 5652), in definite or indefinite lengths and in
/// one piece or many; `None` of anything else. The signature is not checked.
pub(crate) fn signed_content(file: &[u8]) -> Option<Vec<u8>> {
    let source = SliceSource::new(file);
    let content = Constructed::decode(source, Mode::Ber, |file| {
        file.take_sequence(|info| {
            SIGNED_DATA.skip_if(info)?;
            info.take_constructed_if(Tag::CTX_0, |explicit| explicit.take_sequence(signed_data))
        })
    });
    content.ok().flatten()
}

/// Version and digest algorithms stand before the content; certificates and signatures follow.
fn signed_data(inside: &mut Inside<'_, '_>) -> Result<Option<Vec<u8>>, Broken> {
    inside.skip_one()?;
    inside.skip_one()?;
    let content = inside.take_sequence(|content| {
        content.skip_one()?;
        content.take_opt_constructed_if(Tag::CTX_0, |explicit| {
            explicit.take_value_if(Tag::OCTET_STRING, octets)
        })
    })?;
    skip_rest(inside)?;
    Ok(content)
}

/// In one piece, or in pieces one level down; pieces of pieces do not occur.
fn octets(content: &mut Content<'_, SliceSource<'_>>) -> Result<Vec<u8>, Broken> {
    let pieces = match content {
        Content::Primitive(whole) => return Ok(whole.take_all()?.to_vec()),
        Content::Constructed(pieces) => pieces,
    };
    let mut bytes = Vec::new();
    while let Some(piece) =
        pieces.take_opt_value_if(Tag::OCTET_STRING, |piece| piece.as_primitive()?.take_all())?
    {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Version, number, algorithm and issuer stand before the validity (RFC 5280, 4.1).
fn to_be_signed(inside: &mut Inside<'_, '_>) -> Result<Validity, Broken> {
    inside.take_opt_constructed_if(Tag::CTX_0, |version| {
        skip_rest(version)?;
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
    skip_rest(inside)?;
    Ok(validity)
}

fn time(inside: &mut Inside<'_, '_>) -> Result<Timestamp, Broken> {
    inside.take_primitive(|tag, content| {
        let digits = match tag {
            Tag::UTC_TIME => in_full(content.slice_all()?),
            Tag::GENERALIZED_TIME => content.slice_all()?.to_vec(),
            _ => return Err(content.content_err("a time was expected")),
        };
        content.skip_all()?;
        instant(&digits).ok_or_else(|| content.content_err("no time"))
    })
}

/// `skip_all` of the library (0.7) takes an end that is marked for a missing value.
fn skip_rest(inside: &mut Inside<'_, '_>) -> Result<(), Broken> {
    while inside.skip_opt(|_, _, _| Ok(()))?.is_some() {}
    Ok(())
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

#[cfg(test)]
mod tests {
    use fleetback_testdata::mdm::asn1::{self, Encoding};

    use super::*;

    #[track_caller]
    fn content(encoding: Encoding, length: usize) {
        let payload: Vec<u8> = (0..length).map(|at| at as u8).collect();
        let signed = asn1::signed(&payload, encoding);
        assert_eq!(
            signed_content(&signed),
            Some(payload),
            "{encoding:?} {length}"
        );
        for cut in 0..signed.len() {
            assert_eq!(signed_content(&signed[..cut]), None, "{encoding:?} {cut}");
        }
    }

    #[test]
    fn signed_content_in_either_encoding() {
        for length in [0, 1, 99, 100, 101, 300] {
            content(Encoding::Definite, length);
            content(Encoding::Indefinite, length);
        }
    }

    #[test]
    fn a_certificate_is_no_signed_file_and_the_other_way_round() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let certificate = asn1::certificate("A", at, at);
        assert_eq!(signed_content(&certificate), None);
        assert_eq!(validity(&certificate).unwrap().from, at);
        assert_eq!(validity(&asn1::signed(b"x", Encoding::Definite)), None);
    }
}
