#!/usr/bin/env python3
"""Measures the table of docs/performance.md: `ratios.py FLEETBACK NIGHT FOLDER [ROUNDS] [ROW ...]`.

FLEETBACK is the program itself (target/release/fleetback) and NIGHT makes the data and the floors
(target/release/examples/night). What is missing in FOLDER is made first (25 GB of disk for all rows).
Each round runs the two commands of a row one after the other, as whole processes on warm files (the
row `cold` drops the caches before each, and needs root), and takes their ratio. Printed is the table of
docs/performance.md: medians, with the range. Compare ratios, not seconds: those of a shared machine
move by a third, and CPU time by less.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import time

FLEETBACK, NIGHT, FOLDER = sys.argv[1:4]
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 5
ROWS = sys.argv[5:]
PLISTLIB = (
    "import glob, plistlib, sys\n"
    "for name in ('Info', 'Manifest', 'Status'):\n"
    "    for path in glob.iglob(sys.argv[1] + '/*/' + name + '.plist'):\n"
    "        with open(path, 'rb') as file: plistlib.load(file)\n"
)

DATA = {
    "v3": ["make", "3", "100000"],
    "v10k": ["make", "40", "10000"],
    "v1m": ["make", "1", "1000000"],
    "enc": ["make", "1", "100000", "secret"],
    "enc40": ["make", "40", "10000", "secret"],
    "q2000": ["fleet", "2000"],
    "n2000": ["links", "2000", "20000"],
    "big": ["large", "10000", "184000"],
}


def at(name):
    return os.path.join(FOLDER, name)


def night(*words):
    return [NIGHT, *words]


def scan(name, level, *more):
    history = [] if "--history" in more else ["--no-history"]
    return [FLEETBACK, "scan", at(name), "--verify", level, "--threads", "2", *history,
            "--csv", "/dev/null", "--exit-zero", *more]


def again(name, level):
    """Beside its history, which the first of the runs before the rounds fills."""
    return scan(name, level, "--history", at(f"{name}-{level}.history"))


def shell(text):
    return ["sh", "-c", text]


FIND = shell(f"find {at('v3')}/ -type f -printf '%s\\n' > /dev/null")
SHA1SUM = shell(f"find {at('big')} -type f -size +60k -print0 | xargs -0 sha1sum > /dev/null")
READ = night("read", at("q2000"), "2")
SECRET = ["--password-command", "echo secret"]

# What, its data, the measured command, what it is compared with (None: seconds themselves), the files of
# both or the number that the seconds are divided by, what must hold, and the aim.
TABLE = {
    "names": (["v3"], scan("v3", "names"), FIND, 1, "0.55", "0.45"),
    "sizes": (["v3"], scan("v3", "sizes"), FIND, 1, "1.0 with the list's own check", "0.75"),
    "cold": (["v3"], scan("v3", "sizes"), FIND, 1, "1.0", "0.8"),
    "state": (["q2000"], scan("q2000", "state"), READ, 1, "1.45", "1.3"),
    "state again": (["q2000"], again("q2000", "state"), READ, 1, "0.05", "0.02"),
    "plistlib": (["q2000"], scan("q2000", "state"), ["python3", "-c", PLISTLIB, at("q2000")], 1, "0.01", ""),
    "unchanged": (["n2000"], again("n2000", "sizes"), None, 2000, "0.002 s a backup", "0.001 s"),
    "million": (["v1m", "v10k"], scan("v1m", "names"), scan("v10k", "names"), 2.5, "1.3 a file", ""),
    "keys": (["enc40"], scan("enc40", "names", *SECRET), night("derive", "40", "2"), 1, "1.25 in wall", "1.1"),
    "encrypted": (["enc"], scan("enc", "names", *SECRET), night("derive"), 1, "1.25", ""),
    "contents": (["big"], scan("big", "contents"), SHA1SUM, 1, "0.286", ""),
}


def drop_caches():
    subprocess.run(["sync"], check=True)
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")


def once(name, command):
    """Wall and CPU seconds of a whole process, and its most memory in MB.

    A derivation makes its keybag first, which costs the same again: only its own seconds count.
    """
    if name == "cold":
        drop_caches()
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    if status != 0:
        sys.exit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    cpu = used.ru_utime + used.ru_stime
    if "derive" in command:
        wall = cpu = float(output.split()[0])
    return wall, cpu, used.ru_maxrss // 1024


def spread(values):
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def ratios(name, other, share, rounds):
    """Of each round the two sides, and their ratios of wall and CPU time."""
    measured = TABLE[name][1]
    one = (1.0, 1.0, 0)
    pairs = [(once(name, measured), once(name, other) if other else one) for _ in range(rounds)]
    return pairs, *([a[n] / b[n] / share for a, b in pairs] for n in (0, 1))


def row(name):
    data, measured, other, share, must, aim = TABLE[name]
    for wanted in data:
        if not pathlib.Path(at(wanted)).exists():
            verb, *rest = DATA[wanted]
            subprocess.run(night(verb, at(wanted), *rest), check=True)
    once(name, measured)  # warms the files, and fills a history
    once(name, other) if other and name != "plistlib" else None
    pairs, walls, cpus = ratios(name, other, share, 2 if name == "plistlib" else ROUNDS)
    seconds = [statistics.median(side[0] for side in sides) for sides in zip(*pairs)]
    against = f"{seconds[0]:.3f} s" + (f" against {seconds[1]:.3f} s" if other else "")
    memory = max(a[2] for a, _ in pairs)
    print(f"| `{name}` | {must} | {aim} | {spread(walls)} | {spread(cpus)} | {against} | {memory} MB |", flush=True)


print(f"{ROUNDS} rounds, load {os.getloadavg()[0]:.1f}\n")
print("| row | must | aim | wall | CPU | seconds | memory |\n|---|---|---|---|---|---|---|", flush=True)
for name in ROWS or TABLE:
    row(name)
