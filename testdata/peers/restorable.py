"""Is it restorable? The truth, the word of fleetback, and the word of each reader of other people, counted.

    restorable.py WORK FLEETBACK [PAGE]

WORK holds `fleets` (a copy of the checked-in ones), `whole`, `damage` and `long` (made by make-fleet, with whole.json,
damage.json and long.json beside them). Why a reader said no is written to reasons.json in the environment of Python. Ends with 1 when
fleetback called a whole backup lost.
"""

import datetime
import json
import logging
import subprocess
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import cases
import readers

NOW = "2026-11-20T04:00:00Z"
LEVELS = ("sizes", "contents")
OURS = [f"fleetback, {level}" for level in LEVELS]
WORDS = OURS + list(readers.READERS)
CHANGED = 12  # how many whole backups each change is done to


def all_cases(work):
    found = list(cases.checked_in(work / "fleets"))
    whole = list(cases.generated(work / "whole", work / "whole.json", "generated"))
    found += whole
    found += cases.generated(work / "damage", work / "damage.json", "generated")
    found += cases.changed(whole[:CHANGED], work / "changed", cases.CHANGES)
    return found


def scan(program, roots, password, level):
    """What fleetback says of every folder below the roots, by path."""
    command = [program, "scan", *map(str, roots), "--no-history", "--now", NOW, "--verify", level]
    command += ["--password-command", f"echo {password}", "--json", "-"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1, 3):
        raise SystemExit(f"fleetback ended with {run.returncode}: {run.stderr}")
    devices = json.loads(run.stdout)["devices"]
    return {Path(backup["path"]).resolve(): our_word(backup) for device in devices for backup in device["backups"]}


def our_word(backup):
    """`needs-password` and a backup that counts as good are calm too; only `no` is an alarm."""
    if backup["good"] or backup["restorable"] in ("yes", "needs-password"):
        return "yes"
    return "no" if backup["restorable"] == "no" else "open"


def our_words(program, found, level):
    """One run per folder of backups, as one person would scan it. A folder that is told nowhere is no backup: no."""
    told = {}
    roots = {(case.folder.parent, case.password) for case in found}
    for root, password in sorted(roots):
        told.update(scan(program, [root], password, level))
    return [told.get(case.folder.resolve(), "no") for case in found]


def ask_all(program, found):
    """By reader, a word for each case; and every reason for a no."""
    words = {name: our_words(program, found, level) for name, level in zip(OURS, LEVELS)}
    reasons = []
    for name in readers.READERS:
        answers = [readers.ask(name, case.folder, case.password) for case in found]
        words[name] = [word for word, _ in answers]
        reasons += [
            {"reader": name, "kind": case.kind, "folder": str(case.folder), "why": why}
            for case, (word, why) in zip(found, answers)
            if word == "no"
        ]
    return words, reasons


def outcome(truth, word):
    if truth is None:
        return "not counted"
    if word in ("-", "open"):
        return {"-": "no opinion", "open": "left open"}[word]
    if truth is (word == "yes"):
        return "right"
    return "false alarm" if truth else "false calm"


OUTCOMES = ("right", "false calm", "false alarm", "left open", "no opinion")


def count(found, words):
    """How often each reader was right or wrong over the cases whose truth is known."""
    return {name: Counter(outcome(case.truth, word) for case, word in zip(found, words[name])) for name in WORDS}


def missed(found, words):
    """Per level, the kinds that fleetback was wrongly calm about."""
    return "".join(f"- at `{level}`: {missed_at(found, words[name])}\n" for name, level in zip(OURS, LEVELS))


def missed_at(found, given):
    calm = Counter(case.kind for case, word in zip(found, given) if outcome(case.truth, word) == "false calm")
    of = Counter(case.kind for case in found)
    return ", ".join(f"{kind} ({number} of {of[kind]})" for kind, number in calm.items()) or "nothing"


def sampled(work, program):
    """Our words on long backups in which few payloads are garbled, by how many."""
    whole = list(cases.generated(work / "long", work / "long.json", "generated"))
    found = list(cases.changed(whole, work / "sampled", cases.GARBLED_OF_MANY))
    words = {name: our_words(program, found, level) for name, level in zip(OURS, LEVELS)}
    rows = [
        [kind, len(numbers), *(cell([words[name][number] for number in numbers]) for name in OURS)]
        for (kind, _), numbers in by_kind(found).items()
    ]
    return table(["what was done", "backups", *OURS], rows)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def counts_table(counts):
    return table(["", *OUTCOMES], [[name, *(counts[name][outcome] for outcome in OUTCOMES)] for name in WORDS])


def cell(given):
    """`yes` when all say so, else how many say what."""
    counted = Counter(given)
    if len(counted) == 1:
        return given[0]
    return ", ".join(f"{number} {word}" for word, number in sorted(counted.items(), reverse=True))


def by_kind(found):
    """The cases of one kind and truth, in order of first sight: those that are whole come first."""
    kinds = {}
    order = {True: 0, None: 1, False: 2}
    for number, case in sorted(enumerate(found), key=lambda pair: order[pair[1].truth]):
        kinds.setdefault((case.kind, case.truth), []).append(number)
    return kinds


def kinds_table(found, words):
    spelt = {True: "yes", False: "no", None: "not known"}
    rows = [
        [kind, len(numbers), spelt[truth], *(cell([words[name][number] for number in numbers]) for name in WORDS)]
        for (kind, truth), numbers in by_kind(found).items()
    ]
    return table(["what was done", "backups", "truth", *WORDS], rows)


def whole_list(found):
    """Every kind of backup on which an alarm would be false, and how many there are of each."""
    counted = Counter((case.origin, case.kind) for case in found if case.truth)
    lines = {}
    for (origin, kind), number in counted.items():
        lines.setdefault(origin, []).append(f"{kind} ({number})" if number > 1 else kind)
    return "".join(f"- {origin}: {', '.join(kinds)}\n" for origin, kinds in lines.items())


PAGE = """
## Is it restorable?

A second, independent look at one question: would a device take this backup, and would every file come back as it was?
The truth is what was done to the folder when it was made. Beside the word of fleetback stand three readers of other
people, which share no code with it (mvt decrypts with iphone_backup_decrypt). Made by

```
testdata/check-with-peers.sh --page
```

on {date} with fleetback {ours}, {peers}.

**Counted** are {decided} backups whose truth is known ({whole} can be restored, {lost} cannot); {open} more are in the
table and count for neither, because no one has tried whether a device takes them. fleetback says *yes* when `restorable`
is `yes` or `needs-password` or the backup counts as good, *no* when it is `no`; `unknown` is *left open*. It was given
the passwords and ran at `sizes`, the default, and at `contents`. A reader says *yes* when it opens the backup, lists it,
decrypts it and finds every file, *no* when it raises an error or misses one, and has no opinion on a layout it was not
made for. None of the three was made to answer this question: mvt looks for spyware, the other two extract files, and
none reads Status.plist for a verdict. The figures say how far "another program opened it" carries as a proof.

{counts}
*False calm*: it cannot be restored, and the word was yes. *False alarm*: it can be, and the word was no.

**What fleetback missed:**

{missed}
What is *left open* is a payload of the right length that does not begin as its name says, in a plain backup and without a
Digest: the device may have stored it so.

**What a sample cannot see.** A payload of the right length with wrong bytes shows only to who reads it, and at `sizes`
64 payloads of a backup are looked into ([formats.md](formats.md), "Names and first bytes"): all of the 40 in the backups
above, few of those in a real one. So here are longer backups, which count for neither, each with some payloads garbled.
Every one of them is damaged, and each *yes* is one that this level does not see. What `contents` does not see either is
a payload of a plain backup without a Digest whose name binds nothing, which cannot be told from a sound one; and, once
in 256, an encrypted one whose last bytes pass for a padding.

{sampled}
**False alarms are counted over** {whole} backups:

{list}
None of them is of a real device: none that is whole was at hand.

{kinds}"""


def page(found, words, ours, sampled):
    truths = Counter(case.truth for case in found)
    return PAGE.format(
        date=datetime.date.today().isoformat(),
        ours=ours,
        peers=", ".join(f"{name} {version(name)}" for name in readers.READERS),
        decided=truths[True] + truths[False],
        whole=truths[True],
        lost=truths[False],
        open=truths[None],
        counts=counts_table(count(found, words)),
        missed=missed(found, words),
        sampled=sampled,
        list=whole_list(found),
        kinds=kinds_table(found, words),
    )


def main(work, program, out=None):
    logging.disable(logging.CRITICAL)
    sys.unraisablehook = lambda _: None  # some readers stumble when they clean up
    work = Path(work).resolve()
    found = all_cases(work)
    words, reasons = ask_all(program, found)
    Path(sys.prefix, "reasons.json").write_text(json.dumps(reasons, indent=1))
    ours = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    text = page(found, words, ours, sampled(work, program))
    print(text)
    if out:
        Path(out).write_text(text)
    counts = count(found, words)
    alarms = sum(counts[name]["false alarm"] for name in OURS)
    if alarms:
        raise SystemExit(f"fleetback called {alarms} whole backups lost")


if __name__ == "__main__":
    main(*sys.argv[1:])
