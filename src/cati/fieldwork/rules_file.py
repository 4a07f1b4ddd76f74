"""Reads a calling rules file and says, for every fault, the line, the key, what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from cati.nearest import did_you_mean
from cati.questionnaire.yaml_source import Document, read_yaml

from .rules import ANY_HOURS, CallingRules, Delay, RulesError, Span, Window

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BANK_HOLIDAY = "bank_holiday"
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder of the zone database, such as "Europe"
        raise ValueError(f'no time zone is called "{name}"; write one such as Europe/London') from error


def _span(text: object) -> Span:
    found = _SPAN.fullmatch(str(text).strip())
    if not found:
        raise ValueError(f'"{text}" is not a span of hours; write it as 09:00-17:30')
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start_minute > 59 or end_minute > 59 or end > 24 * 60:
        raise ValueError(f'"{text}" has no such time of day; hours go from 00:00 to 24:00')
    if end <= start:
        raise ValueError(f'"{text}" ends before it starts; write the earlier time first, split hours across midnight')
    return Span(start, end)


def _in_order(spans: list[Span]) -> tuple[Span, ...]:
    ordered = tuple(sorted(spans))
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise ValueError(f"{one} and {other} overlap; join them into one span")
    return ordered


def _expand_days(value: object) -> object:
    """`mon-fri: …` stands for each of its days. What is no mapping is left for the model to refuse."""
    if not isinstance(value, dict):
        return value
    days: dict[str, object] = {}
    for key, spans in value.items():
        for day in _days_of(str(key)):
            if day in days:
                raise ValueError(f'"{day}" is given twice (again by "{key}"); give each day once')
            days[day] = spans
    return days


def _days_of(key: str) -> tuple[str, ...]:
    if key == _BANK_HOLIDAY:
        return (key,)
    first, dash, last = key.partition("-")
    if first not in _DAYS or (dash and last not in _DAYS):
        raise ValueError(
            f'"{key}" is not a day; write one of {", ".join(_DAYS)}, a range such as mon-fri, or bank_holiday'
        )
    start, end = _DAYS.index(first), _DAYS.index(last) if dash else _DAYS.index(first)
    if end < start:
        raise ValueError(f'the days "{key}" run backwards; the week begins on mon')
    return _DAYS[start : end + 1]


_Spans = Annotated[list[Annotated[Span, BeforeValidator(_span)]], AfterValidator(_in_order)]
_Days = Annotated[dict[str, _Spans], BeforeValidator(_expand_days)]
_Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 60)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _FieldworkDates(_Strict):
    start: date
    end: date

    @model_validator(mode="after")
    def _forwards(self) -> _FieldworkDates:
        if self.end < self.start:
            raise ValueError(f"the end, {self.end}, lies before the start, {self.start}; put the earlier date at start")
        return self


class _Delay(_Strict):
    after: Annotated[list[_Minutes], Field(min_length=1)]
    window: str = ANY_HOURS


class _RulesFile(_Strict):
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)]
    fieldwork: _FieldworkDates
    appointment_grace: Annotated[int, Field(ge=0, le=60)] = 5
    windows: Annotated[dict[str, _Days], Field(min_length=1)]
    call_again: dict[str, _Delay]


def read_rules(text: str, source: str, holidays: frozenset[date]) -> CallingRules:
    """The rules in `text`. `RulesError` with one line for each fault; `InputError` for what is not YAML."""
    document = read_yaml(text, source)
    if not isinstance(document.data, dict):
        begin = "start with a line such as timezone: Europe/London"
        raise RulesError(f"{source}:1: calling rules are expected here; {begin}")
    try:
        file = _RulesFile.model_validate(document.data)
    except ValidationError as error:
        faults = [_fault(document, source, one["loc"], _in_words(one)) for one in error.errors(include_url=False)]
        raise RulesError("\n".join(faults)) from None
    faults_between = [_fault(document, source, *fault) for fault in _faults_between_keys(file)]
    if faults_between:
        raise RulesError("\n".join(faults_between))
    return CallingRules(
        timezone=file.timezone,
        fieldwork_start=file.fieldwork.start,
        fieldwork_end=file.fieldwork.end,
        appointment_grace=timedelta(minutes=file.appointment_grace),
        windows=MappingProxyType({name: _window(name, days) for name, days in file.windows.items()}),
        call_again=MappingProxyType(
            {
                outcome: Delay(tuple(timedelta(minutes=m) for m in delay.after), delay.window)
                for outcome, delay in file.call_again.items()
            }
        ),
        holidays=holidays,
    )


def _window(name: str, days: _Days) -> Window:
    weekdays = tuple(tuple(days.get(day, ())) for day in _DAYS)
    return Window(name, weekdays, tuple(days.get(_BANK_HOLIDAY, ())))


def _faults_between_keys(file: _RulesFile) -> Iterator[tuple[tuple[str, ...], str]]:
    if ANY_HOURS in file.windows:
        yield ("windows", ANY_HOURS), '"any" always means all windows together; give this window another name'
    if not any(spans for days in file.windows.values() for day, spans in days.items() if day != _BANK_HOLIDAY):
        yield ("windows",), "no window is ever open; give at least one day some hours, such as mon-fri: [09:00-17:30]"
    known = (ANY_HOURS, *file.windows)
    for outcome, delay in file.call_again.items():
        if delay.window not in known:
            why = f'there is no window "{delay.window}"; write one of {", ".join(known)}'
            yield ("call_again", outcome, "window"), why


def _fault(document: Document, source: str, path: tuple[str | int, ...], why: str) -> str:
    line = document.line(_as_written(document.data, path))
    return f"{source}:{line}: {'.'.join(str(part) for part in path)}: {why}"


def _as_written(data: object, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The path with each day that came from a range (`mon-fri`) put back to the key the file has."""
    written: list[str | int] = []
    for part in path:
        if isinstance(data, dict) and part not in data:
            part = next((key for key in data if part in _DAYS and _covers(str(key), str(part))), part)
        written.append(part)
        data = _part_of(data, part)
    return tuple(written)


def _part_of(data: object, part: str | int) -> object:
    if isinstance(data, dict):
        return data.get(part)
    return data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None


def _covers(written: str, day: str) -> bool:
    first, dash, last = written.partition("-")
    if not dash or first not in _DAYS or last not in _DAYS:
        return False
    return _DAYS.index(first) <= _DAYS.index(day) <= _DAYS.index(last)


_EXPECTED = {
    "timezone": "Europe/London",
    "fieldwork": "{start: 2019-11-11, end: 2020-01-07}",
    "start": "2019-11-11",
    "end": "2020-01-07",
    "windows": "{business_hours: {mon-fri: [09:00-17:30]}}",
    "call_again": "{engaged: {after: [15, 30, 60]}}",
    "after": "[15, 30, 60]",
}
_KEYS = (*_EXPECTED, "appointment_grace", "window")


def _in_words(detail: ErrorDetails) -> str:
    kind, key, given = detail["type"], str(detail["loc"][-1]) if detail["loc"] else "", detail["input"]
    if kind == "value_error":
        context: dict[str, Any] = detail.get("ctx", {})
        return str(context.get("error", detail["msg"]))
    if kind == "missing":
        return f"missing; add it, for example {key}: {_EXPECTED.get(key, '…')}"
    if kind == "extra_forbidden":
        return f"unknown key. {did_you_mean(key, _KEYS, 'Remove it.')}"
    if kind.startswith(("date", "int")) or kind in {"greater_than_equal", "less_than_equal"}:
        example = "a date such as 2019-11-11" if kind.startswith("date") else "a whole number of minutes"
        limit = f" ({detail['msg'].lower()})" if kind in {"greater_than_equal", "less_than_equal"} else ""
        return f'"{given}" is not usable here{limit}; write {example}'
    return f"{detail['msg'].lower()}; expected something like {_EXPECTED.get(key, '[09:00-17:30]')}"
