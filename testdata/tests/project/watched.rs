//! Every call of the scanner to the file system is watched, so that one that never comes back is noticed.

use crate::root;

/// The two files that make the calls.
const CALLERS: &[&str] = &["source/watched.rs", "source/file.rs"];

/// Calls of the standard library that ask a disk.
const CALLS: &[&str] = &[
    "fs::metadata(",
    "fs::symlink_metadata(",
    "fs::canonicalize(",
    "fs::read_link(",
    "fs::read_dir(",
    "fs::read(",
    "fs::read_to_string(",
    "fs::exists(",
    "File::open(",
    ".canonicalize()",
    ".symlink_metadata()",
    ".read_dir()",
    ".read_link()",
    ".exists()",
    ".try_exists()",
];

fn calls(text: &str) -> Vec<&'static str> {
    let product = text.split("#[cfg(test)]\nmod tests").next();
    let lines = product.unwrap_or_default().lines();
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| CALLS.iter().filter(move |call| line.contains(**call)))
        .copied()
        .collect()
}

#[test]
fn the_scanner_asks_no_disk_unwatched() {
    let folder = root().join("scanner/src");
    let mut found = Vec::new();
    for path in fleetback_testdata::disk::files_below(&folder).unwrap() {
        let name = path.strip_prefix(&folder).unwrap().to_string_lossy();
        let name = name.replace('\\', "/");
        if CALLERS.contains(&name.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let calls = calls(&text).into_iter();
        found.extend(calls.map(|call| {
            let call = call.replace("fs::", "watched::");
            format!("{name}: ask through source/watched.rs or source/file.rs: {call}")
        }));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_call_is_seen_and_a_watched_one_is_none() {
    let check = |text: &str, wanted: usize| assert_eq!(calls(text).len(), wanted, "{text}");
    check("let meta = std::fs::metadata(path)?;", 1);
    check("let meta = watched::metadata(path)?;", 0);
    check("/// std::fs::metadata(path)", 0);
    check("#[cfg(test)]\nmod tests {\n std::fs::metadata(path);", 0);
}
