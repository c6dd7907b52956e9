//! Every target on its corpus and on mutations of it: what a fuzzer does for minutes, done for
//! seconds, the same in every run, and without a fuzzer.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its corpus ends here"
)]

mod mutation;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use fleetback_fuzz_targets::table::{TARGETS, Target};
use fleetback_testdata::rng::Rng;
use mutation::{corpus, fuzz_folder, mutate};

/// Mutations per target, whatever the size of its corpus.
const MUTATIONS: usize = 3_000;
/// A target stops early when it takes longer than this; a slow computer tries less.
const TIME_MAX: Duration = Duration::from_secs(6);
/// No input of this size may take longer, on however busy a computer.
const INPUT_TIME_MAX: Duration = Duration::from_secs(30);

fn replay(target: &Target) {
    let corpus = corpus(target.name);
    let run = |what: &str, bytes: &[u8]| {
        let start = Instant::now();
        let broken = std::panic::catch_unwind(|| (target.run)(bytes)).is_err();
        let hex = || {
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        assert!(!broken, "{} on {what}: {}", target.name, hex());
        assert!(
            start.elapsed() < INPUT_TIME_MAX,
            "{} on {what}: {}",
            target.name,
            hex()
        );
    };
    for (name, bytes) in &corpus {
        run(name, bytes);
    }
    run("nothing", b"");
    let mut rng = Rng::stream(1, target.name);
    let start = Instant::now();
    for round in 0..MUTATIONS {
        let (name, seed) = rng.pick(&corpus);
        let (_, neighbour) = rng.pick(&corpus);
        let mut bytes = seed.clone();
        mutate(&mut rng, &mut bytes, neighbour);
        run(&format!("mutation {round} of {name}"), &bytes);
        if start.elapsed() > TIME_MAX {
            break;
        }
    }
}

#[test]
fn every_target_holds_on_its_corpus_and_around_it() {
    // On threads of their own, because each target keeps a folder.
    std::thread::scope(|scope| {
        let running: Vec<_> = TARGETS
            .iter()
            .map(|target| scope.spawn(move || replay(target)))
            .collect();
        let broken = running
            .into_iter()
            .filter_map(|one| one.join().err())
            .count();
        assert_eq!(broken, 0, "targets failed; see above");
    });
}

#[test]
fn the_table_the_targets_and_the_corpus_are_one() {
    let names: BTreeSet<String> = TARGETS
        .iter()
        .map(|target| target.name.to_owned())
        .collect();
    let in_folder = |folder: &str| -> BTreeSet<String> {
        std::fs::read_dir(fuzz_folder().join(folder))
            .unwrap()
            .map(|entry| {
                entry
                    .unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    };
    assert_eq!(in_folder("fuzz_targets"), names);
    assert_eq!(in_folder("corpus"), names);
    let manifest = std::fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
    let document = include_str!("../../../docs/fuzzing.md");
    for target in TARGETS {
        let name = target.name;
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "{name} is not built"
        );
        assert!(
            manifest.contains(&format!("\"fuzz_targets/{name}.rs\"")),
            "{name} is not built"
        );
        assert!(
            document.contains(&format!("| `{name}` |")),
            "{name} has no row in docs/fuzzing.md"
        );
        let checked_in = corpus(target.name);
        for (seed, _) in (target.seeds)().unwrap() {
            assert!(
                checked_in.iter().any(|(file, _)| file == seed),
                "{name}/{seed}: run make-corpus"
            );
        }
    }
}
