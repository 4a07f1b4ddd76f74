"""Reads a population file and says, for every fault, the line, the key, what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from cati.errors import InputError
from cati.fieldwork.rules_file import Days, windows_of
from cati.nearest import did_you_mean
from cati.questionnaire.yaml_source import Document, read_yaml
from cati.rehearsal.population import (
    Appointments,
    CallBack,
    Kept,
    Kind,
    Length,
    Likeness,
    Minutes,
    Numbers,
    Online,
    Population,
    Refusals,
    Roles,
    Shift,
)

if TYPE_CHECKING:
    from cati.outcomes import Scheme

SHIPPED = ("panel", "cold")
"""The populations that come with cati, by name."""

_SUM_TOLERANCE = 0.05
_Fault = tuple[tuple[str | int, ...], str]


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise ValueError(f'"{value}" is not a number; write one such as 12 or 4.5') from None


def _adds_up(shares: dict[Any, float]) -> dict[Any, float]:
    total = sum(shares.values())
    if abs(total - 100) > _SUM_TOLERANCE:
        raise ValueError(f"the per cents add up to {total:g}, not to 100")
    return {key: share / total for key, share in shares.items()}


_Number = Annotated[float, BeforeValidator(_number), Field(ge=0, le=1_000_000)]
_Percent = Annotated[float, BeforeValidator(_number), Field(ge=0, le=100), AfterValidator(lambda share: share / 100)]
_Whole = Annotated[float, BeforeValidator(_number), Field(ge=0, le=100)]
_Shares = Annotated[dict[str, _Whole], Field(min_length=1), AfterValidator(_adds_up)]
_Ahead = Annotated[dict[Annotated[int, Field(ge=0, le=90)], _Whole], Field(min_length=1), AfterValidator(_adds_up)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Kind(_Strict):
    share: _Whole
    answers: dict[str, _Percent]


class _Likeness(_Strict):
    person: _Percent
    habit: _Percent
    day: _Percent
    hours: _Percent


class _Numbers(_Strict):
    second: _Percent
    dead: _Percent
    wrong: _Percent
    left: _Percent
    referral: _Percent


class _Kept(_Strict):
    there: _Percent
    halves_in: Annotated[_Number, Field(gt=0)]
    comes_to: _Shares

    def made(self) -> Kept:
        return Kept(self.there, self.halves_in, self.comes_to)


class _Appointments(_Strict):
    days_ahead: _Ahead
    at: _Shares
    hard: _Kept
    soft: _Kept


class _CallBack(_Strict):
    parts: Annotated[list[str], Field(min_length=1)]
    there: _Percent


class _Refusals(_Strict):
    soft: _Percent
    after_soft: _Shares


class _BrokenOff(_Strict):
    comes_to: _Shares


class _Online(_Strict):
    share: _Percent
    after_request: _Percent
    days: _Number


class _Length(_Strict):
    mean: _Number
    spread: _Number

    def made(self) -> Length:
        return Length(self.mean, self.spread)


class _Minutes(_Strict):
    ring_out: _Number
    engaged: _Number
    dead: _Number
    short_talk: _Length
    interview: _Length
    wrap_up: _Number


class _Shift(_Strict):
    hours: Days
    interviewers: Annotated[int, Field(ge=1, le=500)]


class _Roles(_Strict):
    no_reply: str
    engaged: str
    dead: str
    wrong: str
    left: str
    referral: str
    too_late: str
    online: str


class _File(_Strict):
    title: Annotated[str, Field(min_length=1)]
    study: Annotated[str, Field(min_length=1)]
    seed: int
    sources: dict[str, Annotated[str, Field(min_length=1)]]
    sample: Annotated[int, Field(ge=1, le=100_000)]
    parts_of_week: Annotated[dict[str, Days], Field(min_length=1)]
    people: Annotated[dict[str, _Kind], Field(min_length=1)]
    likeness: _Likeness
    engaged: _Percent
    numbers: _Numbers
    contacts: Annotated[list[_Shares], Field(min_length=1)]
    appointments: _Appointments
    call_backs: dict[str, _CallBack]
    refusals: _Refusals
    broken_off: _BrokenOff
    online: _Online
    minutes: _Minutes
    shifts: Annotated[dict[str, _Shift], Field(min_length=1)]
    outcomes: _Roles


_SOURCED = tuple(key for key in _File.model_fields if key not in ("title", "study", "seed", "sources", "outcomes"))
"""The keys that hold figures: each says in `sources` where its own come from."""


def population_text(name_or_path: str) -> tuple[str, str]:
    """The text of a population file and the name that messages call it by. Raises InputError where there is none."""
    if name_or_path in SHIPPED:
        found = files("cati.rehearsal") / "populations" / f"{name_or_path}.yaml"
        return found.read_text(encoding="utf-8"), f"{name_or_path}.yaml"
    try:
        return Path(name_or_path).read_text(encoding="utf-8-sig"), name_or_path
    except FileNotFoundError:
        raise InputError(
            f"{name_or_path}: no population here. Name {' or '.join(SHIPPED)}, or a file like theirs."
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name_or_path}: this is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8."
        ) from error
    except OSError as error:
        raise InputError(f"{name_or_path}: cannot be read ({error.strerror}).") from error


def read_population(text: str, source: str) -> Population:
    """The population in `text`. Raises InputError with one line for each fault."""
    document = read_yaml(text, source)
    if not isinstance(document.data, dict):
        raise InputError(f"{source}:1: a population is expected here; start with a line such as title: A panel")
    try:
        file = _File.model_validate(document.data)
    except ValidationError as error:
        faults = [_told(document, source, one["loc"], _in_words(one)) for one in error.errors(include_url=False)]
        raise InputError("\n".join(faults)) from None
    between = [_told(document, source, *fault) for fault in _faults_between_keys(file)]
    if between:
        raise InputError("\n".join(between))
    return _made(file, source)


def check_against(population: Population, scheme: Scheme, text: str) -> None:
    """Raises InputError for every outcome named that the study's scheme lacks, or that a call cannot come to there.

    `text`: the population's file, to say the lines.
    """
    document = read_yaml(text, population.source)
    faults = []
    for path, key, found_by in _named_outcomes(population):
        if key not in scheme.outcomes:
            why = f"the outcome scheme {scheme.id} has no {key}. {did_you_mean(key, scheme.outcomes)}"
        elif path[-1] == "too_late" and scheme.outcomes[key].appointment is not None:
            why = f"{key} takes an appointment, for which no time is left; name another outcome"
        elif path[0] != "outcomes" and "number" in scheme.outcomes[key].asks_for:
            why = f"{key} gives a new number, which people have only where they have left; see `numbers`"
        elif found_by not in scheme.outcomes[key].found_by:
            how = "a call cannot come" if found_by == "call" else "the online survey cannot bring a case"
            why = f"{how} to {key} in the outcome scheme {scheme.id}; name another outcome"
        else:
            continue
        faults.append(_told(document, population.source, path, why))
    if faults:
        raise InputError("\n".join(faults))


def _named_outcomes(population: Population) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    for place, shares in population.shares().items():
        path = tuple(int(part) if part.isdigit() else part for part in place.split("."))
        for key in shares:
            yield (*path, key), key, "call"
    for key in population.call_backs:
        yield ("call_backs", key), key, "call"
    for role in _Roles.model_fields:
        yield ("outcomes", role), getattr(population.roles, role), "online" if role == "online" else "call"


def _faults_between_keys(file: _File) -> Iterator[_Fault]:
    for key in _SOURCED:
        if key not in file.sources:
            yield (
                ("sources",),
                f"where do the figures of `{key}` come from? Add `{key}:` with the source, or: assumed",
            )
    for key in file.sources:
        if key not in _SOURCED:
            yield ("sources", key), f"`{key}` has no figures. {did_you_mean(key, _SOURCED)}"
    total = sum(kind.share for kind in file.people.values())
    if abs(total - 100) > _SUM_TOLERANCE:
        yield ("people",), f"the shares of the kinds of people add up to {total:g}, not to 100"
    for name, kind in file.people.items():
        for part in file.parts_of_week:
            if part not in kind.answers:
                yield ("people", name, "answers"), f"how likely is an answer in the {part}? Add `{part}:` in per cent"
        yield from _unknown_parts(file, ("people", name, "answers"), kind.answers)
    yield from _unknown_parts(file, ("appointments", "at"), file.appointments.at)
    for key, call_back in file.call_backs.items():
        yield from _unknown_parts(file, ("call_backs", key, "parts"), call_back.parts)
    alike = file.likeness
    if alike.person + alike.habit + alike.day + alike.hours >= 1:
        yield ("likeness",), "person, habit, day and hours leave nothing to the moment; together they stay below 100"
    if file.numbers.dead + file.numbers.wrong + file.numbers.left > 1:
        yield ("numbers",), "dead, wrong and left are more than 100 per cent of the numbers"
    yield from _shifts_in_no_part(file)


def _unknown_parts(file: _File, path: tuple[str, ...], parts: Mapping[str, float] | list[str]) -> Iterator[_Fault]:
    for part in parts:
        if part not in file.parts_of_week:
            yield (*path, part), f"there is no part of the week {part}. {did_you_mean(part, file.parts_of_week)}"


def _shifts_in_no_part(file: _File) -> Iterator[_Fault]:
    for name, shift in file.shifts.items():
        for day, spans in shift.hours.items():
            covered = {
                minute
                for part in file.parts_of_week.values()
                for span in part.get(day, ())
                for minute in range(span.start, span.end)
            }
            if any(minute not in covered for span in spans for minute in range(span.start, span.end)):
                yield (
                    ("shifts", name, "hours"),
                    f"some hours on {day} lie in no part of the week; add them there",
                )


def _made(file: _File, source: str) -> Population:
    appointments = file.appointments
    shares = sum(kind.share for kind in file.people.values())
    shifts = windows_of({name: each.hours for name, each in file.shifts.items()}, ())
    return Population(
        title=file.title,
        source=source,
        study=file.study,
        seed=file.seed,
        sample=file.sample,
        parts=dict(windows_of(file.parts_of_week, None)),
        kinds=tuple(Kind(name, kind.share / shares, kind.answers) for name, kind in file.people.items()),
        likeness=Likeness(**file.likeness.model_dump()),
        engaged=file.engaged,
        numbers=Numbers(**file.numbers.model_dump()),
        contacts=tuple(file.contacts),
        resumed=file.broken_off.comes_to,
        appointments=Appointments(
            appointments.days_ahead, appointments.at, appointments.hard.made(), appointments.soft.made()
        ),
        call_backs={key: CallBack(frozenset(each.parts), each.there) for key, each in file.call_backs.items()},
        refusals=Refusals(**file.refusals.model_dump()),
        online=Online(**file.online.model_dump()),
        minutes=Minutes(
            ring_out=file.minutes.ring_out,
            engaged=file.minutes.engaged,
            dead=file.minutes.dead,
            short_talk=file.minutes.short_talk.made(),
            interview=file.minutes.interview.made(),
            wrap_up=file.minutes.wrap_up,
        ),
        shifts=tuple(Shift(name, hours, file.shifts[name].interviewers) for name, hours in shifts.items()),
        roles=Roles(**file.outcomes.model_dump()),
        sources=file.sources,
    )


def _told(document: Document, source: str, path: tuple[str | int, ...], why: str) -> str:
    shown = ".".join(str(part) for part in path if part not in ("[key]",))
    return f"{source}:{document.line(path)}: {shown}: {why}"


def _in_words(detail: ErrorDetails) -> str:
    kind, key, given = detail["type"], str(detail["loc"][-1]) if detail["loc"] else "", detail["input"]
    if kind == "value_error":
        return str(detail.get("ctx", {}).get("error", detail["msg"]))
    if kind == "missing":
        return f"missing; add `{key}:` (the populations that come with cati show how)"
    if kind == "extra_forbidden":
        known = {name for model in _models(_File) for name in model.model_fields}
        return f"unknown key. {did_you_mean(key, sorted(known), 'Remove it.')}"
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        return f"{given} is out of range ({detail['msg'].removeprefix('Input should be ')})"
    if kind.startswith("int"):
        return f'"{given}" is not a whole number; write one such as 4'
    return f'"{given}" is not usable here ({detail["msg"].removeprefix("Input should be ")})'


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for each in _Strict.__subclasses__():
        if each is not model:
            yield each
