"""Multiple-response sets in an SPSS file: a record that the library that writes the file cannot write.

The layout is as GNU PSPP documents it: "Multiple Response Sets Records" and "Long Variable Names Record" in "System
File Format" of the PSPP developers' guide.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from shutil import copyfileobj

from cati.exchange.codebook import MultiSet

_HEADER = 176
_VARIABLE, _VALUE_LABELS, _VARIABLES_OF_LABELS, _DOCUMENT, _EXTENSION, _END = 2, 3, 4, 6, 7, 999
_SETS, _LONG_NAMES = 7, 13
_LONGEST_LABEL = 255


def add_sets(path: Path, sets: Sequence[MultiSet]) -> None:
    """Puts the sets into a `.sav` file that is not compressed as a whole (`.zsav` would need its offsets moved)."""
    if not sets:
        return
    part = path.with_name(path.name + ".part")
    with path.open("rb") as source, part.open("wb") as target:
        with mmap(source.fileno(), 0, access=ACCESS_READ) as data:
            end, short_names = _dictionary(data)
        target.write(source.read(end))
        target.write(_record(sets, short_names))
        copyfileobj(source, target, 1 << 20)
    part.replace(path)


def _dictionary(data: mmap) -> tuple[int, dict[str, str]]:
    """Where the dictionary's last record begins, and the short name of each variable by its long one, in small
    letters."""
    if data[:4] != b"$FL2":
        raise ValueError("not an SPSS system file")
    at = _HEADER
    short_names: dict[str, str] = {}
    while True:
        (kind,) = struct.unpack_from("<i", data, at)
        if kind == _END:
            return at, short_names
        if kind == _VARIABLE:
            at = _after_variable(data, at)
        elif kind == _VALUE_LABELS:
            at = _after_value_labels(data, at)
        elif kind == _VARIABLES_OF_LABELS:
            at += 8 + 4 * struct.unpack_from("<i", data, at + 4)[0]
        elif kind == _DOCUMENT:
            at += 8 + 80 * struct.unpack_from("<i", data, at + 4)[0]
        elif kind == _EXTENSION:
            subtype, size, count = struct.unpack_from("<iii", data, at + 4)
            if subtype == _LONG_NAMES:
                text = data[at + 16 : at + 16 + size * count].decode()
                pairs = (pair.split("=", 1) for pair in text.split("\t") if "=" in pair)
                short_names = {long.lower(): short for short, long in pairs}
            at += 16 + size * count
        else:
            raise ValueError(f"a record of an unknown kind, {kind}, at byte {at}")


def _after_variable(data: mmap, at: int) -> int:
    missing: int
    _, has_label, missing = struct.unpack_from("<iii", data, at + 4)
    at += 32
    if has_label:
        length: int
        (length,) = struct.unpack_from("<i", data, at)
        at += 4 + -(-length // 4) * 4
    return at + 8 * abs(missing)


def _after_value_labels(data: mmap, at: int) -> int:
    (count,) = struct.unpack_from("<i", data, at + 4)
    at += 8
    for _ in range(count):
        at += 8
        at += -(-(data[at] + 1) // 8) * 8
    return at


def _record(sets: Sequence[MultiSet], short_names: dict[str, str]) -> bytes:
    lines = []
    for each in sets:
        names = " ".join(short_names.get(name.lower(), name).lower() for name in each.variables)
        counted = str(each.counted)
        label = _cut(each.label)
        lines.append(b"$%s=D%d %s %d %s %s\n" % (
            each.name.encode(), len(counted), counted.encode(), len(label), label, names.encode()))  # fmt: skip
    text = b"".join(lines)
    return struct.pack("<iiii", _EXTENSION, _SETS, 1, len(text)) + text


def _cut(label: str) -> bytes:
    cut = label.encode()[:_LONGEST_LABEL]
    return cut.decode(errors="ignore").encode()
