"""How many cases stand where: what the outcome tables are made of."""

from __future__ import annotations

import json
from collections import Counter
from typing import overload

from sqlalchemy import func, select

from cati.storage import Store
from cati.storage.tables import cases

_COLUMNS = ("region", "la", "ofsted", "batch", "link", "online_status")


@overload
def outcome_counts(store: Store, by: None = None, *, issued: bool = True) -> dict[str, int]: ...
@overload
def outcome_counts(store: Store, by: str, *, issued: bool = True) -> dict[str, dict[str, int]]: ...


def outcome_counts(
    store: Store, by: str | None = None, *, issued: bool = True
) -> dict[str, int] | dict[str, dict[str, int]]:
    """The number of cases at each outcome; with `by`, for each value of a fact or sample variable ("": none).

    `issued`: only cases issued to the telephone, the starting sample of the telephone's table; else all cases loaded.
    """
    condition = cases.c.issued_at.is_not(None) if issued else True
    with store.read() as connection:
        if by is None:
            rows = connection.execute(
                select(cases.c.outcome, func.count()).where(condition).group_by(cases.c.outcome)  # type: ignore[arg-type]
            )
            return {str(outcome): int(count) for outcome, count in rows}
        groups: dict[str, Counter[str]] = {}
        if by in _COLUMNS:
            column = cases.c[by]
            counted = connection.execute(
                select(column, cases.c.outcome, func.count()).where(condition).group_by(column, cases.c.outcome)  # type: ignore[arg-type]
            )
            for value, outcome, count in counted:
                groups.setdefault(value, Counter())[outcome] += count
        else:
            for text, outcome in connection.execute(select(cases.c.variables, cases.c.outcome).where(condition)):  # type: ignore[arg-type]
                groups.setdefault(str(json.loads(text).get(by, "")), Counter())[outcome] += 1
    return {value: dict(counts) for value, counts in sorted(groups.items())}
