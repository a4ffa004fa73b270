"""Tables as CSV (RFC 4180). What people wrote is text: no spreadsheet takes it for a formula (threats.md H14)."""

import csv
import io
from collections.abc import Iterable, Sequence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(definition: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """definition: what the numbers mean and when they were taken; it stands above the table, in a line of its own."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(definition)])
    writer.writerow([_cell(word) for word in head])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Numbers stay numbers; a text that a spreadsheet would reckon with gets an apostrophe before it."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(DANGEROUS) else value
