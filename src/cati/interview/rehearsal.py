"""A rehearsal: random respondents through the questionnaire, what they reached, what none did, and how long it took.

Deterministic under a seed. Lengths are estimated from the words and the questions of each path; see `lengths`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from cati.interview.drawn_sample import drawing
from cati.interview.exploring import Explorer
from cati.interview.impossible import never_asked, why_not_offered
from cati.interview.interview import Interview
from cati.interview.lengths import WORDS_A_MINUTE, Pace, PathLength, lengths, seconds_of
from cati.interview.rehearsing import random_answer, random_respondent
from cati.questionnaire import model
from cati.questionnaire.answers import Answer, Key
from cati.questionnaire.program import Program, Step

Target = tuple[str, str]
"""A part of a questionnaire: its kind (item, row, message, option, special, jump, end), and its name such as B1=3."""

KINDS = ("item", "row", "message", "option", "special", "jump", "end")

# Every fourth respondent goes where few have been; the others answer at random, mostly on the main branch.
_EXPLORES = 4

# Rendering every text of every respondent would make the rehearsal many times as slow and the medians no better.
_TIMED = 600


@dataclass(frozen=True, slots=True)
class Never:
    """A target that nobody met. `why`: the reason that nobody can; None where it was left to chance."""

    target: Target
    why: str | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal met.

    `reached` counts respondents by target, none left out, in the order of the questionnaire; `never` are the targets
    that none of them met; `other_mode` the ids of what is asked in the other mode alone, and no target here; `ends`
    counts outcomes. `engine_seconds` is the time that the routes took, answers already drawn, by the clock handed in.
    """

    mode: model.Mode
    seed: int
    interviews: int
    reached: dict[Target, int]
    never: tuple[Never, ...]
    other_mode: tuple[str, ...]
    ends: Counter[str]
    lengths: tuple[PathLength, ...]
    pace: Pace
    engine_seconds: float

    @property
    def possible(self) -> int:
        """How many targets somebody can meet, as far as that is known."""
        return len(self.reached) - sum(each.why is not None for each in self.never)

    @property
    def met(self) -> int:
        """How many targets somebody met."""
        return len(self.reached) - len(self.never)


def rehearse(
    program: Program,
    interviews: int,
    seed: int,
    *,
    clock: Callable[[], float],
    pace: Pace | None = None,
    sample: Callable[[Random], Mapping[str, str]] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Rehearsal:
    """Play `interviews` random respondents: three in four mostly on the main branch, and timed; every fourth goes
    where few have been.

    `clock` counts seconds; `sample` draws a respondent's sample values (else `drawn_sample.drawing`); `progress` hears
    how many are done, now and then.
    """
    rng, draw = Random(seed), sample or drawing(program)
    pace = pace or Pace(WORDS_A_MINUTE[program.mode])
    reached: Counter[Target] = Counter()
    ends: Counter[str] = Counter()
    timed: list[tuple[Interview, float]] = []
    engine_seconds, explorer = 0.0, Explorer()
    for done in range(interviews):
        values = draw(rng)
        explores = done % _EXPLORES == _EXPLORES - 1
        answers = random_respondent(program, values, rng, answer=explorer if explores else random_answer)
        began = clock()
        interview = Interview(program, values, answers)
        engine_seconds += clock() - began
        reached.update(_met(interview))
        ends[interview.end or "(not ended)"] += 1
        if not explores and interview.end_slot is not None and len(timed) < _TIMED:
            timed.append((interview, seconds_of(interview, pace)))
        if progress is not None and done % 50 == 49:
            progress(done + 1)
    impossible = dict(targets(program))
    return Rehearsal(
        mode=program.mode,
        seed=seed,
        interviews=interviews,
        reached={target: reached[target] for target in impossible},
        never=tuple(Never(target, why) for target, why in impossible.items() if not reached[target]),
        other_mode=tuple(_other_mode(program)),
        ends=ends,
        lengths=tuple(lengths(timed)),
        pace=pace,
        engine_seconds=engine_seconds,
    )


def targets(program: Program) -> Iterator[tuple[Target, str | None]]:
    """Everything of a questionnaire, in this mode, that a respondent can meet, in order; with the reason where it is
    known that nobody can. What is asked in the other mode alone is left out."""
    dead = never_asked(program.questionnaire, program.mode)
    elsewhere = dead - never_asked(program.questionnaire, _other(program.mode))
    for step in program.steps:
        if step.id.lower() not in elsewhere:
            yield from _targets_at(program, step, dead)


def _targets_at(program: Program, step: Step, dead: set[str]) -> Iterator[tuple[Target, str | None]]:
    why = "its base can never hold" if step.id.lower() in dead else None
    yield _item(step), why
    if step.kind == "end":
        yield ("end", step.item.outcome), why
    codes: dict[int | Key, str | None] = {Key(each.special.key): why for each in step.specials}
    for option in step.options:
        code = option.option.code
        codes[code] = why or why_not_offered(program, step, option, dead)
        if option.option.again is None:  # those come back to their own question: no answer of anybody
            yield ("option", f"{step.id}={code}"), codes[code]
    for special in step.specials:
        yield ("special", f"{step.id}={special.special.key}"), why
    for given, target in step.jumps.items():
        if given in codes:
            yield ("jump", _jump(program, step, given, target)), codes[given]
    for at, (_, target) in enumerate(step.always_jumps):
        yield ("jump", _jump_after(program, step, at, target)), why
    for given, cases in step.ends.items():
        for _, outcome in cases if given in codes else ():
            yield ("end", f"{outcome} at {step.id}={_name(given)}"), codes[given]


def _other(mode: model.Mode) -> model.Mode:
    return "online" if mode == "telephone" else "telephone"


def _other_mode(program: Program) -> list[str]:
    dead = never_asked(program.questionnaire, program.mode)
    elsewhere = dead - never_asked(program.questionnaire, _other(program.mode))
    return [step.id for step in program.steps if step.id.lower() in elsewhere]


def _item(step: Step) -> Target:
    return "row" if step.row is not None else "message" if step.kind == "message" else "item", step.id


def _name(code: int | Key) -> str:
    return code.name if isinstance(code, Key) else str(code)


def _jump(program: Program, step: Step, code: int | Key, target: int) -> str:
    return f"{step.id}={_name(code)} to {program.steps[target].id}"


def _jump_after(program: Program, step: Step, at: int, target: int) -> str:
    when = step.item.jumps[at].when
    return f"{step.id}{f' if {when}' if when else ''} to {program.steps[target].id}"


def _met(interview: Interview) -> Iterator[Target]:
    program, live, sample = interview.program, interview.live, interview.sample
    step = None
    for item_id in interview.route:
        step = interview.step(item_id)
        yield from (_item(message) for message in interview.messages_before(step.slot))
        yield _item(step)
        answer = live[step.slot]
        if answer is None:
            return
        yield from _answered(step, answer)
        jump = program.taken(step, live, sample)
        if jump is not None and jump.code is not None:
            yield "jump", _jump(program, step, jump.code, jump.to)
        elif jump is not None and jump.at is not None:
            yield "jump", _jump_after(program, step, jump.at, jump.to)
    if interview.end_slot is not None:
        yield from (_item(message) for message in interview.messages_before(interview.end_slot))
        end = program.steps[interview.end_slot]
        yield _item(end)
        yield "end", end.item.outcome
    elif step is not None and interview.end_code is not None:
        yield "end", f"{interview.end} at {step.id}={_name(interview.end_code)}"


def _answered(step: Step, answer: Answer) -> Iterator[Target]:
    if isinstance(answer, Key):
        yield "special", f"{step.id}={answer.name}"
    elif step.options:
        for code in answer if isinstance(answer, tuple) else (answer,):
            yield "option", f"{step.id}={code}"
