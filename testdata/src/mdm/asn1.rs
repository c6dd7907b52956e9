//! Certificates and signed files, byte by byte after X.690, RFC 5280 and RFC 5652. Nothing in them
//! verifies: keys and signatures are filler.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT_0: u8 = 0xa0;
const CONSTRUCTED_OCTETS: u8 = 0x24;

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 1.2.840.113549.1.7.1
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
/// 2.16.840.1.101.3.4.2.1
const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// 1.2.840.113549.1.1.11
const SHA_256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// How lengths and long octets are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Every length ahead, octets in one piece (OpenSSL).
    Definite,
    /// Ends marked, octets in pieces (Apple's own tools).
    Indefinite,
}

/// A certificate, valid from one instant until another, in DER.
pub fn certificate(common_name: &str, from: Timestamp, until: Timestamp) -> Vec<u8> {
    let algorithm = tlv(SEQUENCE, &tlv(OID, SHA_256_WITH_RSA));
    let attribute = [
        tlv(OID, COMMON_NAME),
        tlv(UTF8_STRING, common_name.as_bytes()),
    ];
    let name = tlv(SEQUENCE, &tlv(SET, &tlv(SEQUENCE, &attribute.concat())));
    let key = [algorithm.clone(), tlv(BIT_STRING, &[0, 1, 2, 3])].concat();
    let to_be_signed = [
        tlv(CONTEXT_0, &tlv(INTEGER, &[2])),
        tlv(INTEGER, &[0x4d, 0x01]),
        algorithm.clone(),
        name.clone(),
        tlv(SEQUENCE, &[time(from), time(until)].concat()),
        name,
        tlv(SEQUENCE, &key),
    ];
    let parts = [
        tlv(SEQUENCE, &to_be_signed.concat()),
        algorithm,
        tlv(BIT_STRING, &[0, 0xff, 0xee]),
    ];
    tlv(SEQUENCE, &parts.concat())
}

/// Years up to 2049 have two digits (RFC 5280, 4.1.2.5).
fn time(at: Timestamp) -> Vec<u8> {
    let civil = at.to_zoned(TimeZone::UTC);
    if (1950..2050).contains(&civil.year()) {
        let text = civil.strftime("%y%m%d%H%M%SZ").to_string();
        tlv(UTC_TIME, text.as_bytes())
    } else {
        let text = civil.strftime("%Y%m%d%H%M%SZ").to_string();
        tlv(GENERALIZED_TIME, text.as_bytes())
    }
}

/// `payload` inside CMS SignedData with one certificate, as a signed profile comes.
pub fn signed(payload: &[u8], encoding: Encoding) -> Vec<u8> {
    let wrap = |tag, inside: &[u8]| match encoding {
        Encoding::Definite => tlv(tag, inside),
        Encoding::Indefinite => open_ended(tag, inside),
    };
    let octets = match encoding {
        Encoding::Definite => tlv(OCTET_STRING, payload),
        Encoding::Indefinite => open_ended(CONSTRUCTED_OCTETS, &pieces(payload)),
    };
    let content = [tlv(OID, DATA), wrap(CONTEXT_0, &octets)].concat();
    let at = Timestamp::from_second(1_767_225_600).unwrap_or_default();
    let parts = [
        tlv(INTEGER, &[1]),
        tlv(SET, &tlv(SEQUENCE, &tlv(OID, SHA_256))),
        wrap(SEQUENCE, &content),
        tlv(CONTEXT_0, &certificate("Signer", at, at)),
        tlv(SET, &[]),
    ];
    let inside = wrap(SEQUENCE, &parts.concat());
    let outer = [tlv(OID, SIGNED_DATA), wrap(CONTEXT_0, &inside)].concat();
    wrap(SEQUENCE, &outer)
}

fn pieces(payload: &[u8]) -> Vec<u8> {
    let pieces = payload.chunks(100).map(|piece| tlv(OCTET_STRING, piece));
    pieces.collect::<Vec<_>>().concat()
}

fn open_ended(tag: u8, inside: &[u8]) -> Vec<u8> {
    [&[tag, 0x80], inside, &[0, 0]].concat()
}

fn tlv(tag: u8, inside: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = inside.len();
    if length < 0x80 {
        bytes.push(length as u8);
    } else {
        let digits = length.to_be_bytes();
        let first = digits.iter().position(|byte| *byte != 0).unwrap_or(0);
        bytes.push(0x80 | (digits.len() - first) as u8);
        bytes.extend_from_slice(&digits[first..]);
    }
    bytes.extend_from_slice(inside);
    bytes
}
