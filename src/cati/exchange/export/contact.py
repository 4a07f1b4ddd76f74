"""What says who somebody is, apart from the data: the contact file, and the file that links it to the data."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cati.exchange.codebook import Codebook
from cati.exchange.export.gathered import ContactRow
from cati.exchange.export.reviewing import COLUMNS, Flagged, guarded
from cati.exchange.export.table import Trouble

CONTACT_ID = "ContactID"


def write_contact(rows: Sequence[ContactRow], contact_ids: dict[int, str], book: Codebook, path: Path) -> None:
    """Everybody who agreed to be contacted again, and to what; in the order of the contact ids, which are random.

    No survey id stands here: `write_link` writes which contact id belongs to which.
    """
    columns = [(each.item, box) for each in book.apart for box in (each.boxes or ("",))]
    most = max((len(row.numbers) for row in rows), default=0)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(
            [
                CONTACT_ID,
                *(f"Agreed_{consent.item}" for consent in book.consents),
                *(f"{item}_{box}" if box else item for item, box in columns),
                "SampleName",
                "SampleEmail",
                "SampleLA",
                *(f"SamplePhone{number}" for number in range(1, most + 1)),
            ]
        )
        for row in sorted(rows, key=lambda row: contact_ids[row.case_id]):
            numbers = [*row.numbers, *[""] * (most - len(row.numbers))]
            cells = [
                *("yes" if row.agreed.get(consent.item) else "no" for consent in book.consents),
                *(cell for each in book.apart for cell in _given(row.given.get(each.item), each.boxes or ("",))),
                row.name,
                row.email,
                row.la,
                *numbers,
            ]
            out.writerow([contact_ids[row.case_id], *(_safe(cell) for cell in cells)])


def _given(given: Any, boxes: Sequence[str]) -> list[str]:
    """A cell a box of what was given at an item. What has no boxes, or was refused as a whole, is the same in each."""
    if given is None:
        return [""] * len(boxes)
    if isinstance(given, dict) and set(given) != {"key"}:
        return [_words(given.get(box)) for box in boxes]
    return [_words(given)] * len(boxes)


def _words(given: Any) -> str:
    if isinstance(given, dict):
        return str(given["key"])
    return "" if given is None else " ".join(str(given).split())


_RISKY = frozenset("=+-@'")


def _safe(cell: str) -> str:
    """Numbers as they are dialled (+44 …) stay as they are; what a spreadsheet would compute does not."""
    return cell if cell[:1] not in _RISKY or cell[1:].replace(" ", "").isdigit() else guarded(cell)


def write_link(links: Sequence[tuple[str, int, str]], contact_ids: dict[int, str], path: Path) -> None:
    """Which survey id is which contact id and serial; contact id empty for who agreed to nothing."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(["SurveyID", CONTACT_ID, "Serial"])
        out.writerows((survey_id, contact_ids.get(case_id, ""), serial) for survey_id, case_id, serial in links)


def write_review(flagged: Sequence[Flagged], path: Path) -> None:
    """The words that were held back, or decided on, to be reviewed: keep, replace or hold under Decision."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(COLUMNS)
        out.writerows(
            (each.survey_id, each.variable, each.why, guarded(each.text), each.decision, guarded(each.replacement))
            for each in flagged
        )


def write_report(troubles: Sequence[Trouble], path: Path) -> None:
    """What no file, or not every file, holds as it was given."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(["SurveyID", "Variable", "Format", "What"])
        out.writerows((each.survey_id, each.variable, each.form, guarded(each.what)) for each in troubles)
