#!/usr/bin/env python3
"""Writes the table of iOS releases that is built into fleetback, from a feed file.

    report/os-table/regenerate.py FEED.json [YYYY-MM-DD] > report/os-table/table.tsv

FEED.json is Apple's GDMF list (https://gdmf.apple.com/v2/pmv, also as the SOFA project stores it, below
"data") or a SOFA feed for iOS, v1 or v2. The day is the one on which the file was fetched; without it,
the table is as old as the newest date in the feed. Nothing is fetched here. A GDMF list is to be
preferred: it names the models of every line that Apple still serves, SOFA those of three major versions.

The table is read by report/src/tables/os_releases.rs and means what docs/os-versions.md says.
"""

import json
import re
import sys
from collections import defaultdict

OURS = re.compile(r"(iPhone|iPad|iPod)\d{1,3},\d{1,3}$")


def entries_of_gdmf(feed):
    for sets in ("PublicAssetSets", "AssetSets"):
        for entries in feed.get(sets, {}).values():
            for entry in entries:
                yield entry.get("ProductVersion"), entry.get("PostingDate"), entry.get("SupportedDevices") or []


def entries_of_sofa(feed, inherits):
    for major in feed["OSVersions"]:
        latest = major["Latest"]
        for entry in [latest, *major["SecurityReleases"]]:
            types = entry.get("SupportedDevices")
            if types is None and inherits and entry.get("DeviceScope") != "device-specific":
                types = latest.get("SupportedDevices")
            yield entry.get("ProductVersion"), entry.get("ReleaseDate"), types or []


def releases(feed):
    """version -> [first day, models]; of one version's entries the earliest day counts."""
    entries = (
        entries_of_gdmf(feed)
        if "PublicAssetSets" in feed
        else entries_of_sofa(feed, any(key in feed for key in ("SchemaVersion", "LastCheck", "Devices")))
    )
    found = defaultdict(lambda: [None, set()])
    for version, day, types in entries:
        types = {name for name in types if OURS.match(name)}
        if not version or not types:
            continue
        row = found[version.split()[0]]
        day = day and day[:10]
        row[0] = min(filter(None, (row[0], day)), default=None)
        row[1] |= types
    return found


def by_numbers(text):
    return [int(part) for part in re.findall(r"\d+", text)]


def by_model(name):
    return (re.match(r"\D+", name)[0], by_numbers(name))


def main(path, day=None):
    with open(path, encoding="utf-8-sig") as file:
        feed = json.load(file)
    if isinstance(feed.get("data"), dict):
        feed = feed["data"]
    complete = "PublicAssetSets" in feed
    found = releases(feed)
    if not found:
        sys.exit(f"{path}: wanted a feed that lists iPhones, iPads or iPods, found none in it")
    newest = max(filter(None, [row[0] for row in found.values()] + [(feed.get("LastCheck") or "")[:10]]))
    source = "Apple's GDMF list (https://gdmf.apple.com/v2/pmv)" if complete else "the SOFA feed for iOS (macadmins/sofa)"
    print(f"# Releases of iOS and iPadOS and the models that they are for, from {source}.")
    print("# Written by report/os-table/regenerate.py; do not edit. Columns, parted by a tab: version, first day, models.")
    print(f"#date\t{day or newest}")
    print(f"#complete\t{'yes' if complete else 'no'}")
    for version in sorted(found, key=by_numbers, reverse=True):
        first, types = found[version]
        print(version, first or "", " ".join(sorted(types, key=by_model)), sep="\t")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
