"""A rehearsal: random respondents through the questionnaire, what they reached, what none did, and how long it took.

Deterministic under a seed. Length is estimated from what is read out and a time to answer; see `Pace`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from statistics import median

from cati.interview.interview import Interview
from cati.interview.presenting import Presented, present
from cati.interview.rehearsing import random_respondent
from cati.questionnaire.answers import Answer, Key
from cati.questionnaire.program import Program, Step

Target = tuple[str, str]
"""A part of a questionnaire: its kind (item, row, option, special, jump, end), and its name such as B1=3."""

# Rendering every text of every respondent would make the rehearsal many times as slow and the medians no better.
_TIMED = 300


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an interview goes: reading aloud, and seconds to answer a question by its kind.

    150 words a minute is an ordinary pace of speech; the answering times are round guesses, to be replaced by what the
    answers' own times say once fieldwork has begun.
    """

    words_a_minute: int = 150
    seconds_to_answer: Mapping[str, float] = field(
        default_factory=lambda: {"single": 3, "multi": 6, "number": 4, "text": 12, "lookup": 6, "contact": 40}
    )


@dataclass(frozen=True, slots=True)
class PathLength:
    """The length of the interviews that took one path: how many there were, and the median questions and seconds."""

    path: str
    interviews: int
    questions: float
    seconds: float


@dataclass(slots=True)
class Rehearsal:
    """What a rehearsal met. `reached` counts respondents by target; `never` are the targets that none of them met."""

    mode: str
    seed: int
    interviews: int
    reached: Counter[Target]
    never: list[Target]
    ends: Counter[str]
    lengths: list[PathLength]


def rehearse(
    program: Program,
    sample: Callable[[Random], Mapping[str, str]],
    interviews: int,
    seed: int,
    *,
    pace: Pace | None = None,
    progress: Callable[[int], None] | None = None,
) -> Rehearsal:
    """Play `interviews` random respondents, each with the sample values that `sample` draws.

    `progress` hears how many are done, now and then.
    """
    rng = Random(seed)
    reached: Counter[Target] = Counter()
    ends: Counter[str] = Counter()
    timed: list[tuple[Interview, float]] = []
    for done in range(interviews):
        values = sample(rng)
        answers = random_respondent(program, values, rng)
        interview = Interview(program, values, answers)
        reached.update(_met(interview))
        ends[interview.end or "(not ended)"] += 1
        if interview.end_slot is not None and len(timed) < _TIMED:
            timed.append((interview, _seconds(interview, pace or Pace())))
        if progress is not None and done % 200 == 199:
            progress(done + 1)
    never = [target for target in targets(program) if target not in reached]
    return Rehearsal(program.mode, seed, interviews, reached, never, ends, _lengths(timed))


def targets(program: Program) -> Iterator[Target]:
    """Everything of a questionnaire, in this mode, that a respondent can meet, in order."""
    for step in program.steps:
        yield _item(step)
        if step.kind == "end":
            yield "end", step.item.outcome
        for option in step.options:
            if option.option.again is None:  # those come back to their own question: no answer of anybody
                yield "option", f"{step.id}={option.option.code}"
        for special in step.specials:
            yield "special", f"{step.id}={special.special.key}"
        for code, target in step.jumps.items():
            yield "jump", _jump(program, step, code, target)
        for at, (_, target) in enumerate(step.always_jumps):
            yield "jump", f"{step.id} jump {at + 1} to {program.steps[target].id}"
        for code, cases in step.ends.items():
            for _, outcome in cases:
                yield "end", f"{outcome} at {step.id}={_name(code)}"


def _item(step: Step) -> Target:
    return "row" if step.row is not None else "message" if step.kind == "message" else "item", step.id


def _name(code: int | Key) -> str:
    return code.name if isinstance(code, Key) else str(code)


def _jump(program: Program, step: Step, code: int | Key, target: int) -> str:
    return f"{step.id}={_name(code)} to {program.steps[target].id}"


def _met(interview: Interview) -> Iterator[Target]:
    program, live, sample = interview.program, interview.live, interview.sample
    last = None
    for item_id in interview.route:
        step = interview.step(item_id)
        yield from _messages(interview, last, step.slot)
        last = step
        yield _item(step)
        answer = live[step.slot]
        if answer is None:
            return
        yield from _answered(step, answer)
        following = program.following(step, live, sample)
        yield from _jumped(interview, step, answer, following)
    if interview.end_slot is not None:
        yield from _messages(interview, last, interview.end_slot)
        end = program.steps[interview.end_slot]
        yield _item(end)
        yield "end", end.item.outcome
    elif last is not None:
        answer = live[last.slot]
        for code in answer if isinstance(answer, tuple) else (answer,):
            if code in last.ends:
                yield "end", f"{interview.end} at {last.id}={_name(code)}"


def _messages(interview: Interview, before: Step | None, until: int) -> Iterator[Target]:
    program, live, sample = interview.program, interview.live, interview.sample
    start = 0 if before is None else program.following(before, live, sample)
    for step in program.steps[start:until]:
        if step.kind == "message" and (step.test is None or step.test(live, sample)):
            yield _item(step)


def _answered(step: Step, answer: Answer) -> Iterator[Target]:
    if isinstance(answer, Key):
        yield "special", f"{step.id}={answer.name}"
    elif step.options:
        for code in answer if isinstance(answer, tuple) else (answer,):
            yield "option", f"{step.id}={code}"


def _jumped(interview: Interview, step: Step, answer: Answer, following: int) -> Iterator[Target]:
    program = interview.program
    codes = answer if isinstance(answer, tuple) else (answer,)
    for code in codes:
        if isinstance(code, (int, Key)) and step.jumps.get(code) == following:
            yield "jump", _jump(program, step, code, following)
            return
    for at, (test, target) in enumerate(step.always_jumps):
        if test is None or test(interview.live, interview.sample):
            yield "jump", f"{step.id} jump {at + 1} to {program.steps[target].id}"
            return


def _seconds(interview: Interview, pace: Pace) -> float:
    """The length of an interview: what is read out at the pace of speech, and the time to answer each question."""
    seconds = 0.0
    for item_id in interview.route:
        shown = present(interview, item_id)
        seconds += 60 * _words(shown) / pace.words_a_minute + pace.seconds_to_answer.get(shown.kind, 3)
    return seconds


def _words(shown: Presented) -> int:
    """The words read out: message, question (a grid's stem once), row, and the options where they are to be read."""
    blocks = [*shown.before, *(shown.wording if shown.row_at <= 1 else ())]
    texts = [block.text for block in blocks if block.kind == "read"] + ([shown.row] if shown.row else [])
    instructions = " ".join(block.text for block in shown.wording if block.kind == "instruction").upper()
    if "READ OUT" in instructions and "DO NOT READ OUT" not in instructions and shown.row_at <= 1:
        texts += [option.label for option in shown.options if option.read_out]
    return sum(len(text.split()) for text in texts)


def _lengths(timed: list[tuple[Interview, float]]) -> list[PathLength]:
    """Lengths by path, the commonest first. A path is an answer to the question that splits the lengths most."""
    if not timed:
        return []
    splitting = _splitting_question(timed)
    groups: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for interview, seconds in timed:
        questions = len(interview.route)
        groups["all completes"].append((questions, seconds))
        if splitting is not None:
            answer = interview.live[interview.step(splitting).slot]
            groups[f"{splitting}={answer}"].append((questions, seconds))
    return [
        PathLength(path, len(each), median(n for n, _ in each), median(s for _, s in each))
        for path, each in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]


def _splitting_question(timed: list[tuple[Interview, float]]) -> str | None:
    """The single-coded question, asked of all, whose codes explain most of the differences in length."""
    program = timed[0][0].program
    mean = sum(seconds for _, seconds in timed) / len(timed)
    best: tuple[float, str] | None = None
    for step in program.steps:
        if step.kind != "single" or any(interview.live[step.slot] is None for interview, _ in timed):
            continue
        groups: dict[object, list[float]] = defaultdict(list)
        for interview, seconds in timed:
            groups[interview.live[step.slot]].append(seconds)
        explained = sum(len(each) * (sum(each) / len(each) - mean) ** 2 for each in groups.values())
        if len(groups) > 1 and (best is None or explained > best[0]):
            best = explained, step.id
    return best[1] if best else None
