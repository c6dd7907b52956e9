//! Property lists as Python's plistlib reads them, beside both ways in which fleetback does: the plain
//! one, and the short one that skips keys of the root.
//!
//! What only one of them reads is no difference: each refuses some damage that the other does not mind,
//! and fleetback has bounds. What both read must be the same to the last value; only the ends of lines
//! within a text may differ, which plistlib makes one character, as XML asks, and the `plist` crate keeps.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot run its second witness ends here"
)]

mod mutation;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use fleetback_scanner::source::plist as door;
use fleetback_testdata::plists::{Format, encode};
use fleetback_testdata::rng::Rng;
use mutation::{corpus, mutate};
use plist::{Dictionary, Value};

/// Lists that nothing is wrong with.
const GENERATED: usize = 300;
/// Damaged ones.
const MUTATIONS: usize = 3_000;
/// Skipped by the short way.
const LEFT_OUT: [&str; 3] = ["Applications", "iTunes Files", "a"];
const LETTERS: &[&str] = &[
    "a", "Z", "0", " ", "\n", "\t", "&", "<", ">", "\"", "'", "]]>", "é", "ß", "\u{e000}", "漢",
    "😀", "\u{301}", "\u{85}", "\u{a0}", "\u{2028}",
];

/// Prints a line for each file: what it says, or nothing. Writes what it read once more, in both formats.
const PYTHON: &str = r#"
import datetime, plistlib, struct, sys
sys.setrecursionlimit(10000)
epoch = datetime.datetime(2001, 1, 1)

def hexadecimal(text):
    return text.replace('\r\n', '\n').replace('\r', '\n').encode().hex()

def show(value):
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, int):
        return f'i{value}'
    if isinstance(value, float):
        return 'nan' if value != value else 'r' + struct.pack('>d', value).hex()
    if isinstance(value, str):
        return 's' + hexadecimal(value)
    if isinstance(value, bytes):
        return 'd' + value.hex()
    if isinstance(value, datetime.datetime):
        return f't{(value - epoch) // datetime.timedelta(seconds=1)}'
    if isinstance(value, plistlib.UID):
        return f'u{value.data}'
    if isinstance(value, list):
        return '[' + ','.join(map(show, value)) + ']'
    items = sorted((hexadecimal(key), show(item)) for key, item in value.items())
    return '{' + ','.join(f'{key}:{item}' for key, item in items) + '}'

folder, count = sys.argv[1], int(sys.argv[2])
for number in range(count):
    try:
        with open(f'{folder}/{number}', 'rb') as file:
            value = plistlib.load(file)
        line = show(value)
    except Exception:
        line = ''
    print(line)
    for name, format in ('xml', plistlib.FMT_XML), ('binary', plistlib.FMT_BINARY):
        try:
            again = plistlib.dumps(value, fmt=format) if line else b''
        except Exception:
            again = b''
        with open(f'{folder}/{number}.{name}', 'wb') as file:
            file.write(again)
"#;

fn show(value: &Value) -> String {
    match value {
        Value::Boolean(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Integer(number) => format!("i{number}"),
        Value::Real(number) if number.is_nan() => "nan".to_owned(),
        Value::Real(number) => format!("r{:016x}", number.to_bits()),
        Value::String(text) => format!("s{}", hex_of_text(text)),
        Value::Data(bytes) => format!("d{}", hex(bytes)),
        Value::Date(date) => format!("t{}", seconds((*date).into())),
        Value::Uid(uid) => format!("u{}", uid.get()),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(show).collect();
            format!("[{}]", items.join(","))
        }
        Value::Dictionary(root) => show_dictionary(root, &[]),
        other => panic!("a value of another kind: {other:?}"),
    }
}

fn show_dictionary(root: &Dictionary, left_out: &[&str]) -> String {
    let kept = root
        .iter()
        .filter(|(key, _)| !left_out.contains(&key.as_str()));
    let mut items: Vec<_> = kept
        .map(|(key, value)| (hex_of_text(key), show(value)))
        .collect();
    items.sort();
    let items: Vec<_> = items
        .iter()
        .map(|(key, value)| format!("{key}:{value}"))
        .collect();
    format!("{{{}}}", items.join(","))
}

fn hex_of_text(text: &str) -> String {
    hex(text.replace("\r\n", "\n").replace('\r', "\n").as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whole seconds since 2001, rounded down as plistlib does where it writes XML.
fn seconds(time: SystemTime) -> i128 {
    let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(978_307_200);
    let nanoseconds = match time.duration_since(epoch) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    };
    nanoseconds.div_euclid(1_000_000_000)
}

/// A tree of every kind of value, some of it under the keys that the short way skips.
fn tree(rng: &mut Rng, depth: u64) -> Dictionary {
    let mut root = Dictionary::new();
    for _ in 0..rng.below(8) {
        let key = if rng.below(3) == 0 {
            (*rng.pick(&LEFT_OUT)).to_owned()
        } else {
            text(rng, 6)
        };
        root.insert(key, value(rng, depth));
    }
    root
}

fn value(rng: &mut Rng, depth: u64) -> Value {
    match rng.below(if depth > 0 { 9 } else { 7 }) {
        0 => Value::Boolean(rng.chance(50.0)),
        1 => Value::Integer((rng.next_u64().cast_signed() >> rng.below(64)).into()),
        2 => Value::Integer((rng.next_u64() >> rng.below(64)).into()),
        3 => Value::Real(rng.part() * 1e6 - 5e5),
        4 => Value::Data({
            let length = rng.below(90) as usize;
            rng.bytes(length)
        }),
        5 => Value::Date(
            (SystemTime::UNIX_EPOCH + Duration::from_secs(rng.below(4_000_000_000))).into(),
        ),
        6 => Value::String(text(rng, 40)),
        7 => Value::Array((0..rng.below(20)).map(|_| value(rng, depth - 1)).collect()),
        _ => Value::Dictionary(tree(rng, depth - 1)),
    }
}

fn text(rng: &mut Rng, letters_max: u64) -> String {
    (0..rng.below(letters_max))
        .map(|_| *rng.pick(LETTERS))
        .collect()
}

/// Lists that are whole, then damaged ones, out of a fixed seed.
fn inputs() -> Vec<Vec<u8>> {
    let mut rng = Rng::stream(1, "plistlib");
    let mut inputs = Vec::new();
    for number in 0..GENERATED {
        let format = [Format::Xml, Format::Binary][number % 2];
        inputs.push(encode(&Value::Dictionary(tree(&mut rng, 4)), format).unwrap());
    }
    let targets = [
        "plist",
        "bplist",
        "info_plist",
        "manifest_plist",
        "status_plist",
    ];
    inputs.extend(targets.into_iter().flat_map(corpus).map(|(_, bytes)| bytes));
    let whole = inputs.clone();
    for _ in 0..MUTATIONS {
        let (mut bytes, neighbour) = (rng.pick(&whole).clone(), rng.pick(&whole));
        mutate(&mut rng, &mut bytes, neighbour);
        inputs.push(bytes);
    }
    inputs
}

/// A line for each file of the folder; `None` without Python.
fn lines_of_python(folder: &Path, count: usize) -> Option<Vec<String>> {
    let mut python = Command::new("python3");
    let asked = python
        .args(["-c", PYTHON])
        .arg(folder)
        .arg(count.to_string())
        .output();
    let output = asked.ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

/// Holds both ways to what Python said, and tells whether there was something to hold.
fn check(what: &str, bytes: &[u8], python: &str) -> bool {
    let Ok(plain) = door::parse(bytes) else {
        return false;
    };
    if python.is_empty() {
        return false;
    }
    assert_eq!(show(&plain), python, "{what}: {}", hex(bytes));
    if let (Value::Dictionary(root), Ok(short)) =
        (&plain, door::parse_dictionary_without(bytes, &LEFT_OUT))
    {
        assert_eq!(
            show_dictionary(&short, &[]),
            show_dictionary(root, &LEFT_OUT),
            "{what}, short"
        );
    }
    true
}

#[test]
fn python_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = inputs();
    let at = |name: String| folder.path().join(name);
    for (number, bytes) in inputs.iter().enumerate() {
        std::fs::write(at(number.to_string()), bytes).unwrap();
    }
    let Some(lines) = lines_of_python(folder.path(), inputs.len()) else {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no python3 reads property lists beside us"
        );
        return;
    };
    assert_eq!(lines.len(), inputs.len());
    let mut held = [0, 0];
    for (number, (bytes, python)) in inputs.iter().zip(&lines).enumerate() {
        let agrees = check(&format!("input {number}"), bytes, python);
        assert!(
            agrees || number >= GENERATED,
            "a whole list is refused: {}",
            hex(bytes)
        );
        held[0] += usize::from(agrees);
        for format in ["xml", "binary"] {
            let again = std::fs::read(at(format!("{number}.{format}"))).unwrap();
            held[1] += usize::from(check(
                &format!("input {number} as Python's {format}"),
                &again,
                python,
            ));
        }
    }
    assert!(
        held[0] > GENERATED + 200 && held[1] > 2 * GENERATED,
        "{held:?}"
    );
    println!(
        "both read {} lists, and {} that Python wrote",
        held[0], held[1]
    );
}
