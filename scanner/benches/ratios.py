#!/usr/bin/env python3
"""Measures the table of docs/performance.md: `ratios.py NIGHT FOLDER [ROUNDS] [ROW ...]`.

NIGHT is target/release/examples/night. What is missing in FOLDER is made first (15 GB of disk for all
rows). Each round runs the commands of a row one after the other, as whole processes on warm files, and
takes their ratio; printed are the median and the range of the ratios. Compare ratios, not seconds: the
seconds of a shared machine move by a quarter.
"""
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import time

NIGHT, FOLDER = sys.argv[1], sys.argv[2]
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
ROWS = sys.argv[4:]
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
    "q2000": ["fleet", "2000"],
    "big": ["large", "10000", "184000"],
}


def at(name):
    return os.path.join(FOLDER, name)


def night(*words):
    return [NIGHT, *words]


def scan(name, level, threads="2", *password):
    return night("scan", at(name), level, threads, *password)


def shell(text):
    return ["sh", "-c", text]


FIND = f"find {at('v3')}/ -type f -printf '%s\\n' > /dev/null"
SHA1SUM = f"find {at('big')} -type f -size +60k -print0 | xargs -0 sha1sum > /dev/null"

# What, its data, the measured command, what it is compared with, what must hold of measured/other.
TABLE = {
    "state": (["q2000"], scan("q2000", "state"), night("read", at("q2000"), "2"), "<= 1.5"),
    "plistlib": (["q2000"], scan("q2000", "state"), ["python3", "-c", PLISTLIB, at("q2000")], "<= 0.01"),
    "names": (["v3"], scan("v3", "names"), shell(FIND), "<= 0.6"),
    "sizes": (["v3"], scan("v3", "sizes"), shell(FIND), "<= 0.85"),
    "million": (["v1m", "v10k"], scan("v1m", "names"), scan("v10k", "names"), "<= 1.3 a file"),
    "encrypted": (["enc"], scan("enc", "names", "2", "secret"), night("derive"), "<= 1.25"),
    "contents": (["big"], scan("big", "contents"), shell(SHA1SUM), "<= 0.286"),
}


def files_of(output):
    found = re.search(r"(\d+) files", output)
    return int(found.group(1)) if found else None


def once(command):
    """Wall and CPU seconds of a whole process, its most memory in MB, and the files it looked at.

    A derivation makes its keybag first, which costs the same again: only its own seconds count.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if "derive" in command:
        wall = cpu = float(done.stdout.split()[0])
    memory = re.search(r"(\d+) MB at most", done.stdout)
    return wall, cpu, int(memory.group(1)) if memory else 0, files_of(done.stdout)


def spread(values):
    return f"{statistics.median(values):.4g} ({min(values):.4g} to {max(values):.4g})"


def row(name):
    data, measured, other, must = TABLE[name]
    for wanted in data:
        if not pathlib.Path(at(wanted)).exists():
            verb, *rest = DATA[wanted]
            subprocess.run(night(verb, at(wanted), *rest), check=True)
    once(measured), (name == "plistlib" or once(other))  # warms the files
    rounds = 2 if name == "plistlib" else ROUNDS
    pairs = [(once(measured), once(other)) for _ in range(rounds)]
    share = lambda pair: (pair[0][3] / pair[1][3]) if name == "million" else 1
    walls = [a[0] / b[0] / share((a, b)) for a, b in pairs]
    cpus = [a[1] / b[1] / share((a, b)) for a, b in pairs]
    seconds = [statistics.median(side[0] for side in sides) for sides in zip(*pairs)]
    print(
        f"{name}: must {must}; wall {spread(walls)}, cpu {spread(cpus)}; "
        f"{seconds[0]:.3f} s against {seconds[1]:.3f} s; {max(a[2] for a, _ in pairs)} MB",
        flush=True,
    )


for name in ROWS or TABLE:
    row(name)
