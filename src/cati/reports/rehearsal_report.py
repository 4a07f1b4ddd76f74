"""A rehearsal as people read it, and as JSON: what was reached and how often, what never was and why, how long."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from cati.interview.lengths import PathLength
from cati.interview.rehearsal import KINDS, Rehearsal
from cati.questionnaire.program import Program, Step
from cati.reports.document import visible

_FILL = re.compile(r"\{(?:sample\.)?([^{}]*)\}")
_CHANCE = "left to chance: rehearse more interviews"


def rehearsal_json(program: Program, rehearsal: Rehearsal) -> dict[str, Any]:
    """The rehearsal as plain data. Only `interviews_per_second` differs from run to run."""
    reached: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for (kind, name), n in rehearsal.reached.items():
        reached[kind][name] = n
    return {
        "study": program.questionnaire.id,
        "version": program.questionnaire.version,
        "content_hash": program.content_hash,
        "mode": rehearsal.mode,
        "seed": rehearsal.seed,
        "interviews": rehearsal.interviews,
        "reached": reached,
        "never": [{"kind": each.target[0], "name": each.target[1], "why": each.why} for each in rehearsal.never],
        "coverage": {"targets": len(rehearsal.reached), "possible": rehearsal.possible, "met": rehearsal.met},
        "other_mode": list(rehearsal.other_mode),
        "ends": dict(rehearsal.ends.most_common()),
        "length": {
            "words_a_minute": rehearsal.pace.words_a_minute,
            "assumptions": rehearsal.pace.assumptions(rehearsal.mode),
            "paths": [_path_json(program, each) for each in rehearsal.lengths],
        },
        "interviews_per_second": speed(rehearsal),
    }


def speed(rehearsal: Rehearsal) -> int | None:
    """Whole interviews a second: the routing model alone. None where the clock did not move."""
    return round(rehearsal.interviews / rehearsal.engine_seconds) if rehearsal.engine_seconds > 0 else None


def rehearsal_text(program: Program, rehearsal: Rehearsal, width: int = 100) -> str:
    """The rehearsal for people: every question and code with its count, then ends, what never was, and lengths."""
    questionnaire = program.questionnaire
    title = f"Rehearsal of {questionnaire.title} (version {questionnaire.version})"
    lines = [title, "=" * len(title), ""]
    lines += textwrap.wrap(
        f"{rehearsal.interviews:,} random respondents, {rehearsal.mode}, seed {rehearsal.seed}: three in four mostly "
        "on the main branch, every fourth where few had been. A question's share is of all respondents, "
        "a code's of those who were asked.",
        width,
    )
    lines += _counts(program, rehearsal, width)
    lines += ["", "Ends", "----"]
    lines += [_counted(outcome, n, rehearsal.interviews) for outcome, n in rehearsal.ends.most_common()]
    lines += ["", *_never(rehearsal, width), "", *_lengths(program, rehearsal, width)]
    return "\n".join(visible(line) for line in lines) + "\n"


def _bracketed(text: str) -> str:
    """A text with its fills as names in brackets."""
    return _FILL.sub(r"[\1]", text)


def _counts(program: Program, rehearsal: Rehearsal, width: int) -> Iterator[str]:
    section = None
    for step in program.steps:
        kind = "row" if step.row is not None else "message" if step.kind == "message" else "item"
        n = rehearsal.reached.get((kind, step.id))
        if n is None:
            continue
        if step.section is not section:
            section = step.section
            yield from ("", section.title, "-" * len(section.title))
        yield _cut(_counted(step.id, n, rehearsal.interviews) + f"  {_words_of(step)}", width)
        parts = [("option", f"{step.id}={each.option.code}", _bracketed(each.option.label)) for each in step.options]
        parts += [
            ("special", f"{step.id}={each.special.key}", _bracketed(each.special.label)) for each in step.specials
        ]  # told in the order in which they are offered
        for part, name, label in parts:
            if (part, name) in rehearsal.reached:
                count = rehearsal.reached[part, name]
                yield _cut("  " + _counted(name.partition("=")[2], count, n, 8) + f"  {label}", width)
        yield from (
            _cut(f"  {'→':<8}{_number(count)}  {name.removeprefix(step.id).lstrip('= ')}", width)
            for (part, name), count in rehearsal.reached.items()
            if part == "jump" and _of(name, step)
        )


def _of(name: str, step: Step) -> bool:
    return name.startswith((f"{step.id}=", f"{step.id} "))


def _never(rehearsal: Rehearsal, width: int) -> Iterator[str]:
    parts, possible = len(rehearsal.reached), rehearsal.possible
    yield "Coverage"
    yield "--------"
    share = _share(rehearsal.met, possible)
    yield f"{rehearsal.met:,} of the {possible:,} parts that can be reached were reached ({share})."
    if rehearsal.other_mode:
        other = "online" if rehearsal.mode == "telephone" else "on the telephone"
        yield from textwrap.wrap(f"Left out, asked only {other}: {', '.join(rehearsal.other_mode)}.", width)
    for known, heading in ((False, "Never reached:"), (True, f"Cannot be reached (of {parts:,} parts):")):
        found = [each for each in rehearsal.never if (each.why is not None) is known]
        if found:
            yield heading
        for each in found:
            text = f"{each.target[0]} {each.target[1]}: {each.why or _CHANCE}."
            yield from textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")


def _lengths(program: Program, rehearsal: Rehearsal, width: int) -> Iterator[str]:
    yield "Estimated length of completed interviews, by path"
    yield "-------------------------------------------------"
    if not rehearsal.lengths:
        yield "No interview was completed."
        return
    yield f"{'minutes':>8}{'a tenth under':>15}{'a tenth over':>14}{'questions':>11}{'interviews':>12}  path"
    for each in rehearsal.lengths:
        tenths = [_minutes(seconds) for seconds in (each.shortest_tenth, each.longest_tenth)]
        yield _cut(
            f"{_minutes(each.seconds):>8}{tenths[0]:>15}{tenths[1]:>14}{each.questions:>11g}{each.interviews:>12}  "
            f"{_path_words(program, each)}",
            width,
        )
    for assumption in rehearsal.pace.assumptions(rehearsal.mode):
        yield from textwrap.wrap(assumption, width, initial_indent="- ", subsequent_indent="  ")


def _path_json(program: Program, each: PathLength) -> dict[str, Any]:
    return {
        "path": " and ".join(f"{item}={code}" for item, code in each.path) or "all",
        "answers": [{"item": item, "code": code, "label": _answer(program, item, code)} for item, code in each.path],
        "interviews": each.interviews,
        "questions": each.questions,
        "minutes": round(each.seconds / 60, 1),
        "shortest_tenth": None if each.shortest_tenth is None else round(each.shortest_tenth / 60, 1),
        "longest_tenth": None if each.longest_tenth is None else round(each.longest_tenth / 60, 1),
    }


def _path_words(program: Program, each: PathLength) -> str:
    said = [f"{item}={code}" for item, code in each.path]
    label = f" {_answer(program, *each.path[-1])}" if each.path else ""
    return (" and ".join(said) or "all") + label


def _answer(program: Program, item: str, code: int) -> str:
    step = program.step(item)
    options = step.options if step is not None else ()
    return next((_bracketed(option.option.label) for option in options if option.option.code == code), "")


def _words_of(step: Step) -> str:
    if step.row is not None:
        return _bracketed(step.row.text)
    return _bracketed(next((block.text for block in step.item.wording if block.kind == "read"), ""))


def _counted(name: str, n: int, of: int, indent: int = 10) -> str:
    return f"{name:<{indent}}{_number(n)} {_share(n, of):>5}"


def _number(n: int) -> str:
    return f"{n:>8,}"


def _share(n: int, of: int) -> str:
    if not of or not n:
        return "0%" if of else "-"
    share = 100 * n / of
    return f"{share:.0f}%" if n == of or 1 <= share < 99.5 else "<1%" if share < 1 else ">99%"


def _minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:.1f}"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
