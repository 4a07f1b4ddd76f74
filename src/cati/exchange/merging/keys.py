"""The keys of the online file against the sample: blanks, capitals and leading zeros do not tell people apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cati.exchange.columns import SPACES


def in_one_form(key: str) -> str:
    """A key without what typing and spreadsheets add: blanks, capitals, leading zeros, a fraction of zero."""
    text = "".join(key.split()).strip(SPACES).casefold()
    whole, point, zeros = text.partition(".")
    if point and whole.isdigit() and not zeros.strip("0"):
        text = whole
    return text.lstrip("0") or ("0" if text else "")


@dataclass
class Serials:
    """The serials of the sample, found by any spelling that can mean only one of them."""

    known: frozenset[str]
    _by_form: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, serials: Iterable[str]) -> Serials:
        """Those of a sample."""
        found = cls(frozenset(serials))
        for serial in sorted(found.known):
            found._by_form.setdefault(in_one_form(serial), []).append(serial)
        return found

    def find(self, key: str) -> str | None:
        """The serial that a key means; None where it means none, or could mean several."""
        if key in self.known:
            return key
        fits = self._by_form.get(in_one_form(key), [])
        return fits[0] if len(fits) == 1 else None

    def fits(self, key: str) -> int:
        """How many serials a key could mean."""
        return 1 if key in self.known else len(self._by_form.get(in_one_form(key), ()))
