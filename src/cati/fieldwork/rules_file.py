"""Reads a calling rules file and says, for every fault, the line, the key, what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from cati.nearest import did_you_mean
from cati.questionnaire.yaml_source import Document, read_yaml

from .clock import zone_of
from .rules import (
    ANY_HOURS,
    AppointmentTimes,
    AttemptLimits,
    CallingRules,
    Conversion,
    Delay,
    RulesError,
    Span,
    Window,
    too_long_for_fieldwork,
)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BANK_HOLIDAY = "bank_holiday"
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def _zone(name: object) -> ZoneInfo:
    try:
        return zone_of(str(name))
    except ValueError as error:
        raise ValueError(f'no time zone is called "{name}"; write one such as Europe/London') from error


def _date(text: object) -> date:
    # a number is a day after 1970 to pydantic
    if isinstance(text, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise ValueError(f'"{text}" is not usable here; write a date such as 2019-11-11')


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


_Number = Annotated[int, Field(strict=True)]  # else true is 1
_Spans = Annotated[list[Annotated[Span, BeforeValidator(_span)]], AfterValidator(_in_order)]
Days = Annotated[dict[str, _Spans], BeforeValidator(_expand_days)]
_Minutes = Annotated[_Number, Field(ge=0, le=60 * 24 * 60)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _FieldworkDates(_Strict):
    start: Annotated[date, BeforeValidator(_date)]
    end: Annotated[date, BeforeValidator(_date)]

    @model_validator(mode="after")
    def _forwards(self) -> _FieldworkDates:
        if self.end < self.start:
            raise ValueError(f"the end, {self.end}, lies before the start, {self.start}; put the earlier date at start")
        if (too_long := too_long_for_fieldwork(self.start, self.end)) is not None:
            raise ValueError(too_long)
        return self


class _Delay(_Strict):
    after: Annotated[list[_Minutes], Field(min_length=1)]
    window: str = ANY_HOURS
    then: str | None = None
    other_number: _Minutes | None = None
    another_slot: bool = False
    asked_for: bool = False

    def made(self) -> Delay:
        other = None if self.other_number is None else timedelta(minutes=self.other_number)
        waits = tuple(timedelta(minutes=minutes) for minutes in self.after)
        return Delay(waits, self.window, self.then, other, self.another_slot, self.asked_for)


class _Attempts(_Strict):
    case: Annotated[_Number, Field(ge=1, le=98)] | None = None
    number: Annotated[_Number, Field(ge=1, le=98)] | None = None


class _Appointments(_Strict):
    missed_after: Annotated[_Number, Field(ge=5, le=720)] = 30
    soft_early: Annotated[_Number, Field(ge=0, le=120)] = 10
    soft_late: Annotated[_Number, Field(ge=5, le=720)] = 60

    def made(self) -> AppointmentTimes:
        return AppointmentTimes(
            *(timedelta(minutes=minutes) for minutes in (self.missed_after, self.soft_early, self.soft_late))
        )


class _Conversion(_Strict):
    outcomes: Annotated[list[str], Field(min_length=1)]
    after: _Minutes
    another_interviewer: bool = True

    def made(self) -> Conversion:
        return Conversion(frozenset(self.outcomes), timedelta(minutes=self.after), self.another_interviewer)


class _RulesFile(_Strict):
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)]
    fieldwork: _FieldworkDates
    # a respondent who named the time is not kept waiting longer for one interviewer
    appointment_grace: Annotated[_Number, Field(ge=0, le=5)] = 5
    windows: Annotated[dict[str, Days], Field(min_length=1)]
    slots: dict[str, Days] = {}
    call_again: dict[str, _Delay]
    attempts: _Attempts = _Attempts()
    appointments: _Appointments = _Appointments()
    refusal_conversion: _Conversion | None = None
    fresh_share: Annotated[_Number, Field(ge=0, le=100)] = 50
    seed: Annotated[_Number, Field(ge=0)] = 1
    staffing: dict[str, Annotated[_Number, Field(ge=0, le=10_000)]] = {}


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
        windows=windows_of(file.windows, ()),
        call_again=MappingProxyType({outcome: delay.made() for outcome, delay in file.call_again.items()}),
        holidays=holidays,
        slots=windows_of(file.slots, None),
        attempts=AttemptLimits(file.attempts.case, file.attempts.number),
        appointments=file.appointments.made(),
        conversion=None if file.refusal_conversion is None else file.refusal_conversion.made(),
        fresh_share=file.fresh_share,
        seed=file.seed,
        staffing=MappingProxyType(dict(file.staffing)),
    )


def windows_of(given: dict[str, Days], otherwise: tuple[Span, ...] | None) -> Mapping[str, Window]:
    """The windows by name; `otherwise`: their hours on bank holidays where they are not given (None: as any day)."""
    return MappingProxyType({name: _window(name, days, otherwise) for name, days in given.items()})


def _window(name: str, days: Days, otherwise: tuple[Span, ...] | None) -> Window:
    weekdays = tuple(tuple(days.get(day, ())) for day in _DAYS)
    return Window(name, weekdays, tuple(days[_BANK_HOLIDAY]) if _BANK_HOLIDAY in days else otherwise)


def _faults_between_keys(file: _RulesFile) -> Iterator[tuple[tuple[str, ...], str]]:
    if ANY_HOURS in file.windows:
        yield ("windows", ANY_HOURS), '"any" always means all windows together; give this window another name'
    if not any(spans for days in file.windows.values() for day, spans in days.items() if day != _BANK_HOLIDAY):
        yield ("windows",), "no window is ever open; give at least one day some hours, such as mon-fri: [09:00-17:30]"
    for name in file.windows:
        if "|" in name or not name.strip():
            yield ("windows", name), "the name of a window is not empty and has no | in it; write consumer_hours"
    known = (ANY_HOURS, *file.windows)
    for outcome, delay in file.call_again.items():
        if delay.window not in known:
            why = f'there is no window "{delay.window}"; write one of {", ".join(known)}'
            yield ("call_again", outcome, "window"), why
    for name in file.staffing:
        if name not in file.windows:
            why = f'there is no window "{name}"; write one of {", ".join(file.windows)}'
            yield ("staffing", name), why
    yield from _faults_of_then(file)
    yield from _faults_of_slots(file)


def _faults_of_then(file: _RulesFile) -> Iterator[tuple[tuple[str, ...], str]]:
    for outcome, delay in file.call_again.items():
        met, then = {outcome}, delay.then
        while then is not None:
            if then not in file.call_again:
                yield (
                    ("call_again", outcome, "then"),
                    f'"{then}" has no delay here; {did_you_mean(then, file.call_again)}',
                )
                break
            if then in met:
                yield ("call_again", outcome, "then"), "this goes round in a circle; let one of them go without `then`"
                break
            met.add(then)
            then = file.call_again[then].then


def _faults_of_slots(file: _RulesFile) -> Iterator[tuple[tuple[str, ...], str]]:
    """A call lies in one slot and no other, and every calling hour lies in one, of a bank holiday on a weekday too."""
    if not file.slots:
        for outcome, delay in file.call_again.items():
            if delay.another_slot:
                why = "there are no slots to choose another of; add `slots:`, or leave another_slot out"
                yield ("call_again", outcome, "another_slot"), why
        return
    for name in file.slots:
        if not re.fullmatch(r"[^\s|+*]+", name):
            yield ("slots", name), "the name of a slot has no blank and none of | + * in it; write weekday_evening"
    for day in (*_DAYS, _BANK_HOLIDAY):
        taken = sorted((span, name) for name, days in file.slots.items() for span in days.get(day, ()))
        for (one, first), (other, second) in pairwise(taken):
            if other.start < one.end:
                yield ("slots", second), f"{day}: {other} lies in {first} too ({one}); a call must be in one slot alone"
        for window, days in file.windows.items():
            left = _uncovered(file, day, days.get(day, []))
            if left is not None:
                why = f"{day}: {left} is in no slot; give it to one of {', '.join(file.slots)}"
                yield ("windows", window), why


def _uncovered(file: _RulesFile, day: str, spans: Iterable[Span]) -> Span | None:
    """The first of these hours that lie in no slot. A slot without hours for bank holidays has those of the weekday."""
    for as_day in _DAYS[:5] if day == _BANK_HOLIDAY else (day,):
        taken = sorted(span for days in file.slots.values() for span in days.get(day, days.get(as_day, ())))
        for span in spans:
            minute = span.start
            for one in taken:
                if one.start <= minute < one.end:
                    minute = one.end
            if minute < span.end:
                return Span(minute, min([span.end, *(one.start for one in taken if one.start > minute)]))
    return None


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
    "outcomes": "[refusal]",
    "window": "business_hours",
    "then": "another outcome with a delay here",
    "slots": "{morning: {mon-fri: [09:00-12:00]}}",
    "attempts": "{case: 15, number: 10}",
    "appointments": "{missed_after: 30, soft_early: 10, soft_late: 60}",
    "refusal_conversion": "{outcomes: [refusal], after: 10080}",
    "staffing": "{business_hours: 8}",
}
_WHOLE = {
    "case": "a whole number of calls",
    "number": "a whole number of calls",
    "fresh_share": "a whole number of per cent",
    "seed": "a whole number such as 1",
    "staffing": "a whole number of interviewers",
}
_KEYS = (
    *_EXPECTED,
    *(name for model in (_RulesFile, _Delay, _Attempts, _Appointments, _Conversion) for name in model.model_fields),
)


def _in_words(detail: ErrorDetails) -> str:
    kind, key, given = detail["type"], str(detail["loc"][-1]) if detail["loc"] else "", detail["input"]
    within = str(detail["loc"][0]) if detail["loc"] else ""
    if kind == "value_error":
        context: dict[str, Any] = detail.get("ctx", {})
        return str(context.get("error", detail["msg"]))
    if kind == "missing":
        example = "10080" if (within, key) == ("refusal_conversion", "after") else _EXPECTED.get(key, "…")
        return f"missing; add it, for example {key}: {example}"
    if kind == "extra_forbidden":
        return f"unknown key. {did_you_mean(key, _KEYS, 'Remove it.')}"
    if kind.startswith("int") or kind in {"greater_than_equal", "less_than_equal"}:
        example = _WHOLE.get(within if within == "staffing" else key, "a whole number of minutes")
        limit = f" ({detail['msg'].lower()})" if kind in {"greater_than_equal", "less_than_equal"} else ""
        return f'"{given}" is not usable here{limit}; write {example}'
    if kind.startswith("bool"):
        return f'"{given}" is not usable here; write true or false'
    return f"{detail['msg'].lower()}; expected something like {_EXPECTED.get(key, '[09:00-17:30]')}"
