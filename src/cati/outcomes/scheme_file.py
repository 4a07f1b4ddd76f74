"""The file format of an outcome scheme: pydantic models of the YAML, and the checks that make it a usable scheme.

Every problem is reported with file, line, key and remedy, all of them at once.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from cati.errors import InputError
from cati.outcomes.scheme import (
    AppointmentKind,
    AsksFor,
    Column,
    Decides,
    Disposition,
    FailedNumber,
    FoundBy,
    Group,
    Outcome,
    OutcomeKind,
    PrecedenceClass,
    ResponseBreakdown,
    ResponseLayout,
    Row,
    Scheme,
    Setting,
    TableRate,
)
from cati.outcomes.scheme_checks import model_problems, scheme_problems
from cati.questionnaire.yaml_source import read_yaml

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Code = int | str
CountedKind = Literal["loaded", "total", "non_responders", "not_agreed", "not_engaged", "started", "gave_refusal"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SettingFile(_Model):
    """A choice of how contested cases are counted: its value, and what each value means."""

    label: Words
    value: Key
    values: dict[Key, Words] = Field(min_length=1)


class NumberStateFile(_Model):
    """A state in which a number is not called again."""

    label: Words
    outcome: Key


class ClassFile(_Model):
    """Outcomes that rank alike in the derivation of a case's outcome."""

    class_: Key = Field(alias="class")
    decides: Decides
    why: Words
    outcomes: list[Key] = Field(min_length=1)
    reopenable: bool = False
    needs_every_number_failed: bool = False


class ColumnFile(_Model):
    """A percentage column and the row that it is a percentage of."""

    label: Words
    base: Key


class TableRateFile(_Model):
    """A rate printed under the table."""

    label: Words
    of: Key
    base: Key
    definition: Words


class RowFile(_Model):
    """A row of the table, in its place."""

    key: Key
    label: Words
    parent: Key | None = None
    printed: Literal["always", "where_any"]


class ColumnsFile(_Model):
    """The two percentage columns."""

    pct_start: ColumnFile
    pct_usable: ColumnFile


class TableFile(_Model):
    """The layout of the telephone outcome table."""

    columns: ColumnsFile
    rates: dict[Key, TableRateFile]
    rows: list[RowFile] = Field(min_length=1)


class BreakdownFile(_Model):
    """A variable that the response table is broken down by."""

    variable: Words
    label: Words
    values: list[Words] = []


class KindsFile(_Model):
    """The table of kinds of responders and non-responders: its title, what its percentages are of, its rows' labels."""

    title: Words
    share: Words
    labels: dict[CountedKind, Words] = {}


class ResponseFile(_Model):
    """The layout of the response table."""

    title: Words
    breakdowns: list[BreakdownFile] = []
    open_link: bool = False
    kinds: KindsFile | None = None


class DispositionFile(_Model):
    """An AAPOR final disposition."""

    code: Annotated[str, StringConstraints(pattern=r"^[1-4]\.[0-9]{1,3}$")]
    group: Group


class OutcomeFile(_Model):
    """One outcome. `aapor` is a disposition, or `setting:` with a disposition for each of its values."""

    label: Words
    kind: OutcomeKind
    row: Key
    appointment: AppointmentKind | None = None
    asks_for: list[AsksFor] = []
    found_by: list[FoundBy] = ["call"]
    number_state: Key | None = None
    answers: list[dict[str, Code | list[Code]]] = []
    ends_questionnaire: bool = False
    breaks_off: bool = False
    aapor: dict[str, object] | None = None


class SchemeFile(_Model):
    """The whole file."""

    id: Key
    version: Words
    title: Words
    table_title: Words
    settings: dict[Key, SettingFile]
    number_states: dict[Key, NumberStateFile]
    precedence: list[ClassFile] = Field(min_length=1)
    table: TableFile
    response: ResponseFile | None = None
    outcomes: dict[Key, OutcomeFile] = Field(min_length=1)


def read_scheme(text: str, source: str) -> Scheme:
    """The scheme in `text`. Raises InputError listing every problem with file, line, key and remedy."""
    document = read_yaml(text, source)
    content, lines = document.data, document.lines
    if not isinstance(content, dict):
        kind = "empty" if content is None else f"a {type(content).__name__}"
        raise InputError(f"{source}, line 1: an outcome scheme is a mapping of keys; this is {kind}")
    try:
        file = SchemeFile.model_validate(content)
    except ValidationError as error:
        raise InputError(_listed(source, model_problems(error, SchemeFile, lines))) from None
    problems = scheme_problems(file, lines)
    if problems:
        raise InputError(_listed(source, problems))
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    return _scheme(file, source, hashlib.sha256(normal.encode("utf-8")).hexdigest())


def _listed(source: str, problems: list[tuple[int, str]]) -> str:
    return "\n".join(f"{source}, line {line}: {problem}" for line, problem in sorted(set(problems)))


def _scheme(file: SchemeFile, source: str, digest: str) -> Scheme:
    columns = {"pct_start": file.table.columns.pct_start, "pct_usable": file.table.columns.pct_usable}
    return Scheme(
        id=file.id,
        version=file.version,
        title=file.title,
        table_title=file.table_title,
        hash=digest,
        source=source,
        outcomes=_outcomes(file),
        precedence=tuple(
            PrecedenceClass(
                rank.class_,
                rank.decides,
                rank.why,
                tuple(rank.outcomes),
                rank.reopenable,
                rank.needs_every_number_failed,
            )
            for rank in file.precedence
        ),
        number_states={key: FailedNumber(key, state.label, state.outcome) for key, state in file.number_states.items()},
        rows=_rows(file),
        columns={key: Column(key, column.label, column.base) for key, column in columns.items()},
        table_rates=tuple(
            TableRate(key, rate.label, rate.of, rate.base, rate.definition) for key, rate in file.table.rates.items()
        ),
        settings={
            key: Setting(key, setting.label, setting.value, dict(setting.values))
            for key, setting in file.settings.items()
        },
        response=_response(file.response) if file.response else None,
    )


def _response(file: ResponseFile) -> ResponseLayout:
    kinds = file.kinds
    return ResponseLayout(
        file.title,
        tuple(ResponseBreakdown(each.variable, each.label, tuple(each.values)) for each in file.breakdowns),
        file.open_link,
        kinds.title if kinds else "",
        kinds.share if kinds else "",
        {str(kind): label for kind, label in kinds.labels.items()} if kinds else {},
    )


def _rows(file: SchemeFile) -> tuple[Row, ...]:
    depths: dict[str | None, int] = {None: -1}
    for row in file.table.rows:
        depths[row.key] = depths[row.parent] + 1
    return tuple(
        Row(row.key, row.label, row.parent, row.printed == "always", depths[row.key]) for row in file.table.rows
    )


def _outcomes(file: SchemeFile) -> dict[str, Outcome]:
    classes = {key: rank.class_ for rank in file.precedence for key in rank.outcomes}
    found: dict[str, Outcome] = {}
    for key, outcome in file.outcomes.items():
        setting, dispositions = dispositions_of(outcome)
        own = dispositions.get(file.settings[setting].value if setting else "")
        found[key] = Outcome(
            key=key,
            label=outcome.label,
            kind=outcome.kind,
            row=outcome.row,
            precedence=classes[key],
            aapor=own.code if own else None,
            group=own.group if own else None,
            appointment=outcome.appointment,
            asks_for=tuple(outcome.asks_for),
            found_by=tuple(outcome.found_by),
            number_state=outcome.number_state,
            answers=tuple(
                {item: tuple(codes) if isinstance(codes, list) else (codes,) for item, codes in answer.items()}
                for answer in outcome.answers
            ),
            ends_questionnaire=outcome.ends_questionnaire,
            breaks_off=outcome.breaks_off,
            setting=setting,
            dispositions=dispositions,
        )
    return found


def dispositions_of(outcome: OutcomeFile) -> tuple[str | None, dict[str, Disposition]]:
    """The setting that an outcome's disposition depends on, and the disposition under each of its values."""
    aapor: dict[str, Any] = dict(outcome.aapor or {})
    setting = aapor.pop("setting", None)
    if setting is None:
        return None, {"": _disposition(aapor)} if aapor else {}
    return setting, {value: _disposition(disposition) for value, disposition in aapor.items()}


def _disposition(given: dict[str, Any]) -> Disposition:
    file = DispositionFile.model_validate(given)
    return Disposition(file.code, file.group)
