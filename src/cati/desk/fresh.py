"""The places in the queue of cases that nothing has happened to: worked out once for all that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.desk.standing import fresh_place
from cati.fieldwork import CallingRules

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class Untouched:
    """What the place of a case depends on that was never called, of which nothing else is known, no number failed."""

    agreed: bool
    issued: bool
    has_number: bool
    zone: str = ""


class FreshPlaces:
    """The columns `next_…` of such cases from one instant on, the same that `standing.restand` would find."""

    def __init__(self, study: Study, rules: CallingRules, at: datetime) -> None:
        self._label = study.scheme.default.label
        self._rules = rules
        self._at = at
        self._known: dict[Untouched, dict[str, Any]] = {}

    def of(self, case: Untouched) -> dict[str, Any]:
        """The place of a case, as columns."""
        if case not in self._known:
            place = fresh_place(
                self._rules,
                serial="",
                label=self._label,
                issued_at=self._at if case.issued else None,
                zone=case.zone,
                declined=not case.agreed,
                has_number=case.has_number,
            )
            del place["draw"]  # by the serial, and the same for good
            self._known[case] = place
        return self._known[case]
