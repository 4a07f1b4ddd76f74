"""How long completed interviews took, by section and question; and those that went faster than is likely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from cati.desk.figures.answered import Answered, Progress, answered_interviews, completed_interviews, unwatched
from cati.desk.figures.counted import Broken
from cati.desk.figures.period import Period
from cati.fieldwork.tally import Spread, spread
from cati.outcomes.call_groups import call_groups
from cati.storage import Store
from cati.storage.tables import cases, interviewer

if TYPE_CHECKING:
    from cati.questionnaire.program import Program
    from cati.studies import Study

SPEEDING = 0.5
"""An interview that took less than this share of the time usual for its questions is a speeder."""
ENOUGH = 10
"""So many interviews are needed before it is said what is usual."""


@dataclass(frozen=True, slots=True)
class SectionLength:
    """The seconds that interviews spent in a section, those alone that answered something of it."""

    section: str
    title: str
    lengths: Spread


@dataclass(frozen=True, slots=True)
class QuestionLength:
    """The seconds that interviews spent on a question: from the answer before it to its own, its write-ins included,
    and again where it was gone back to."""

    question: str
    section: str
    lengths: Spread


@dataclass(frozen=True, slots=True)
class Speeder:
    """A completed interview that took `seconds` where `usual` would have been usual for its questions."""

    serial: str
    interviewer: str
    seconds: float
    usual: float
    questions: int

    @property
    def share(self) -> float:
        """The time it took, as a share of the usual."""
        return self.seconds / self.usual


@dataclass(frozen=True, slots=True)
class LengthFigures:
    """The lengths of the interviews completed in a period, in seconds.

    `resumed`: how many of them took more than one call; `unknown`: how many have no answer with a time of its own
    (taken over whole from the online survey); `speeders` None: too few interviews to say what is usual. `by`: the
    lengths of each value of the variable asked for.
    """

    total: Spread
    resumed: int
    unknown: int
    sections: tuple[SectionLength, ...]
    questions: tuple[QuestionLength, ...]
    speeders: tuple[Speeder, ...] | None
    by: Mapping[str, Spread]


def length_figures(
    store: Store,
    study: Study,
    period: Period,
    by: str | None = None,
    *,
    speeding: float = SPEEDING,
    progress: Progress = unwatched,
) -> LengthFigures:
    """The lengths of interviews completed in calls that began in a period.

    `by`: "interviewer" (who completed it), or a fact or variable of the sample. Raises InputError for a `by` that is
    neither.
    """
    program = study.program("telephone")
    with store.read() as connection:
        done = completed_interviews(call_groups(study.scheme), period)
        who = {row.interview_id: row for row in connection.execute(_people(done))}
        values = {} if by is None else _values(connection, done, by)
        timed = answered_interviews(connection, store, program, done, progress)
    sections = _by_section(program, timed.values())
    questions = _by_question(program, timed.values())
    usual = {each.question: each.lengths.median or 0.0 for each in questions}
    groups: dict[str, list[float]] = defaultdict(list)
    for interview_id, value in values.items():
        if interview_id in timed:
            groups[value].append(timed[interview_id].seconds)
    return LengthFigures(
        total=spread([each.seconds for each in timed.values()]),
        resumed=sum(each.calls > 1 for each in timed.values()),
        unknown=len(who) - len(timed),
        sections=sections,
        questions=questions,
        speeders=_speeders(timed, who, usual, speeding) if len(timed) >= ENOUGH else None,
        by={value: spread(lengths) for value, lengths in sorted(groups.items())},
    )


def _people(done: Any) -> Any:
    return select(done.c.interview_id, cases.c.serial, interviewer.c.name).select_from(
        done.join(cases, cases.c.id == done.c.case_id).join(interviewer, interviewer.c.id == done.c.interviewer_id)
    )


def _values(connection: Connection, done: Any, by: str) -> dict[int, str]:
    broken = Broken(connection, by)
    rows = connection.execute(select(done.c.interview_id, broken.column).select_from(broken.joined(done)))
    return {interview_id: broken.value(cell) for interview_id, cell in rows}


def _by_section(program: Program, timed: Iterable[Answered]) -> tuple[SectionLength, ...]:
    section_of = {step.id: step.section for step in program.steps}
    titles = {section.id: section.title for section in program.questionnaire.sections}
    found: dict[str, list[float]] = defaultdict(list)
    for each in timed:
        sums: dict[str, float] = defaultdict(float)
        for question, lasted in each.questions.items():
            sums[section_of[question].id if question in section_of else ""] += lasted
        for section, lasted in sums.items():
            found[section].append(lasted)
    order = [*titles, ""]
    return tuple(
        SectionLength(section, titles.get(section, ""), spread(found[section])) for section in order if section in found
    )


def _by_question(program: Program, timed: Iterable[Answered]) -> tuple[QuestionLength, ...]:
    """In the order of the questionnaire; last those of other versions that it no longer has."""
    found: dict[str, list[float]] = defaultdict(list)
    for each in timed:
        for question, lasted in each.questions.items():
            found[question].append(lasted)
    section_of = {step.id: step.section.id for step in program.steps}
    order = [*(step.id for step in program.steps), *sorted(found.keys() - section_of.keys())]
    return tuple(
        QuestionLength(question, section_of.get(question, ""), spread(found[question]))
        for question in order
        if question in found
    )


def _speeders(
    timed: Mapping[int, Answered], who: Mapping[int, Any], usual: Mapping[str, float], speeding: float
) -> tuple[Speeder, ...]:
    found = []
    for interview_id, each in timed.items():
        expected = sum(usual[question] for question in each.questions)
        if expected and each.seconds < speeding * expected:
            row = who[interview_id]
            found.append(Speeder(row.serial, row.name, each.seconds, expected, len(each.questions)))
    return tuple(sorted(found, key=lambda speeder: (speeder.share, speeder.serial)))
