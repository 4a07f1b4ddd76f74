"""The walk over a program as one function without a loop: for files of interviews, where a walk is all that is done.

`Program.advance` is what routing means; this is it, written out step by step for one program, past every question
without an answer. The tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cati.questionnaire.generate import Live, Sample
from cati.questionnaire.program import Program, Step, end_of, jump_taken

Walk = Callable[[Live, list[Any], Sample, list[int], list[int], int], tuple[str | None, int | None]]
"""Walks from the beginning: given, live (all None), sample, route, lacking, last.

Fills `live` and `route` as `Program.advance` does; questions reached without an answer go to `lacking` too and are
passed over, up to the slot `last`: one there or later is waited at. Gives the outcome of the end, and the slot waited
at.
"""


def unrolled(program: Program) -> Walk:
    """The function that walks over this program."""
    names: dict[str, Any] = {"end_of": end_of, "jump_taken": jump_taken}
    lines = ["def walk(g, a, s, route, lacking, last):", " reach = route.append", " to = 0"]
    passed = _may_be_passed(program)
    for step in program.steps:
        if step.kind != "message":
            lines += _step(step, names, passed=step.slot in passed)
    lines.append(" return None, None")
    exec("\n".join(lines), names)
    walk: Walk = names["walk"]
    return walk


def _may_be_passed(program: Program) -> set[int]:
    """The slots that a jump may pass over."""
    return {
        slot
        for step in program.steps
        for to in (*step.jumps.values(), *(to for _, to in step.always_jumps))
        for slot in range(step.slot + 1, to)
    }


def _step(step: Step, names: dict[str, Any], *, passed: bool) -> Iterator[str]:
    at = step.slot
    when = [f"to <= {at}"] if passed else []
    if step.test is not None:
        names[f"t{at}"] = step.test
        when.append(f"t{at}(a, s)")
    yield f" if {' and '.join(when) or 'True'}:"
    if step.kind == "end":
        names[f"o{at}"] = step.item.outcome
        yield f"  return o{at}, None"
        return
    yield f"  reach({at})"
    yield f"  x = g[{at}]"
    names[f"p{at}"] = step
    if step.conditional:
        yield f"  if x is not None: x = p{at}.only_offered(x, a, s)"
    if step.again:
        yield f"  if x in p{at}.again: x = None"
    yield "  if x is None:"
    yield f"   lacking.append({at})"
    yield f"   if last <= {at}: return None, {at}"
    yield "  else:"
    yield f"   a[{at}] = x"
    if step.flows:
        yield from _flow(step, names)


def _flow(step: Step, names: dict[str, Any]) -> Iterator[str]:
    """What an answer does beyond leading to the next step."""
    at, multi = step.slot, step.kind == "multi"
    for write_in in step.write_ins:
        chosen = f"{write_in.code} in x" if multi else f"x == {write_in.code}"
        yield f"   if {chosen}: a[{write_in.slot}] = g[{write_in.slot}]"
    if step.ends:
        yield f"   if {_meets(f'e{at}', frozenset(step.ends), names, multi=multi)}:"
        yield f"    end = end_of(p{at}, x, a, s)"
        yield "    if end is not None: return end[1], None"
    if not step.jumps and not step.always_jumps:
        return
    if step.always_jumps:
        yield "   if True:"
    else:
        yield f"   if {_meets(f'j{at}', frozenset(step.jumps), names, multi=multi)}:"
    yield f"    jump = jump_taken(p{at}, x, a, s)"
    yield "    if jump is not None: to = jump.to"


def _meets(name: str, codes: frozenset[Any], names: dict[str, Any], *, multi: bool) -> str:
    names[name] = codes
    return f"not {name}.isdisjoint(x)" if multi else f"x in {name}"
