"""The outcome scheme of a study, as the rest of cati sees it: plain frozen values, read from YAML by `scheme_file`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from cati.errors import InputError
from cati.nearest import did_you_mean

Group = Literal["I", "P", "R", "NC", "O", "UH", "UO", "NE"]
OutcomeKind = Literal["final", "call_back", "appointment", "none"]
AppointmentKind = Literal["hard", "soft", "either"]
AsksFor = Literal["appointment", "refusal", "number", "email"]
FoundBy = Literal["call", "online", "office"]
Decides = Literal["latest", "listed", "default"]

GROUPS: tuple[Group, ...] = get_args(Group)
"""The AAPOR groups: interview, partial, refusal and break-off, non-contact, other, unknown (household, other), not
eligible."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """An AAPOR final disposition: its code in Standard Definitions (`2.11`) and its group in the formulas."""

    code: str
    group: Group


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call, or a case, came to.

    `kind`: what it means for the case. `appointment`: the sort of appointment that may be taken, if any. `asks_for`:
    what the interviewer is asked besides. `found_by`: how it may be found. `number_state`: the state it leaves the
    dialled number in, or None where the number stays live. `answers`: sets of answers that lead to it (item id to what
    does: a number is a code, a word the key of a special answer). `breaks_off`: coded by breaking off the interview.
    `aapor`, `group`: its disposition under the scheme's own settings; None where the scheme gives none. `setting`,
    `dispositions`: the setting that its disposition depends on and the disposition under each of its values (no
    setting: one disposition, under "").
    """

    key: str
    label: str
    kind: OutcomeKind
    row: str
    precedence: str
    aapor: str | None
    group: Group | None
    appointment: AppointmentKind | None = None
    asks_for: tuple[AsksFor, ...] = ()
    found_by: tuple[FoundBy, ...] = ()
    number_state: str | None = None
    answers: tuple[Mapping[str, tuple[int | str, ...]], ...] = ()
    ends_questionnaire: bool = False
    breaks_off: bool = False
    setting: str | None = None
    dispositions: Mapping[str, Disposition] = field(default_factory=dict)

    @property
    def is_final(self) -> bool:
        """Whether the telephone is done with a case of this outcome."""
        return self.kind == "final"


@dataclass(frozen=True, slots=True)
class PrecedenceClass:
    """Outcomes that rank alike when a case's outcome is derived; classes stand highest first in the scheme."""

    key: str
    decides: Decides
    why: str
    outcomes: tuple[str, ...]
    reopenable: bool = False
    needs_every_number_failed: bool = False


@dataclass(frozen=True, slots=True)
class FailedNumber:
    """A state in which a number is not called again, and the outcome of a case whose numbers were put there by hand."""

    key: str
    label: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the telephone outcome table. `depth`: 0 for the total, one more for each row it stands inside."""

    key: str
    label: str
    parent: str | None
    always: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Column:
    """A percentage column: the rows inside the row `base` as a percentage of it."""

    key: str
    label: str
    base: str


@dataclass(frozen=True, slots=True)
class TableRate:
    """A rate printed under the outcome table: the row `of` over the row `base`."""

    key: str
    label: str
    of: str
    base: str
    definition: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice of how contested cases are counted in the AAPOR rates: the value in force and what each value means."""

    key: str
    label: str
    value: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ResponseBreakdown:
    """A variable that the response table is broken down by: its heading, and its values in the order of the layout."""

    variable: str
    label: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseLayout:
    """The layout of the response table: title, what it is broken down by, and whether the open link has columns of its
    own even where nobody came by it. `kinds_title` and `labels` (name of a count to label): of the table of kinds of
    responders and non-responders; `share`: what its percentages are of."""

    title: str
    breakdowns: tuple[ResponseBreakdown, ...]
    open_link: bool = False
    kinds_title: str = ""
    share: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A study's outcomes, their precedence, the layout of the outcome table and the settings of its rates.

    `hash` is the SHA-256 of the file's text (line ends as LF), so that every table can say which scheme made it.
    """

    id: str
    version: str
    title: str
    table_title: str
    hash: str
    source: str
    outcomes: Mapping[str, Outcome]
    precedence: tuple[PrecedenceClass, ...]
    number_states: Mapping[str, FailedNumber]
    rows: tuple[Row, ...]
    columns: Mapping[str, Column]
    table_rates: tuple[TableRate, ...]
    settings: Mapping[str, Setting]
    response: ResponseLayout | None = None

    @classmethod
    def from_yaml(cls, text: str, source: str) -> Scheme:
        """The scheme in `text`; `source` is what to call the file in messages.

        Raises InputError listing every problem found with file, line, key and remedy.
        """
        from cati.outcomes.scheme_file import read_scheme  # pydantic and yaml load only when a scheme is read

        return read_scheme(text, source)

    @property
    def label(self) -> str:
        """How reports name the scheme: id, version and the start of its hash."""
        return f"{self.id} version {self.version} ({self.hash[:12]})"

    @property
    def default(self) -> Outcome:
        """The outcome of a case without any event that says something."""
        return self.outcomes[self.precedence[-1].outcomes[0]]

    def break_off(self, *, final: bool) -> Outcome | None:
        """The outcome of an interview broken off, for good or (not `final`) to be gone on with; None if it has none."""
        return next((each for each in self.outcomes.values() if each.breaks_off and each.is_final is final), None)

    def outcome(self, key: str) -> Outcome:
        """The outcome with that key. Raises InputError naming the nearest valid key."""
        try:
            return self.outcomes[key]
        except KeyError:
            raise InputError(
                f"{key!r} is not an outcome of scheme {self.id}: {did_you_mean(key, self.outcomes)}"
            ) from None

    def row(self, key: str) -> Row:
        """The table row with that key. Raises InputError naming the nearest valid key."""
        for row in self.rows:
            if row.key == key:
                return row
        raise InputError(
            f"{key!r} is not a row of scheme {self.id}: {did_you_mean(key, [row.key for row in self.rows])}"
        )

    def counted_in(self, key: str) -> tuple[str, ...]:
        """The outcomes that a row of the table counts, those of the rows inside it too; of an outcome, itself.

        Raises InputError for the key of neither, naming the nearest.
        """
        inside = {key} if any(row.key == key for row in self.rows) else set()
        for row in self.rows:  # parents stand before their children, which the reader has checked
            if row.parent in inside:
                inside.add(row.key)
        if inside:
            return tuple(outcome.key for outcome in self.outcomes.values() if outcome.row in inside)
        if key in self.outcomes:
            return (key,)
        known = dict.fromkeys([*(row.key for row in self.rows), *self.outcomes])
        raise InputError(f"{key!r} is no row and no outcome of scheme {self.id}: {did_you_mean(key, known)}")

    def settings_with(self, changes: Mapping[str, str] | None = None) -> dict[str, str]:
        """The settings in force, with `changes` made. Raises InputError for an unknown setting or value."""
        values = {key: setting.value for key, setting in self.settings.items()}
        for key, value in (changes or {}).items():
            if key not in self.settings:
                raise InputError(f"{key!r} is not a setting of scheme {self.id}: {did_you_mean(key, self.settings)}")
            if value not in self.settings[key].values:
                raise InputError(
                    f"setting {key!r} of scheme {self.id} has no value {value!r}: "
                    f"{did_you_mean(value, self.settings[key].values)}"
                )
            values[key] = value
        return values

    def disposition(self, key: str, settings: Mapping[str, str] | None = None) -> Disposition | None:
        """The AAPOR disposition of an outcome under the scheme's settings and the `settings` given instead.

        None where the scheme gives the outcome none. Raises InputError for an unknown outcome, setting or value.
        """
        outcome = self.outcome(key)
        if outcome.setting is None:
            return outcome.dispositions.get("")
        return outcome.dispositions[self.settings_with(settings)[outcome.setting]]
