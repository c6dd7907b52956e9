#!/usr/bin/env bash
# Makes the pictures of docs/pictures and docs/report.png again, of the demo fleet:   docs/pictures.sh
#
# Needs what the browser tests need, and pngquant, which makes them small.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v pngquant >/dev/null || { echo "pngquant is missing. Install it, then run this script again."; exit 1; }
command -v pdftoppm >/dev/null || { echo "pdftoppm is missing. Install poppler-utils, then run this script again."; exit 1; }

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
(cd report/tests/browser && npm ci --silent --no-audit --no-fund && node pictures.mjs "$work")
pdftoppm -r 60 -png "$work/print.pdf" "$work/print"
rm "$work/print.pdf"

mkdir -p docs/pictures
rm -f docs/pictures/*.png
for picture in "$work"/*.png; do
    pngquant --quality 85-99 --speed 1 --strip --output "docs/pictures/$(basename "$picture")" "$picture"
done
mv docs/pictures/report.png docs/report.png
ls -l docs/report.png docs/pictures
