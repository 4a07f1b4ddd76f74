"""What an export is made of, before any file of it is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cati.exchange.codebook import Differing
from cati.exchange.export.reviewing import Flagged
from cati.exchange.export.table import Column, Table, Trouble


class ContactRow(NamedTuple):
    """Somebody who agreed to be contacted again: what the sample says, what the interview says, and to what."""

    case_id: int
    name: str
    email: str
    la: str
    numbers: tuple[str, ...]
    given: dict[str, Any]
    agreed: dict[str, bool]


@dataclass
class Gathered:
    """What an export is made of. `links`: survey id, case id and serial; `versions`: interviews by version of the
    questionnaire and hash of the study's files."""

    table: Table
    contacts: list[ContactRow] = field(default_factory=list)
    links: list[tuple[str, int, str]] = field(default_factory=list)
    flagged: list[Flagged] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    differing: list[Differing] = field(default_factory=list)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Part:
    """What one process took of an export: columns and rows by version id, the decisions it used, and the rest."""

    found: Gathered
    columns: dict[int, tuple[list[Column], int]]
    used: set[tuple[str, str]]
