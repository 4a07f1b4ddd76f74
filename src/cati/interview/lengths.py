"""How long an interview takes, estimated from its words and its questions before anybody is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from cati.interview.interview import Interview
from cati.interview.presenting import Presented, closing_blocks, present

WORDS_A_MINUTE = {"telephone": 150, "online": 238}
"""Telephone: between the 183 words a minute at which adults read aloud (Brysbaert 2019, Journal of Memory and Language
109, 104047) and the 120, two words a second, that interviewers are asked for who are to read slowly (an assumption
here). Online: silent reading of English non-fiction, 238 words a minute (Brysbaert 2019)."""

_FEW = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an interview goes: words a minute, and seconds to answer and code a question, by its kind.

    The answering times are round guesses, to be replaced by what the answers' own times say once fieldwork has begun.
    """

    words_a_minute: float = WORDS_A_MINUTE["telephone"]
    seconds_to_answer: Mapping[str, float] = field(
        default_factory=lambda: {"single": 3, "multi": 6, "number": 4, "text": 12, "lookup": 6, "contact": 40}
    )
    seconds_to_write: float = 5

    def assumptions(self, mode: str) -> list[str]:
        """What the estimate rests on, a sentence each, with its source or as an assumption."""
        own = self.words_a_minute == WORDS_A_MINUTE[mode]
        times = ", ".join(f"{kind} {seconds:g}" for kind, seconds in self.seconds_to_answer.items())
        reading = {
            "telephone": "150 words a minute read out (assumption: between 183 for reading aloud, Brysbaert 2019, "
            "doi:10.1016/j.jml.2019.104047, and two words a second for slow, clear interviewing).",
            "online": "238 words a minute read in silence (Brysbaert 2019, doi:10.1016/j.jml.2019.104047).",
        }
        counted = {
            "telephone": "Counted: what is read out, once a grid; the codes only where the instruction says READ OUT; "
            "nothing that is added if necessary, no dialling, no small talk.",
            "online": "Counted: every word on the page, the codes included; a grid's question and scale once.",
        }
        return [
            reading[mode] if own else f"{self.words_a_minute:g} words a minute (given).",
            f"Seconds to answer a question (assumption): {times}; to write in an other {self.seconds_to_write:g}.",
            counted[mode],
        ]


@dataclass(frozen=True, slots=True)
class PathLength:
    """The length of the completed interviews that took one path. `path` holds the answers that set it apart, each as
    (item, code); none = all. Seconds: the median and, for ten interviews or more, the shortest and longest tenth."""

    path: tuple[tuple[str, int], ...]
    interviews: int
    questions: float
    seconds: float
    shortest_tenth: float | None
    longest_tenth: float | None


def seconds_of(interview: Interview, pace: Pace) -> float:
    """The length of an interview in seconds: the words at the pace of reading, and the time to answer each question."""
    words, answering = 0, 0.0
    aloud = interview.program.mode == "telephone"
    for item_id in interview.route:
        shown = present(interview, item_id)
        words += _words(shown, aloud)
        answering += pace.seconds_to_answer.get(shown.kind, 3)
        answering += pace.seconds_to_write * len(_written(interview, item_id))
    words += sum(len(block.text.split()) for block in closing_blocks(interview) if block.kind == "read")
    return 60 * words / pace.words_a_minute + answering


def _written(interview: Interview, item_id: str) -> list[str]:
    step = interview.step(item_id)
    return [write_in.id for write_in in step.write_ins if interview.live[write_in.slot] is not None]


def _words(shown: Presented, aloud: bool) -> int:
    """The words of a question: its messages, its wording (a grid's once), the row, and the codes that are read."""
    first = shown.row_at <= 1
    kinds = ("read",) if aloud else ("read", "instruction", "add")
    blocks = [*shown.before, *(shown.wording if first else ())]
    texts = [block.text for block in blocks if block.kind in kinds] + ([shown.row] if shown.row else [])
    if first and (not aloud or _codes_are_read(shown)):
        texts += [option.label for option in shown.options if option.read_out or not aloud]
        texts += [] if aloud else [special.label for special in shown.specials]
    return sum(len(text.split()) for text in texts)


def _codes_are_read(shown: Presented) -> bool:
    instructions = " ".join(block.text for block in shown.wording if block.kind == "instruction").upper()
    instructions = instructions.replace("DO NOT READ OUT", "").replace("READ OUT: PLEASE ROUND", "")
    return "READ OUT" in instructions


def lengths(timed: Sequence[tuple[Interview, float]]) -> list[PathLength]:
    """Lengths by path, the commonest first: all, then by the answer that splits them most, and in the commonest of
    those by the answer that splits it most again."""
    if not timed:
        return []
    found = [_length((), timed)]
    first = _split(timed, ())
    found += [_length(path, each) for path, each in first]
    if first:
        found += [_length(path, each) for path, each in _split(first[0][1], first[0][0])]
    return found


def _split(
    timed: Sequence[tuple[Interview, float]], path: tuple[tuple[str, int], ...]
) -> list[tuple[tuple[tuple[str, int], ...], list[tuple[Interview, float]]]]:
    item_id = _splitting_question(timed)
    if item_id is None:
        return []
    groups: dict[int, list[tuple[Interview, float]]] = defaultdict(list)
    for interview, seconds in timed:
        answer = interview.live[interview.step(item_id).slot]
        if isinstance(answer, int):
            groups[answer].append((interview, seconds))
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [((*path, (item_id, code)), each) for code, each in ordered]


def _length(path: tuple[tuple[str, int], ...], timed: Sequence[tuple[Interview, float]]) -> PathLength:
    seconds = sorted(each for _, each in timed)
    tenths = quantiles(seconds, n=10, method="inclusive") if len(seconds) >= _FEW else None
    return PathLength(
        path,
        len(seconds),
        median(len(interview.route) for interview, _ in timed),
        median(seconds),
        tenths[0] if tenths else None,
        tenths[-1] if tenths else None,
    )


def _splitting_question(timed: Sequence[tuple[Interview, float]]) -> str | None:
    """The single-coded question, asked of all of these, whose codes explain most of the differences in length."""
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
