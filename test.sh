#!/usr/bin/env bash
# Every check of this project, in a clean clone or in a used one:   ./test.sh
# Format, clippy and unit tests of the crates that changed:           ./test.sh quick
#
# What changed: files that differ from where the branch left main, and files not committed yet.
#
# What the checks need is installed by the system's package manager where that is apt; elsewhere
# what is missing is named, and the checks that need it are skipped, with a line that says so.
# CARGO_TARGET_DIR is honoured. Ends with 0 when no check failed.
#
# Everything is compiled once: clippy and rustdoc share the checked dependencies, the tests bring the
# program that the later checks run.
set -euo pipefail
cd "$(dirname "$0")"
export LC_ALL=C.UTF-8

passed=() failed=() skipped=()

# Compiled without optimisation it takes a minute and a half of one core, and does its work in a second.
CARGO_DENY=0.20.2

have() { command -v "$1" >/dev/null 2>&1; }

# check NAME COMMAND...: runs it, remembers how it ended, and goes on.
check() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then
        passed+=("$name, $((SECONDS - start)) s")
    else
        failed+=("$name")
    fi
}

# skip NAME REASON: says so now and at the end.
skip() {
    printf '\n== %s: SKIPPED, %s\n' "$1" "$2"
    skipped+=("$1: $2")
}

# --- what the checks need -------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Command (or Python module) and the Debian package that brings it.
needs() {
    have chromium || echo chromium
    have soffice || echo libreoffice-calc-nogui
    have node || echo nodejs
    have npm || echo npm
    have pdftotext || echo poppler-utils
    have xmllint || echo libxml2-utils
    have groff || echo groff
    have python3 || echo python3
    have strace || echo strace
    have systemctl || echo systemd
    [ -d /usr/share/zoneinfo ] || echo tzdata
}

install_needs() {
    local packages
    mapfile -t packages < <(needs)
    [ ${#packages[@]} = 0 ] && return
    if ! have apt-get; then
        printf 'not installed here, and no apt-get to install it: %s\n' "${packages[*]}"
        return
    fi
    printf 'installing: %s\n' "${packages[*]}"
    as_root apt-get update -qq || true
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
        printf 'could not install all of: %s\n' "${packages[*]}"
}

# LibreOffice's answers are read with openpyxl: the system's, else one in a folder of our own.
python_with_openpyxl() {
    local venv=${CARGO_TARGET_DIR:-target}/python
    if python3 -c 'import openpyxl' 2>/dev/null; then
        command -v python3
    elif [ -x "$venv/bin/python3" ] && "$venv/bin/python3" -c 'import openpyxl' 2>/dev/null; then
        realpath -s "$venv/bin/python3"
    elif python3 -m venv "$venv" >&2 && "$venv/bin/pip" -q install openpyxl >&2; then
        realpath -s "$venv/bin/python3"
    fi
}

# --- the checks -----------------------------------------------------------------------------------

# What `fleetback schedule print` prints, by other readers than ours. The units of systemd are in the tests.
printed_job() {
    local dir
    dir=$(mktemp -d)
    : >"$dir/fleetback.toml"
    "$(cargo_target)/debug/fleetback" schedule print -q --scheduler "$1" --config "$dir/fleetback.toml"
    rm -r "$dir"
}

check_launchd() {
    printed_job launchd | python3 -c '
import plistlib, sys
job = plistlib.loads(sys.stdin.buffer.read())
assert job["ProgramArguments"][1] == "scan", job
assert set(job["StartCalendarInterval"]) == {"Hour", "Minute"}, job'
}

# Printed in UTF-8; the file itself is UTF-16, as its first line says.
check_task() {
    printed_job task-scheduler | iconv -t UTF-16 | xmllint --noout -
}

check_manual() {
    local binary page warnings
    binary=$(cargo_target)/debug/fleetback
    for page in "" scan swap verify report done explain doctor schedule config completions man; do
        # shellcheck disable=SC2086  # no name is a page too
        warnings=$("$binary" man $page | groff -man -Tutf8 -ww 2>&1 >/dev/null)
        [ -z "$warnings" ] || { printf 'man %s: %s\n' "$page" "$warnings"; return 1; }
    done
}

check_completions() {
    "$(cargo_target)/debug/fleetback" completions bash | bash -n
}

browser_test() {
    (cd report/tests/browser && npm ci --no-audit --no-fund && node --test)
}

# Licences, sources and banned crates, by cargo-deny: that of the system, else one of our own.
cargo_deny() {
    local root
    root=$(cargo_target)/tools
    if have cargo-deny; then
        command -v cargo-deny
    elif [ -x "$root/bin/cargo-deny" ] || cargo install cargo-deny --version "$CARGO_DENY" --locked --debug --quiet --root "$root" >&2; then
        echo "$root/bin/cargo-deny"
    fi
}

check_supply() {
    "$1" --locked --log-level error check --hide-inclusion-graph licenses bans sources
}

cargo_target() {
    realpath -m "${CARGO_TARGET_DIR:-target}"
}

# --- the run --------------------------------------------------------------------------------------

# Names of the files that changed, one a line.
changed_files() {
    local base
    base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
    git diff --name-only "$base"
    git ls-files --others --exclude-standard
}

# Packages that these files belong to, as `-p NAME` for cargo. The workspace's own files belong to all.
changed_packages() {
    sed -nE \
        -e 's#^scanner/kdf/.*#fleetback-kdf\nfleetback-scanner#p' \
        -e 's#^scanner/.*#fleetback-scanner#p' \
        -e 's#^report/.*#fleetback-report#p' \
        -e 's#^cli/.*#fleetback#p' \
        -e 's#^testdata/.*#fleetback-testdata#p' \
        -e 's#^fuzz/.*#fleetback-fuzz-targets#p' \
        -e 's#^(Cargo\.(toml|lock)|clippy\.toml)$#fleetback-kdf\nfleetback-scanner\nfleetback-report\nfleetback\nfleetback-testdata\nfleetback-fuzz-targets#p' |
        sort -u | sed 's/^/-p\n/'
}

# Unit tests stand in the libraries, those that take seconds in modules named `slow`; the layers and the pages
# are held by one test of testdata.
quick() {
    local packages
    mapfile -t packages < <(changed_files | changed_packages)
    check "format" cargo fmt --all --check
    if [ ${#packages[@]} != 0 ]; then
        check "clippy" cargo clippy "${packages[@]}" --all-targets --locked -- -D warnings
        check "unit tests" cargo test "${packages[@]}" --lib --locked --quiet -- --skip ::slow::
    fi
    check "layers and pages" cargo test -p fleetback-testdata --test project --locked --quiet
}

everything() {
    install_needs

    if have soffice; then
        export FLEETBACK_TEST_OFFICE=1
        FLEETBACK_TEST_PYTHON=$(python_with_openpyxl || true)
        export FLEETBACK_TEST_PYTHON
    else
        skip "CSV in LibreOffice" "no soffice"
    fi

    check "format" cargo fmt --all --check
    check "clippy" cargo clippy --workspace --all-targets --locked -- -D warnings
    check "tests" cargo test --workspace --locked --no-fail-fast --lib --bins --tests
    check "examples in the docs" cargo test --workspace --locked --doc
    check "rustdoc" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --document-private-items

    if ! [ -f report/tests/browser/package.json ]; then
        skip "HTML in a browser" "report/tests/browser is not there"
    elif have node && have npm && have pdftotext && { have chromium || [ -n "${CHROMIUM:-}" ]; }; then
        check "HTML in a browser" browser_test
    else
        skip "HTML in a browser" "needs node, npm, pdftotext and chromium"
    fi

    if have python3; then check "launchd job" check_launchd; else skip "launchd job" "no python3"; fi
    if have xmllint; then check "Task Scheduler job" check_task; else skip "Task Scheduler job" "no xmllint"; fi
    if have groff; then check "manual pages" check_manual; else skip "manual pages" "no groff"; fi
    check "completions" check_completions

    local deny
    deny=$(cargo_deny || true)
    if [ -n "$deny" ]; then check "licences, sources, bans" check_supply "$deny"; else skip "licences, sources, bans" "no cargo-deny (a test of testdata held deny.toml)"; fi
    if [ -n "$deny" ] && [ -d "${CARGO_HOME:-$HOME/.cargo}/advisory-dbs" ]; then
        check "advisories" "$deny" --locked check advisories
    else
        skip "advisories" "their database is no package of a registry; run \`cargo deny check advisories\` where the network is"
    fi
}

case ${1:-} in
"") everything ;;
quick) quick ;;
*)
    printf 'usage: ./test.sh [quick]\n'
    exit 2
    ;;
esac

printf '\n== summary\n'
[ ${#passed[@]} = 0 ] || printf 'passed   %s\n' "${passed[@]}"
[ ${#skipped[@]} = 0 ] || printf 'SKIPPED  %s\n' "${skipped[@]}"
[ ${#failed[@]} = 0 ] || { printf 'FAILED   %s\n' "${failed[@]}"; exit 1; }
