"""CSV: each row as a sentence of its own, with the names of the columns."""

import csv
import io
import itertools

from knowledge.readers.decoding import decode
from knowledge.readers.reading import Block, Reading, Unreadable, checked
from knowledge.readers.unseen import seen

MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 20_000


def read_csv(data: bytes) -> Reading:
    text, hid = seen(decode(data))
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = list(itertools.islice(csv.reader(io.StringIO(text), dialect), MOST_ROWS + 1))
    except csv.Error as exc:
        raise Unreadable("damaged", f"It is not a table that can be read ({exc}).") from exc
    if len(rows) > MOST_ROWS:
        raise Unreadable("too large", f"It has more than {MOST_ROWS:,} rows; a table that long is data, not guidance.")
    rows = [[cell.strip()[:LONGEST_CELL] for cell in row[:MOST_COLUMNS]] for row in rows if any(map(str.strip, row))]
    if not rows:
        return Reading(())
    head = rows[0]
    named = len(rows) > 1 and all(cell and len(cell.split()) <= 8 for cell in head)
    lines = []
    for row in rows[1:] if named else rows:
        pairs = itertools.zip_longest(head, row, fillvalue="") if named else (("", cell) for cell in row)
        lines.append("; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell))
    return Reading(checked(Block("row", line) for line in lines), notes=("hidden text left out",) if hid else ())
