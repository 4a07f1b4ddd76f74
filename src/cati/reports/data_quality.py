"""What looks wrong in the data of the interviews held so far: as it is looked at after a soft launch, for supervisors.

Nothing here is proof. Each measure says what it is and from where on somebody should look:

- Straight-lining: every row of a grid has the same code (special answers not counted; three rows or more).
- Speeding: less than half the median time a question, over all interviews.
- Item non-response: don't know, refused, prefers not to say (not: not applicable) among the answers to questions that
  have such an answer; an interviewer's
  share against that of all others by the z of two proportions, told from 2.58 on (1% by chance, two-sided).
- Outliers: more than three interquartile ranges outside the quartiles (Tukey 1977, "far out"), of ten numbers or more.
- Interviewer effects: the intra-interviewer correlation rho of an answer by a one-way analysis of variance,
  (MSB - MSW) / (MSB + (m - 1) MSW), m the mean number of interviews corrected for unequal ones (Kish 1962), a coded
  answer taken as one 0/1 variable a code, whose sums of squares are added; told with F = MSB / MSW from F = 2 on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from cati.desk.figures.answered import NO_ANSWER
from cati.interview.gaps import walk_past_gaps
from cati.interview.interview import Interview
from cati.questionnaire.answers import Key
from cati.questionnaire.program import Program, Step

if TYPE_CHECKING:
    from cati.desk import CheckedInterview

_LEAST_ROWS = 3
_FAST = 0.5
_Z = 2.58
_LEAST_NUMBERS = 10
_F = 2.0
_LEAST_INTERVIEWS = 4


@dataclass(frozen=True, slots=True)
class Flag:
    """An interview to look at: why, in a word, and what of it."""

    serial: str
    interviewer: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class OfInterviewer:
    """An interviewer's interviews: how many, median seconds a question, grids answered and of those straight-lined,
    speeders, answers where don't know was possible, don't knows, and the z of that share (None: not defined)."""

    name: str
    interviews: int
    seconds: float | None
    grids: int
    straight: int
    speeders: int
    could: int
    missing: int
    z: float | None


@dataclass(frozen=True, slots=True)
class OfItem:
    """A question: how often it was answered, and how often with don't know or refused."""

    item: str
    answered: int
    missing: int


@dataclass(frozen=True, slots=True)
class Effect:
    """The interviewer effect of a question: interviews, interviewers, rho and F."""

    item: str
    interviews: int
    interviewers: int
    rho: float
    f: float


@dataclass
class DataQuality:
    """Everything that was looked at."""

    interviews: int
    flags: list[Flag] = field(default_factory=list)
    interviewers: list[OfInterviewer] = field(default_factory=list)
    items: list[OfItem] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)


@dataclass
class _Held:
    """An interview walked through the questionnaire."""

    of: CheckedInterview
    walked: Interview
    grids: dict[str, list[int]] = field(default_factory=dict)
    could: int = 0
    missing: int = 0
    questions: int = 0
    straight: int = 0

    @property
    def pace(self) -> float | None:
        """Seconds a question; None where no time is known."""
        return self.of.seconds / self.questions if self.questions and self.of.seconds else None


def data_quality(
    program: Program,
    interviews: Sequence[CheckedInterview],
    is_complete: Callable[[str | None], bool],
    by_version: Mapping[int, Program] | None = None,
) -> DataQuality:
    """Looks at completed interviews. `is_complete`: is this end of a route, an outcome key, a complete?
    `by_version`: the questionnaire that an interview was held with, where that is not `program`."""
    found = DataQuality(len(interviews))
    items: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    numbers: dict[str, list[tuple[int, _Held]]] = defaultdict(list)
    values: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    held = []
    for each in interviews:
        own = (by_version or {}).get(each.version_id, program)
        walked, dropped = Interview.resume(own, each.sample, each.answers)
        one = _Held(each, walked)
        held.append(one)
        _look(one, items, numbers, values)
        _routes(one, dropped, is_complete, found.flags)
    pace = [one.pace for one in held if one.pace is not None]
    usual = median(pace) if pace else None
    speeders = {id(one) for one in held if one.pace is not None and usual and one.pace < _FAST * usual}
    for one in held:
        _straight(one, found.flags)
        if id(one) in speeders:
            said = f"{one.pace:.1f} seconds a question; the median is {usual:.1f}"
            found.flags.append(_flag(one, "speeding", said))
    _outliers(numbers, found.flags)
    found.interviewers = _interviewers(held, speeders)
    found.items = [OfItem(item, total, missing) for item, (total, missing) in items.items() if missing]
    found.items.sort(key=lambda one: (-one.missing / one.answered, one.item))
    found.effects = sorted(_effects(values), key=lambda one: (-one.f, one.item))
    found.flags.sort(key=lambda one: (one.serial, one.kind, one.what))
    return found


def _flag(one: _Held, kind: str, what: str) -> Flag:
    return Flag(one.of.serial, one.of.interviewer, kind, what)


def _look(
    one: _Held,
    items: dict[str, list[int]],
    numbers: dict[str, list[tuple[int, _Held]]],
    values: dict[str, list[tuple[str, Any]]],
) -> None:
    """Takes down what each question of the route was answered with."""
    for item in one.walked.route:
        step = one.walked.step(item)
        answer = one.walked.live[step.slot]
        if answer is None or step.kind == "contact" or step.item.per_call:
            continue
        one.questions += 1
        special = isinstance(answer, Key) or _is_special(step, answer)
        if _can_be_lost(step):
            lost = _is_lost(step, answer)
            items[item][0] += 1
            items[item][1] += lost
            one.could += 1
            one.missing += lost
        if step.kind == "number" and isinstance(answer, int):
            numbers[item].append((answer, one))
        if step.kind in ("single", "number") and not special:
            values[item].append((one.of.interviewer, answer))
        if step.row is not None and not special and isinstance(answer, int):
            one.grids.setdefault(step.item.id, []).append(answer)


def _is_special(step: Step, answer: Any) -> bool:
    return any(option.option.key and _has(answer, option.option.code) for option in step.options)


def _can_be_lost(step: Step) -> bool:
    keys = (*(option.option.key for option in step.options), *(special.special.key for special in step.specials))
    return any(key in NO_ANSWER for key in keys)


def _is_lost(step: Step, answer: Any) -> bool:
    if isinstance(answer, Key):
        return answer.name in NO_ANSWER
    return any(option.option.key in NO_ANSWER and _has(answer, option.option.code) for option in step.options)


def _has(answer: Any, code: int) -> bool:
    return code in answer if isinstance(answer, tuple) else bool(answer == code)


def _routes(one: _Held, dropped: Iterable[str], is_complete: Callable[[str | None], bool], flags: list[Flag]) -> None:
    past = walk_past_gaps(one.walked)
    apart = {step.id for step in one.walked.program.steps if step.kind == "contact"}
    flags += [
        _flag(one, "route", f"{item}: on the route, and without an answer")
        for item in past.lacking
        if item not in apart
    ]
    flags += [
        _flag(one, "route", f"{item}: its code asks for words, and there are none") for item in one.walked.missing()
    ]
    flags += [_flag(one, "route", f"{item}: an answer that the question cannot take") for item in dropped]
    if not is_complete(past.end):
        flags.append(_flag(one, "route", f"a complete, but its answers end as {past.end or 'nothing'}"))


def _straight(one: _Held, flags: list[Flag]) -> None:
    grids = {grid: codes for grid, codes in one.grids.items() if len(codes) >= _LEAST_ROWS}
    lined = [grid for grid, codes in grids.items() if len(set(codes)) == 1]
    one.grids, one.straight = grids, len(lined)
    if lined:
        said = ", ".join(f"{grid} ({len(grids[grid])} rows, code {grids[grid][0]})" for grid in lined)
        flags.append(_flag(one, "straight-lining", said))


def _outliers(numbers: Mapping[str, Sequence[tuple[int, _Held]]], flags: list[Flag]) -> None:
    for item, given in numbers.items():
        if len(given) < _LEAST_NUMBERS:
            continue
        low, _, high = quantiles((value for value, _ in given), n=4, method="inclusive")
        reach = 3 * (high - low)
        for value, one in given:
            if reach and not low - reach <= value <= high + reach:
                flags.append(_flag(one, "outlier", f"{item} = {value:,}; half of all lie from {low:g} to {high:g}"))


def _interviewers(held: Sequence[_Held], speeders: set[int]) -> list[OfInterviewer]:
    by_name: dict[str, list[_Held]] = defaultdict(list)
    for one in held:
        by_name[one.of.interviewer].append(one)
    could, missing = sum(one.could for one in held), sum(one.missing for one in held)
    found = []
    for name, own in sorted(by_name.items()):
        mine, lost = sum(one.could for one in own), sum(one.missing for one in own)
        pace = [one.pace for one in own if one.pace is not None]
        found.append(
            OfInterviewer(
                name=name,
                interviews=len(own),
                seconds=median(pace) if pace else None,
                grids=sum(len(one.grids) for one in own),
                straight=sum(one.straight for one in own),
                speeders=sum(id(one) in speeders for one in own),
                could=mine,
                missing=lost,
                z=z_of(lost, mine, missing - lost, could - mine),
            )
        )
    return found


def z_of(one: int, of_one: int, other: int, of_other: int) -> float | None:
    """The z of the difference of two proportions, pooled; None where it is not defined."""
    if not of_one or not of_other:
        return None
    pooled = (one + other) / (of_one + of_other)
    error = sqrt(pooled * (1 - pooled) * (1 / of_one + 1 / of_other))
    return (one / of_one - other / of_other) / error if error else None


def _effects(values: Mapping[str, Sequence[tuple[str, Any]]]) -> Iterable[Effect]:
    for item, given in values.items():
        groups: dict[str, list[Any]] = defaultdict(list)
        for name, value in given:
            groups[name].append(value)
        usable = {name: found for name, found in groups.items() if len(found) >= _LEAST_INTERVIEWS}
        effect = interviewer_effect(list(usable.values()))
        if effect is not None:
            n = sum(len(found) for found in usable.values())
            yield Effect(item, n, len(usable), *effect)


def interviewer_effect(groups: Sequence[Sequence[Any]]) -> tuple[float, float] | None:
    """Rho and F of answers by interviewer (see the module); None for fewer than two interviewers, or no variation."""
    total = sum(len(group) for group in groups)
    if len(groups) < 2 or total <= len(groups):
        return None
    overall: Counter[Any] = Counter(value for group in groups for value in group)
    between = within = 0.0
    for value, n in overall.items():
        mean = n / total
        for group in groups:
            share = sum(each == value for each in group) / len(group)
            between += len(group) * (share - mean) ** 2
            within += len(group) * share * (1 - share)
    if not within + between:
        return None
    ms_between, ms_within = between / (len(groups) - 1), within / (total - len(groups))
    size = (total - sum(len(group) ** 2 for group in groups) / total) / (len(groups) - 1)
    rho = (ms_between - ms_within) / (ms_between + (size - 1) * ms_within)
    return rho, ms_between / ms_within if ms_within else float("inf")
