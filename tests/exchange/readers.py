"""Readers of exported files that share no code with what wrote them."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest


def pspp(path: Path, commands: str) -> list[list[str]]:
    """What GNU PSPP prints of a `.sav` file, as lines of cells; its warnings fail. Skips where it is not there."""
    if shutil.which("pspp") is None:
        pytest.skip("PSPP is not installed here: apt-get install pspp")
    syntax = path.with_suffix(".sps")
    syntax.write_text(f"GET FILE='{path}'.\n{commands}\n", encoding="utf-8")
    ran = subprocess.run(
        ["pspp", "-O", "format=csv", str(syntax)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(path.parent)},
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    assert "warning:" not in said, said
    assert "error:" not in said, said
    return list(csv.reader(io.StringIO(ran.stdout)))


def frequencies(path: Path, variable: str) -> dict[str, tuple[int, bool]]:
    """How often PSPP counts each value of a variable, and whether it takes it for missing."""
    rows = pspp(path, f"SET TNUMBERS=VALUES.\nFREQUENCIES /VARIABLES={variable}.")
    found: dict[str, tuple[int, bool]] = {}
    missing, inside = False, False
    for row in rows:
        if len(row) > 2 and row[2] == "Frequency":
            inside = True
        elif inside and row and row[0] == "Total":
            break
        elif inside and len(row) > 2:
            missing = row[0] == "Missing" if row[0] else missing
            found[row[1]] = (int(row[2]), missing)
    return found


@dataclass(frozen=True)
class TripleS:
    """A Triple-S pair as its description says: for each variable its type and codes, and the rows by name."""

    types: dict[str, str]
    codes: dict[str, dict[str, str]]
    rows: list[dict[str, str]]
    positions: list[tuple[int, int]]


def triple_s(description: Path, data: Path) -> TripleS:
    """Reads a description and its data of fixed width, byte by byte."""
    root = Xml.parse(description).getroot()
    record = root.find("survey/record")
    assert record is not None
    types, codes, places = {}, {}, {}
    for variable in record.iter("variable"):
        name = variable.findtext("name") or ""
        position = variable.find("position")
        assert position is not None
        start = int(position.attrib["start"])
        places[name] = (start, int(position.attrib.get("finish", start)))
        types[name] = variable.attrib["type"]
        codes[name] = {value.attrib["code"]: value.text or "" for value in variable.iter("value")}
    rows = [
        {name: line[start - 1 : finish].decode("cp1252").strip() for name, (start, finish) in places.items()}
        for line in data.read_bytes().split(b"\r\n")[:-1]
    ]
    return TripleS(types, codes, rows, list(places.values()))
