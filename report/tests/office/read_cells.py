"""Prints what a spreadsheet made of each cell: [[type, value, text], ...] per row, as JSON.

Types are those of openpyxl: s text, n number, d date, f formula, b truth value, e error.
Usage: read_cells.py FILE.xlsx [SHEET]
"""

import json
import sys

import openpyxl


def cell(found):
    value = found.value
    if value is None:
        return ["empty", "", ""]
    text = repr(value) if isinstance(value, float) else str(value)
    kind = "d" if found.is_date else found.data_type
    return [kind, found.number_format, text]


book = openpyxl.load_workbook(sys.argv[1])
sheet = book[sys.argv[2]] if len(sys.argv) > 2 else book.active
json.dump([[cell(c) for c in row] for row in sheet.iter_rows()], sys.stdout)
