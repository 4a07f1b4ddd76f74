"""A merge as it is made: how it was asked for, what was read, what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cati.exchange.codebook import interview_variables as own
from cati.exchange.export.reviewing import Flagged, Reviewed
from cati.exchange.export.table import Table
from cati.exchange.merging.choosing import Candidate, Mode
from cati.exchange.merging.findings import Findings
from cati.exchange.merging.sources import OnlineFile
from cati.exchange.merging.telephone import Row, TelephoneFile


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to merge. `preferred`: the mode that is kept where nothing else decides; `hold_back`: answers that no
    question can take are held back, and do not block; `trial`: nothing is kept, not even the ids of new rows;
    `codebook`: the dictionary of the online file, where it does not stand beside it."""

    preferred: Mode = "telephone"
    hold_back: bool = False
    trial: bool = False
    reviewed: Reviewed = field(default_factory=Reviewed)
    codebook: Path | None = None


@dataclass
class Merged:
    """A merge. `table`: None where a conflict blocks it; `links`: survey id and serial of each row ("" of the open
    link); `losers`: rows of data that are not in the table, with serial, mode and why; `flagged`: words held back."""

    findings: Findings
    telephone: TelephoneFile
    online: OnlineFile
    table: Table | None = None
    links: list[tuple[str, str]] = field(default_factory=list)
    losers: list[tuple[str, str, str, Row]] = field(default_factory=list)
    flagged: list[Flagged] = field(default_factory=list)


def serial_of(each: Candidate, merged: Merged) -> str:
    """The serial of whoever gave an interview; "" of the open link."""
    if each.mode == "online":
        return str(each.what.serial)
    return merged.telephone.serials[str(each.what[merged.telephone.book.at[own.SURVEY_ID]])]
