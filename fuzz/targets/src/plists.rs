//! The door to property lists, and the walk of a binary one.

use fleetback_scanner::source::plist as door;
use fleetback_scanner::source::plist::binary::{Object, Objects, Refs};
use plist::{Dictionary, Value};

use crate::invariant::is_readable;

/// What `source::nesting` allows, and the root.
const DEPTH_MAX: usize = 513;
/// Left out of the root in the skimming way.
const LEFT_OUT: [&str; 3] = ["Applications", "iTunes Files", "a"];
/// Objects of a binary list that are looked at one by one.
const OBJECTS_MAX: usize = 2_000;

/// Any list, by the plain way and by the one that skips values: one answer, no deep tree.
pub fn plist(bytes: &[u8]) {
    match door::parse(bytes) {
        Ok(tree) => assert!(depth(&tree) <= DEPTH_MAX, "too deep a tree was built"),
        Err(fault) => is_readable(&fault.to_string()),
    }
    let short = door::parse_dictionary_without(bytes, &LEFT_OUT);
    match (door::parse_dictionary(bytes), short) {
        (Ok(mut plain), mut short) => {
            ask_for_fields(&plain);
            plain.retain(|key, _| !LEFT_OUT.contains(&key.as_str()));
            // The short way does not keep the order of the root.
            plain.sort_keys();
            let _ = short.as_mut().map(Dictionary::sort_keys);
            // As text: a number that is none is not equal to itself.
            assert_eq!(format!("{short:?}"), format!("{:?}", Ok::<_, ()>(plain)));
        }
        // Damage inside what is left out is not seen.
        (Err(_), Ok(_)) => {}
        (Err(_), Err(fault)) => is_readable(&fault.to_string()),
    }
}

/// Without recursion, so that a tree that is too deep is reported and does not overflow the stack.
fn depth(tree: &Value) -> usize {
    let mut deepest = 0;
    let mut open = vec![(tree, 1)];
    while let Some((value, depth)) = open.pop() {
        deepest = deepest.max(depth);
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Dictionary(root) => open.extend(root.values().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    deepest
}

/// Every key as every kind; a wrong kind is an error message.
fn ask_for_fields(root: &Dictionary) {
    for key in root.keys().take(20) {
        let wrong = [
            door::string(root, key).err(),
            door::integer(root, key).err(),
            door::real(root, key).err(),
            door::date(root, key).err(),
            door::data(root, key).err(),
            door::array(root, key).err(),
        ];
        // The kinds exclude one another, but a whole number is also a real one.
        assert!(wrong.iter().flatten().count() >= 4);
    }
}

/// Each object of a binary list where it lies: inside the file, with the items it says it has.
pub fn bplist(bytes: &[u8]) {
    let Some(objects) = Objects::open(bytes) else {
        return;
    };
    assert!(objects.count <= bytes.len(), "more objects than bytes");
    for index in (0..objects.count.min(OBJECTS_MAX)).chain([objects.top, objects.count]) {
        let Some(object) = objects.get(index) else {
            continue;
        };
        assert!(index < objects.count, "an object past the last");
        match object {
            Object::Array(items) => counted(items),
            Object::Dictionary(keys, values) => {
                assert_eq!(keys.len(), values.len());
                counted(keys);
                counted(values);
                let found = objects.values_of_small(object, [b"Size", b"$objects"]);
                let held = |index| values.iter().any(|value| value == index);
                assert!(found.iter().flatten().flatten().all(|index| held(*index)));
            }
            Object::Data(inside) | Object::Ascii(inside) => assert!(inside.len() < bytes.len()),
            Object::Utf16(inside) => assert!(inside.len().is_multiple_of(2)),
            _ => {}
        }
    }
}

fn counted(refs: Refs<'_>) {
    assert_eq!(refs.iter().count(), refs.len());
    assert_eq!(refs.is_empty(), refs.iter().next().is_none());
    assert_eq!(refs.get(refs.len()), None);
}
