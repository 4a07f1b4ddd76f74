"""Writes a sample as the CSV that `cati sample load` reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from cati.desk import SampleRow

_TEXTS = ("serial", "name", "la", "region", "ofsted", "email", "link", "recontact", "batch", "timezone")


def write_sample_csv(rows: Iterable[SampleRow], file: TextIO) -> int:
    """Writes the rows with a header to a text file (open it with `newline=""` and UTF-8); how many there were.

    Every number has its column (phone, phone2, …), every sample variable too. Cells are written as they are: this is
    a file for machines, and an apostrophe before a leading + or = would change the data.
    """
    people = list(rows)
    phones = ["phone" if number == 1 else f"phone{number}" for number in range(1, _most_phones(people) + 1)]
    variables = sorted({name for row in people for name in row.variables})
    out = csv.writer(file, lineterminator="\n")
    out.writerow([*_TEXTS, *phones, *variables])
    for row in people:
        numbers = [*row.phones, *[""] * (len(phones) - len(row.phones))]
        facts = [getattr(row, name) for name in _TEXTS]
        out.writerow([*facts, *numbers, *[row.variables.get(name, "") for name in variables]])
    return len(people)


def _most_phones(people: Iterable[SampleRow]) -> int:
    return max((len(row.phones) for row in people), default=0)
