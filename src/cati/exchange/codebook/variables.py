"""What a codebook is made of: variables, their codes, and the sets of a multicode."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cati.questionnaire.model import Mode

Kind = Literal["coded", "flag", "number", "text", "moment"]
"""coded: one code · flag: 0 or 1 of a multicode · number: a whole one · text: words · moment: a local date and time."""
Source = Literal["question", "write-in", "derived", "interview", "sample"]
Measure = Literal["nominal", "ordinal", "scale"]


@dataclass(frozen=True, slots=True)
class Code:
    """A code and its label. `missing`: a reserve code, no answer; `key`: what it means wherever it occurs (dk, na …);
    `mode`: offered in this mode alone."""

    value: int
    label: str
    missing: bool = False
    key: str | None = None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the data.

    `label`: a line, the id first; `question`: the wording in full; `item`: the id of the question or write-in that it
    comes from (of a grid, the row's; empty for what the program itself knows); `code`: of a flag or a write-in, the
    code it belongs to. `base`: who was asked, in the questionnaire's words; `ask`: the condition that is tested.
    `modes`: those in which it can be asked; `differences`: how they differ. `codes`: those of the questionnaire in
    printed order, then the reserve codes. `low`, `high`: of a number. `width`: of a text, in bytes of UTF-8.
    `only_in`: the versions of the questionnaire that have it, where not all of the codebook's do.
    """

    name: str
    kind: Kind
    label: str
    source: Source
    question: str = ""
    item: str = ""
    code: int | None = None
    codes: tuple[Code, ...] = ()
    base: str = ""
    ask: str = ""
    modes: tuple[Mode, ...] = ("telephone", "online")
    differences: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    measure: Measure = "nominal"
    low: int | None = None
    high: int | None = None
    unit: str = ""
    width: int = 0
    multi: str = ""
    derivation: str = ""
    only_in: tuple[str, ...] = ()

    @property
    def valid(self) -> tuple[Code, ...]:
        """The codes that are answers."""
        return tuple(code for code in self.codes if not code.missing)

    @property
    def reserve(self) -> tuple[Code, ...]:
        """The codes that are none."""
        return tuple(code for code in self.codes if code.missing)

    @property
    def labels(self) -> dict[int, str]:
        """Label by code, reserve codes included."""
        return {code.value: code.label for code in self.codes}

    @property
    def is_numeric(self) -> bool:
        return self.kind in ("coded", "flag", "number")


@dataclass(frozen=True, slots=True)
class MultiSet:
    """The flags of a multicode: 1 is mentioned, 0 not, a reserve code not asked."""

    name: str
    label: str
    variables: tuple[str, ...]
    counted: int = 1


@dataclass(frozen=True, slots=True)
class Apart:
    """What a question or write-in holds that says who somebody is, and never stands in the data.

    `boxes`: of contact details, its boxes; `why`: why it is kept apart.
    """

    item: str
    label: str
    why: str
    boxes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody can agree to be contacted for: the question, and the codes that agree."""

    item: str
    label: str
    codes: frozenset[int]


@dataclass(frozen=True)
class Codebook:
    """The one description of the data that every file is written from.

    `versions`: of the questionnaire, the newest first; `timezone`: that moments are given in; `apart`: what is kept out
    of the data; `consents`: what somebody can agree to be contacted for, in order.
    """

    study: str
    title: str
    questionnaire: str
    versions: tuple[str, ...]
    timezone: str
    variables: tuple[Variable, ...]
    sets: tuple[MultiSet, ...]
    apart: tuple[Apart, ...] = ()
    consents: tuple[Consent, ...] = ()
    by_name: dict[str, Variable] = field(init=False, repr=False, compare=False)
    at: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {variable.name: variable for variable in self.variables})
        object.__setattr__(self, "at", {variable.name: at for at, variable in enumerate(self.variables)})

    def of_item(self, item: str) -> tuple[Variable, ...]:
        """The variables that come from a question or write-in, compared without case; those derived from it not."""
        return tuple(
            variable
            for variable in self.variables
            if variable.item.lower() == item.lower() and variable.source in ("question", "write-in")
        )

    def with_widths(self, widths: dict[str, int]) -> Codebook:
        """The same with other widths of some texts, by name."""
        return replace(
            self,
            variables=tuple(
                replace(variable, width=widths.get(variable.name, variable.width)) for variable in self.variables
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """The whole codebook as plain data."""
        return {
            "study": self.study,
            "title": self.title,
            "questionnaire": self.questionnaire,
            "versions": list(self.versions),
            "timezone": self.timezone,
            "variables": [_plain(variable) for variable in self.variables],
            "multiple_response_sets": [
                {"name": each.name, "label": each.label, "variables": list(each.variables), "counted": each.counted}
                for each in self.sets
            ],
            "kept_apart": [{"item": each.item, "label": each.label, "why": each.why} for each in self.apart],
        }


def _plain(variable: Variable) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": variable.name,
        "kind": variable.kind,
        "label": variable.label,
        "source": variable.source,
        "measure": variable.measure,
        "question": variable.question,
        "item": variable.item,
        "code": variable.code,
        "base": variable.base,
        "ask": variable.ask,
        "modes": list(variable.modes),
        "differences": list(variable.differences),
        "decisions": list(variable.decisions),
        "derivation": variable.derivation,
        "low": variable.low,
        "high": variable.high,
        "unit": variable.unit,
        "width": variable.width or None,
        "multi": variable.multi,
        "only_in": list(variable.only_in),
        "codes": [_plain_code(code) for code in variable.codes],
    }
    return {name: value for name, value in data.items() if value not in (None, "", [], ())}


def _plain_code(code: Code) -> dict[str, Any]:
    data = {"value": code.value, "label": code.label, "missing": code.missing, "key": code.key, "mode": code.mode}
    return {name: value for name, value in data.items() if value is not None and value is not False}
