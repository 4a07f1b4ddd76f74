"""The merged data by mode: how many answers, how many don't know, and scales that look turned round in one."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cati.exchange.codebook import Variable, reserve
from cati.exchange.codebook import interview_variables as own
from cati.exchange.export.table import Table
from cati.exchange.merging.findings import ByMode, Findings

_LEAST = 30
_FAR, _NEAR = 0.35, 0.15
_NOT_GIVEN = {reserve.NOT_GIVEN, reserve.EDITED_OUT}
_NOT_ASKED = {reserve.OFF_ROUTE, reserve.OTHER_MODE, reserve.OTHER_VERSION}


def by_mode(table: Table) -> list[ByMode]:
    """Of every question, by mode: valid answers; don't know, refused and other special answers; not given."""
    modes = table.column(own.MODE)
    found = []
    for variable, column in table.each():
        if variable.source not in ("question", "write-in"):
            continue
        counts = {mode: [0, 0, 0] for mode in own.MODE_CODES.values()}
        for mode, value in zip(modes, column, strict=True):
            place = _place(variable, value)
            if place is not None:
                counts[mode][place] += 1
        telephone, online = (
            (counts[code][0], counts[code][1], counts[code][2])
            for code in (own.MODE_CODES["telephone"], own.MODE_CODES["online"])
        )
        found.append(ByMode(variable.name, telephone, online))
    return found


def _place(variable: Variable, value: Any) -> int | None:
    """0 for an answer, 1 for a special one, 2 for none; None where it was not asked."""
    if variable.kind == "text" and not str(value).lstrip("-").isdigit():
        return 0 if value else None
    code = int(value)
    if code in _NOT_ASKED:
        return None
    if code in _NOT_GIVEN:
        return 2
    special = code < 0 or any(each.value == code and each.key for each in variable.codes)
    return 1 if special else 0


def look_reversed(table: Table, findings: Findings) -> None:
    """Tells scales on which the online answers fit those of the telephone far better the other way round.

    Measured by the share of answers that would have to move for the two distributions to be one (total variation
    distance): more than 35% as they are, less than 15% reversed, with 30 answers or more in each mode.
    """
    modes = table.column(own.MODE)
    for variable, column in table.each():
        codes = [code.value for code in variable.valid if not code.key]
        if variable.kind != "coded" or variable.source != "question" or len(codes) < 3:
            continue
        counts: dict[int, Counter[int]] = {mode: Counter() for mode in own.MODE_CODES.values()}
        for mode, value in zip(modes, column, strict=True):
            if value in codes:
                counts[mode][value] += 1
        telephone, online = counts[own.MODE_CODES["telephone"]], counts[own.MODE_CODES["online"]]
        if min(telephone.total(), online.total()) < _LEAST:
            continue
        turned = Counter({code: online[other] for code, other in zip(codes, reversed(codes), strict=True)})
        if _distance(telephone, online, codes) > _FAR and _distance(telephone, turned, codes) < _NEAR:
            said = "its answers would fit the telephone's if the codes ran the other way round"
            findings.differ(variable.name, "looks reversed", "serious", said, "")


def _distance(one: Counter[int], other: Counter[int], codes: list[int]) -> float:
    first, second = one.total(), other.total()
    return sum(abs(one[code] / first - other[code] / second) for code in codes) / 2
