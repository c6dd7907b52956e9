//! Questions about a property list that no tree answers, or that a tree is too dear for.

use memchr::memmem;

use super::binary::{Object, Objects};
use super::parse::parse_dictionary;

/// How many entries the dictionary has that the root holds under `key`; `None` where it holds none.
pub(crate) fn count_entries(bytes: &[u8], key: &str) -> Option<u64> {
    if let Some(count) = in_binary(bytes, key) {
        return Some(count);
    }
    let root = parse_dictionary(bytes).ok()?;
    Some(root.get(key)?.as_dictionary()?.len() as u64)
}

fn in_binary(bytes: &[u8], key: &str) -> Option<u64> {
    let objects = Objects::open(bytes)?;
    let Object::Dictionary(names, values) = objects.get(objects.top)? else {
        return None;
    };
    let is_key =
        |name| matches!(objects.get(name), Some(Object::Ascii(text)) if text == key.as_bytes());
    let at = names.iter().position(is_key)?;
    match objects.get(values.get(at)?)? {
        Object::Dictionary(names, _) => Some(names.len() as u64),
        _ => None,
    }
}

/// The first of `keys` that stands twice in a property list of so few keys that none of them is nested.
pub(crate) fn doubled_key(bytes: &[u8], keys: &[&str]) -> Option<String> {
    let count = |key: &str| match Objects::open(bytes) {
        Some(objects) => count_in_binary(&objects, key),
        None => memmem::find_iter(bytes, format!("<key>{key}</key>").as_bytes()).count(),
    };
    let doubled = keys.iter().find(|key| count(key) > 1)?;
    Some((*doubled).to_owned())
}

fn count_in_binary(objects: &Objects<'_>, key: &str) -> usize {
    let Some(Object::Dictionary(names, _)) = objects.get(objects.top) else {
        return 0;
    };
    let is_key = |name: &usize| matches!(objects.get(*name), Some(Object::Ascii(text)) if text == key.as_bytes());
    names.iter().filter(is_key).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plist::{Dictionary, Value};

    fn written(apps: usize) -> [Vec<u8>; 2] {
        let names = (0..apps).map(|n| (format!("com.example.{n}"), Value::from(true)));
        let mut root = Dictionary::new();
        root.insert("Version".to_owned(), "10.0".into());
        root.insert(
            "Applications".to_owned(),
            Value::Dictionary(names.collect()),
        );
        let (mut binary, mut xml) = (Vec::new(), Vec::new());
        let root = Value::Dictionary(root);
        root.to_writer_binary(&mut binary).unwrap();
        root.to_writer_xml(&mut xml).unwrap();
        [binary, xml]
    }

    #[test]
    fn entries_are_counted_in_both_forms() {
        for apps in [0, 1, 60, 700] {
            for bytes in written(apps) {
                assert_eq!(count_entries(&bytes, "Applications"), Some(apps as u64));
                assert_eq!(count_entries(&bytes, "Version"), None);
                assert_eq!(count_entries(&bytes, "Lockdown"), None);
            }
        }
        assert_eq!(count_entries(b"bplist00", "Applications"), None);
    }

    #[test]
    fn a_key_that_stands_twice_is_found() {
        let [binary, xml] = written(2);
        let keys = ["Version", "Applications"];
        assert_eq!(doubled_key(&binary, &keys), None);
        assert_eq!(doubled_key(&xml, &keys), None);
        let text = String::from_utf8(xml).unwrap();
        let doubled = text.replace("<key>Applications</key>", "<key>Version</key>");
        assert_eq!(
            doubled_key(doubled.as_bytes(), &keys).as_deref(),
            Some("Version")
        );
        // Two keys of one length in a binary list become one name.
        let mut root = Dictionary::new();
        root.insert("DateA".to_owned(), true.into());
        root.insert("DateB".to_owned(), true.into());
        let mut bytes = Vec::new();
        Value::Dictionary(root)
            .to_writer_binary(&mut bytes)
            .unwrap();
        let at = memmem::find(&bytes, b"DateB").unwrap();
        bytes[at + 4] = b'A';
        assert_eq!(doubled_key(&bytes, &["DateA"]).as_deref(), Some("DateA"));
    }
}
