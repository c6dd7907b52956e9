#!/bin/sh
# Runs targets under libFuzzer, one after another, each for so many seconds.
#   fuzz/run.sh SECONDS [TARGET]...      without targets: all of them
# Needs cargo-fuzz (`cargo install cargo-fuzz`). Finds what breaks into fuzz/artifacts/TARGET; what it
# learns stays in fuzz/target/corpus/TARGET, and the corpus that is checked in is not touched.
set -eu

seconds=${1:?"wanted the seconds for each target, as in: fuzz/run.sh 60"}
shift
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- $(ls corpus)

# Sanitizers are switched on by compiler flags that stable hides. FUZZ_SANITIZER=none does without.
export RUSTC_BOOTSTRAP=1
sanitizer=${FUZZ_SANITIZER:-address}
# In memory where there is such a place: a disk costs more than all that is tried on it.
scratch=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$scratch"' EXIT

dictionary() {
    case $1 in
    archive | bplist | icloud_log | *_plist | mdm) words=plist ;;
    *) words=$1 ;;
    esac
    [ ! -f "dictionaries/$words.dict" ] || echo "-dict=dictionaries/$words.dict"
}

broken=
for target in "$@"; do
    mkdir -p "target/corpus/$target"
    echo "== $target"
    TMPDIR=$scratch cargo fuzz run --fuzz-dir . -s "$sanitizer" "$target" \
        "target/corpus/$target" "corpus/$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 $(dictionary "$target") || broken="$broken $target"
done
[ -z "$broken" ] || {
    echo "broken:$broken" >&2
    exit 1
}
