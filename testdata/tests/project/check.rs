//! Holds sources against the table of layers.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{Imports, Path, Use, aliases, imports};
use crate::table::Table;

/// The sources of one crate: paths below its `src`, and what stands there.
pub(crate) type Sources<'a> = [(&'a str, &'a str)];

/// What is wrong, a line each.
pub(crate) fn complaints(table: &Table, sources: &Sources<'_>) -> Vec<String> {
    let tree = Tree::new(sources);
    let arrows = tree.arrows();
    let mut found = unplaced(table, &tree);
    found.extend(upward(table, &arrows));
    found.extend(defining(&tree));
    found.extend(circles(&arrows));
    found.extend(circles_of_entries(&arrows));
    found.sort();
    found.dedup();
    found
}

/// Which file imports which; a folder stands for its `mod.rs`.
type Arrows = BTreeSet<(String, String)>;

/// The modules of one crate.
struct Tree {
    files: BTreeMap<Path, (String, Imports)>,
}

impl Tree {
    fn new(sources: &Sources<'_>) -> Self {
        let all = sources.iter();
        let mut files: BTreeMap<Path, (String, Imports)> = all
            .map(|(path, text)| (module(path), ((*path).to_owned(), imports(text))))
            .collect();
        let tests: Vec<Path> = files
            .iter()
            .flat_map(|(module, (_, imports))| {
                let names = imports.test_modules.iter();
                names.map(|name| child(module, name))
            })
            .collect();
        files.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        Self { files }
    }

    fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (module, (file, imports)) in &self.files {
            if is_list(file) {
                continue;
            }
            for target in self.targets(module, imports) {
                if target != *file {
                    arrows.insert((file.clone(), target));
                }
            }
        }
        arrows
    }

    /// Files and folders that a source imports.
    fn targets(&self, module: &Path, imports: &Imports) -> BTreeSet<String> {
        let names = aliases(imports);
        let mut targets = BTreeSet::new();
        for item in &imports.uses {
            let path = self.absolute(module, &item.inside, &item.path);
            targets.extend(path.and_then(|path| self.file(&path, 0)));
        }
        for (path, inside) in &imports.inline {
            let path = self.expanded(module, &names, path).or_else(|| {
                let spelled = self.absolute(module, inside, path);
                spelled.filter(|_| is_relative(path))
            });
            targets.extend(path.and_then(|path| self.file(&path, 0)));
        }
        targets
    }

    /// `plist::read` where `plist` was imported.
    fn expanded(&self, module: &Path, names: &BTreeMap<&str, &Use>, path: &Path) -> Option<Path> {
        let item = names.get(path.first()?.as_str())?;
        let mut whole = self.absolute(module, &item.inside, &item.path)?;
        whole.extend_from_slice(&path[1..]);
        Some(whole)
    }

    /// The path from the root of the crate; `None` for a path out of it.
    fn absolute(&self, module: &Path, inside: &Path, path: &Path) -> Option<Path> {
        let mut base: Path = module.iter().chain(inside).cloned().collect();
        let mut rest = path.as_slice();
        match rest.first()?.as_str() {
            "crate" => (base, rest) = (Path::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            first if self.files.contains_key(&child(&base, first)) => {}
            _ => return None,
        }
        base.extend_from_slice(rest);
        Some(base)
    }

    /// The file that a path leads to, through what `mod.rs` hands on.
    fn file(&self, path: &Path, hops: u32) -> Option<String> {
        let len = (0..=path.len())
            .rev()
            .find(|len| self.files.contains_key(&path[..*len]))?;
        let (module, rest) = path.split_at(len);
        let (file, imports) = self.files.get(module)?;
        let Some(name) = rest.first().filter(|_| is_list(file) && hops < 8) else {
            return named(file);
        };
        for item in imports.uses.iter().filter(|item| item.is_public) {
            let Some(mut whole) = self.absolute(&module.to_vec(), &item.inside, &item.path) else {
                continue;
            };
            if item.name == "*" {
                whole.push(name.clone());
                if !self.defines(&whole) {
                    continue;
                }
            } else if item.name != *name {
                continue;
            }
            whole.extend_from_slice(&rest[1..]);
            return self.file(&whole, hops + 1);
        }
        named(file)
    }

    /// Does the file that this path leads into define its last name?
    fn defines(&self, path: &Path) -> bool {
        let Some((name, module)) = path.split_last() else {
            return false;
        };
        let source = self.files.get(module);
        source.is_some_and(|(_, imports)| imports.defined.contains(name))
    }
}

/// A folder for its `mod.rs`, a file for itself, nothing for the root of the crate.
fn named(file: &str) -> Option<String> {
    match file.strip_suffix("mod.rs") {
        Some(folder) => Some(folder.trim_end_matches('/').to_owned()),
        None => (file != "lib.rs").then(|| file.to_owned()),
    }
}

fn is_list(file: &str) -> bool {
    file == "lib.rs" || file.ends_with("mod.rs")
}

fn is_relative(path: &Path) -> bool {
    let first = path.first().map(String::as_str);
    matches!(first, Some("crate" | "super" | "self"))
}

/// "a/b.rs" and "a/b/mod.rs" are `a::b`; "lib.rs" is the root.
fn module(file: &str) -> Path {
    let names = file.trim_end_matches(".rs").trim_end_matches("/mod");
    let names = names.split('/').filter(|name| *name != "lib");
    names.map(str::to_owned).collect()
}

fn child(module: &Path, name: &str) -> Path {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The folder or file right below `src` that a file belongs to.
fn entry(file: &str) -> &str {
    file.split('/').next().unwrap_or(file)
}

fn unplaced(table: &Table, tree: &Tree) -> Vec<String> {
    let files = tree.files.values().map(|(file, _)| file.as_str());
    let there: BTreeSet<&str> = files.filter(|file| *file != "lib.rs").map(entry).collect();
    let listed: BTreeSet<&str> = table.layers.keys().map(String::as_str).collect();
    let nowhere = there
        .difference(&listed)
        .map(|name| format!("{name} is in no layer"));
    let gone = listed
        .difference(&there)
        .map(|name| format!("{name} has a layer and is not there"));
    nowhere.chain(gone).collect()
}

fn upward(table: &Table, arrows: &Arrows) -> Vec<String> {
    let layer = |file: &str| table.layers.get(entry(file));
    let forbidden = |from: &str, to: &str| {
        let mut pairs = table.never.iter();
        pairs.any(|(a, b)| entry(from) == a && entry(to) == b)
    };
    let wrong = arrows.iter().filter(|(from, to)| {
        // One that is in no layer is told of once, and not for each import.
        let above = layer(from).zip(layer(to)).is_some_and(|(a, b)| b >= a);
        entry(from) != entry(to) && (above || forbidden(from, to))
    });
    wrong
        .map(|(from, to)| format!("{from} imports {to}, which is no layer below it"))
        .collect()
}

/// `lib.rs` and `mod.rs` list what there is; they define nothing.
fn defining(tree: &Tree) -> Vec<String> {
    let lists = tree.files.values().filter(|(file, _)| is_list(file));
    lists
        .flat_map(|(file, imports)| {
            let names = imports.defined.iter();
            names.map(move |name| format!("{file} defines {name}"))
        })
        .collect()
}

/// Circles between what lies in one folder: a folder stands for all that is in it.
fn circles_of_entries(arrows: &Arrows) -> Vec<String> {
    let mut folders: BTreeMap<String, Arrows> = BTreeMap::new();
    for (from, to) in arrows {
        let same = from
            .split('/')
            .zip(to.split('/'))
            .take_while(|(a, b)| a == b);
        let depth = same.count();
        let cut = |file: &str| {
            file.split('/')
                .take(depth + 1)
                .collect::<Vec<_>>()
                .join("/")
        };
        let folder = from.split('/').take(depth).collect::<Vec<_>>().join("/");
        let (from, to) = (cut(from), cut(to));
        // A folder's name alone is its mod.rs, which only hands on.
        if from.len() > folder.len() && to.len() > folder.len() {
            folders.entry(folder).or_default().insert((from, to));
        }
    }
    let circles = folders.into_values().flat_map(|arrows| circles(&arrows));
    circles.collect()
}

/// A circle for each group of nodes that reach one another.
fn circles(arrows: &Arrows) -> Vec<String> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in arrows {
        next.entry(from).or_default().push(to);
    }
    let reached = |start: &str| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = next.get(start).cloned().unwrap_or_default();
        while let Some(node) = open.pop() {
            if seen.insert(node) {
                open.extend(next.get(node).into_iter().flatten());
            }
        }
        seen
    };
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        next.keys().map(|node| (*node, reached(node))).collect();
    let mut groups = BTreeSet::new();
    for (node, seen) in &reach {
        let both = |other: &&str| {
            let back = reach.get(other);
            back.is_some_and(|back| back.contains(node))
        };
        let group: BTreeSet<&str> = seen.iter().copied().filter(|other| both(other)).collect();
        if !group.is_empty() {
            groups.insert(group);
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|group| {
            let names: Vec<&str> = group.into_iter().collect();
            format!("a circle: {}", names.join(", "))
        })
        .collect()
}
