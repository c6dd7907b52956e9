#!/bin/sh
# Readers of other people beside ours: they open what the builders encrypted, and say of every backup whether all of it
# is there (docs/diagnosis-accuracy.md, "Is it restorable?"). Not part of the tests: it needs Python and a package index.
#
#   testdata/check-with-peers.sh           prints the section
#   testdata/check-with-peers.sh --page    and writes report/examples/accuracy/restorable.md, which the page contains
#
# FLEETBACK and MAKE_FLEET name programs that are built already; without them they are built. Nothing is left in the
# tree but the environment of Python under the target folder.
set -eu
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
python=$target/peers/bin/python
page=
[ "${1:-}" = --page ] && page=report/examples/accuracy/restorable.md

if ! { python3 -m venv "$target/peers" &&
    "$python" -m pip --quiet --disable-pip-version-check install -r testdata/peers/requirements.txt; }; then
    echo "SKIPPED: the readers of other people could not be installed, so nothing was compared." >&2
    echo "They need python3 with venv, and a package index that pip reaches." >&2
    exit 0
fi
if [ -z "${FLEETBACK:-}" ] || [ -z "${MAKE_FLEET:-}" ]; then
    cargo build --quiet -p fleetback -p fleetback-testdata
fi
fleetback=${FLEETBACK:-$target/debug/fleetback}
make_fleet=${MAKE_FLEET:-$target/debug/make-fleet}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# NAME DEVICES SEED ENCRYPTED DAMAGE FILES [MORE...]
fleet() {
    name=$1 devices=$2 seed=$3 encrypted=$4 damage=$5 files=$6
    shift 6
    "$make_fleet" --out "$work/$name" --devices "$devices" --seed "$seed" --encrypted "$encrypted" \
        --damage "$damage" --files-per-backup "$files" --now 2026-11-20T04:00:00Z --manifest "$work/$name.json" "$@"
}

fleet encrypted 3 77 100 0 40 --all-folders
fleet whole 60 78 50 0 40
fleet damage 220 79 50 100 40
fleet long 12 80 50 0 600
cp -R testdata/fleets "$work/fleets"

"$python" -B testdata/peers/opens.py "$work/encrypted" "$work/encrypted.json"
"$python" -B testdata/peers/restorable.py "$work" "$fleetback" $page
