//! Keys that another program derived: Python's `hashlib.pbkdf2_hmac("sha256", ...)`, which is OpenSSL.

use fleetback_kdf::{Derivation, derive};

/// Password, salt, rounds, key.
type Case<'a> = (&'a [u8], &'a [u8], u32, &'a str);

#[rustfmt::skip]
const CASES: [Case<'_>; 6] = [
    (b"", b"", 1, "f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad"),
    (b"secret", b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01", 2, "e7935b356b9bdbcc6061365ea20a5b525dec0543889865d4342360c14e32c3a8"),
    (b"p\xc3\xa4ssword", b"salt", 1000, "cda3c1c36e5c928ec26bc959cf57f13e123676ebf3a4f4642a5f6d2c435c1f5e"),
    (b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13", 257, "492df0c9274c056c6de713b1549919748536377dd25626c21f6ce1961bd11c06"),
    (b"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f", 16385, "9b37e36189aa5cc5e2d754bcce4967b40a601f711983ff91e444693b88ca2855"),
    (b"a longer pass phrase with blanks", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 40000, "730c2692dcc4a92a099e1b615a9ac667f481948986fb16fd6b7f4216ecac025a"),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All of them so many times side by side, so that each number of lanes has its turn.
fn check(times: usize, cases: &[Case<'_>]) {
    let all = cases.iter().cycle().take(times * cases.len());
    let start = |(password, salt, rounds, _): &Case<'_>| Derivation::new(password, salt, *rounds);
    let mut derivations: Vec<_> = all.clone().map(start).collect();
    assert!(derive(&mut derivations, &|| true));
    for (one, case) in derivations.iter().zip(all) {
        let key = one.key().map(|key| hex(&*key));
        assert_eq!(key.as_deref(), Some(case.3), "{times} times, {case:?}");
    }
}

#[test]
fn another_program_derives_the_same_keys() {
    check(1, &CASES);
    check(2, &CASES);
    check(3, &CASES);
    for case in &CASES {
        for times in 1..=5 {
            check(times, std::slice::from_ref(case));
        }
    }
}

#[test]
fn a_derivation_stops_when_its_caller_does() {
    let mut all: Vec<_> = (0..5)
        .map(|_| Derivation::new(b"x", b"y", 10_000_000))
        .collect();
    let asked = std::cell::Cell::new(0);
    let go_on = || asked.replace(asked.get() + 1) < 2;
    assert!(!derive(&mut all, &go_on));
    assert_eq!(asked.get(), 3);
    assert!(all.iter().all(|one| one.key().is_none()));
    assert_eq!(format!("{:?}", all[0]), "Derivation(9967231 rounds left)");
}
