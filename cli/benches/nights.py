#!/usr/bin/env python3
"""What a long history costs a run: `nights.py FLEETBACK FOLDER [DEVICES] [ROUNDS] [NIGHTS]`.

FLEETBACK is target/release/fleetback. Stores of 10 and of NIGHTS (400) nights are made in FOLDER by
running it night after night over a table of DEVICES (10,000), unless they are there. Each round then runs
the next night once with each of them, on a copy, and once without a history. Printed are medians of the
CPU time and the memory of whole processes, and the ratio of the long history to the short one.
"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta

FLEETBACK, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
DEVICES = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 5
LONG = int(sys.argv[5]) if len(sys.argv) > 5 else 400
SHORT = 10
FIRST = datetime(2025, 6, 1, 4)
HEADER = (
    "JSS Mobile Device ID,Display Name,Serial Number,UDID,Model,Model Identifier,OS Version,OS Build,Full Name,"
    "Email Address,Department,Last Inventory Update,iCloud Backup Enabled,Last iCloud Backup,Capacity MB,"
    "Available MB,Supervised\n"
)


def backed_up(device, night):
    """Three of four back up each night, and every tenth is in trouble for a month."""
    in_trouble = (device * 7 + night) // 30 % 10 == 0
    since = (device * 13 + night * 5) % 4 // 3 + ((device * 7 + night) % 30 if in_trouble else 0)
    return FIRST + timedelta(days=night - since, hours=-2)


def table(night):
    seen = FIRST + timedelta(days=night, hours=-1)
    rows = (
        f'{i},Phone {i},FBT{i:07X},00008030-{i:016X},iPhone 11,"iPhone12,1",18.1,22B83,Person {i},'
        f"p{i}@example.org,Dept {i % 40},{seen},Yes,{backed_up(i, night)},64000,16000,Yes\n"
        for i in range(DEVICES)
    )
    path = FOLDER / "table.csv"
    path.write_text(HEADER + "".join(rows))
    return path


def run(night, history):
    """CPU seconds and most memory in MB of the run of a night."""
    store = ["--history", str(history)] if history else ["--no-history"]
    now = (FIRST + timedelta(days=night)).strftime("%Y-%m-%dT%H:%M:%SZ")
    command = [FLEETBACK, "scan", "--mdm", str(FOLDER / "table.csv"), "--now", now, *store, "--json", "/dev/null", "-q"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(told.decode())
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, time.perf_counter() - begun


def copied(source, target):
    for path in FOLDER.glob(target.name + "*"):
        path.unlink()
    shutil.copy(source, target)
    return target


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    stores = {nights: FOLDER / f"{DEVICES}-{nights}.sqlite3" for nights in (SHORT, LONG)}
    if not stores[LONG].exists():
        growing = FOLDER / "growing.sqlite3"
        for path in FOLDER.glob("growing*"):
            path.unlink()
        for night in range(LONG):
            table(night)
            cpu, _, _ = run(night, growing)
            if night + 1 in stores:
                shutil.copy(growing, stores[night + 1])
            if night % 50 == 49 or night < 2:
                print(f"night {night + 1}: {cpu:.2f} s, {growing.stat().st_size / 1e6:.1f} MB", flush=True)
    figures = {"without": [], SHORT: [], LONG: []}
    for _ in range(ROUNDS):
        for nights in (SHORT, LONG):
            table(nights)
            figures[nights].append(run(nights, copied(stores[nights], FOLDER / "used.sqlite3")))
        figures["without"].append(run(LONG, None))
    for name, runs in figures.items():
        cpu, memory, wall = (statistics.median(column) for column in zip(*runs))
        print(f"{name} nights: {cpu:.2f} s CPU, {wall:.2f} s, {memory:.0f} MB")
    ratios = [long[0] / short[0] for long, short in zip(figures[LONG], figures[SHORT])]
    print(f"{LONG} nights against {SHORT}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


main()
