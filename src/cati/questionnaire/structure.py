"""Errors in the structure of a questionnaire: what no condition shows, but would make a route or an answer wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cati.nearest import did_you_mean
from cati.questionnaire import model
from cati.questionnaire.codelists import CodeList
from cati.questionnaire.compiling import TAKE_EMAIL, Findings
from cati.questionnaire.conditions import RESERVED
from cati.questionnaire.scope import codes_at, row_id, write_in_id
from cati.questionnaire.yaml_source import Path


def check_structure(
    questionnaire: model.Questionnaire,
    code_lists: Mapping[str, CodeList],
    outcomes: Iterable[str] | None,
    findings: Findings,
) -> None:
    """Note every structural error. `outcomes` are the keys of the study's outcome scheme; None: not compared."""
    known_outcomes = None if outcomes is None else sorted(outcomes)
    _check_ids(questionnaire, findings)
    for section_at, section in enumerate(questionnaire.sections):
        for item_at, item in enumerate(section.items):
            path: Path = ("sections", section_at, "items", item_at)
            _check_options(questionnaire, item, path, known_outcomes, findings)
            _check_kind(item, path, code_lists, known_outcomes, findings)
            _check_decisions(questionnaire, item, path, findings)
    _check_end(questionnaire, findings)
    for name, text in questionnaire.texts.items():
        if text.missing is not None:
            findings.warning(
                "missing-text", ("texts", name), name, text.missing, "Ask the survey's owner for the text."
            )


def _check_end(questionnaire: model.Questionnaire, findings: Findings) -> None:
    """Every route comes to an end: the last item is one, for everybody, and no end stands before it unconditionally."""
    last = questionnaire.sections[-1].items[-1] if questionnaire.sections else None
    at: Path = ("sections",)
    if questionnaire.sections:
        at = ("sections", len(questionnaire.sections) - 1, "items", len(questionnaire.sections[-1].items) - 1)
    for section_at, section in enumerate(questionnaire.sections):
        for item_at, item in enumerate(section.items):
            if item.type == "end" and not item.ask and item is not last:
                findings.error("early-end", ("sections", section_at, "items", item_at), item.id,
                               "nobody comes past this end", "Give it a base, or move it to the end.")  # fmt: skip
    if last is None or last.type != "end":
        findings.error("no-end", at, "", "the last item is no end", "Close with an item of type end.")
    elif last.ask:
        findings.error("no-end", at, last.id, "not everybody comes to the end", "Leave the last end without a base.")


def _check_ids(questionnaire: model.Questionnaire, findings: Findings) -> None:
    seen: dict[str, str] = {}

    def claim(name: str, what: str, path: Path) -> None:
        if name.lower() in RESERVED:
            findings.error("reserved-id", path, name, f"{name} is a word of the conditions' notation", "Rename it.")
        before = seen.setdefault(name.lower(), what)
        if before != what:
            findings.error("duplicate-id", path, name, f"{name} is the id of {before} and of {what}", "Rename one.")

    for name in questionnaire.fills:
        claim(name, f"the fill {{{name}}}", ("fills", name))
    for section_at, section in enumerate(questionnaire.sections):
        claim(section.id, f"section {section_at + 1}", ("sections", section_at, "id"))
        for item_at, item in enumerate(section.items):
            path: Path = ("sections", section_at, "items", item_at)
            claim(item.id, f"item {item_at + 1} of section {section.id}", (*path, "id"))
            for row_at, row in enumerate(getattr(item, "rows", ())):
                claim(row_id(item.id, row.row), f"row {row.row} of {item.id}", (*path, "rows", row_at))
            for option in questionnaire.options_of(item) if item.type in ("single", "multi") else ():
                if option.write_in is not None:
                    name = write_in_id(item.id, option.code, option.write_in.type)
                    claim(name, f"the write-in of {item.id}={option.code}", path)


def _check_options(
    questionnaire: model.Questionnaire, item: Any, path: Path, outcomes: list[str] | None, findings: Findings
) -> None:
    if item.type not in ("single", "multi", "grid"):
        return
    if isinstance(item.options, str) and item.options not in questionnaire.option_lists:
        hint = did_you_mean(item.options, questionnaire.option_lists, "Add it under `option_lists`.")
        findings.error("unknown-list", (*path, "options"), item.id, f"there is no option list {item.options}", hint)
        return
    own = questionnaire.options_of(item)
    everything = codes_at(questionnaire, item)
    for mode in model.MODES:
        if "mode" not in item.ask and not any(option.mode in (None, mode) for option in everything):
            findings.error("no-options", path, item.id, "there is nothing to choose", "Give it options.")
    before = everything[: len(everything) - len(own)]  # those of `options_from`
    for at, option in enumerate(own):
        place: Path = (*path, "options", at) if not isinstance(item.options, str) else (*path, "options")
        together = [other for other in [*before, *own[:at]] if _in_one_mode(option, other)]
        if any(option.code == other.code for other in together):
            findings.error("duplicate-code", place, item.id, f"code {option.code} is given twice", "Renumber one.")
        elif option.key is not None and any(option.key == other.key for other in own[:at] if other.code != option.code):
            findings.error(
                "duplicate-key", place, item.id, f"key {option.key} is given to two codes", "Keep one of them."
            )
        _check_again(item, option, place, findings)
        if item.type == "grid" and option.write_in is not None:
            findings.error("grid-specify", place, item.id, "the code of a grid takes no words",
                           "Ask the row as a question of its own.")  # fmt: skip
        if option.again not in (None, TAKE_EMAIL) and option.again not in questionnaire.texts:
            hint = did_you_mean(str(option.again), [*questionnaire.texts, TAKE_EMAIL], "Add it under `texts`.")
            findings.error("unknown-text", (*place, "again"), item.id, f"there is no text {option.again}", hint)
        cases = [option.end] if isinstance(option.end, str) else [case.outcome for case in option.end or ()]
        for outcome in cases:
            _check_outcome(outcome, (*place, "end"), item.id, outcomes, findings)
    known = {option.code for option in everything}
    for code in getattr(item, "always", ()):
        if code not in known:
            findings.error("unknown-code", (*path, "always"), item.id, f"`always` has code {code}, which no option has",
                           "Name a code of the list.")  # fmt: skip


def _in_one_mode(option: model.Option, other: model.Option) -> bool:
    return option.mode is None or other.mode is None or option.mode == other.mode


def _check_again(item: Any, option: model.Option, place: Path, findings: Findings) -> None:
    if option.again is not None and (option.end is not None or option.skip_to is not None):
        findings.error("again-and-on", place, item.id, f"code {option.code} comes back to its question and goes on",
                       "Keep `again`, or `end` and `skip_to`.")  # fmt: skip
    if option.again is not None and item.type != "single":
        findings.error("again-and-on", place, item.id, f"`again` means nothing at a {item.type}", "Use it at a single.")


def _check_kind(
    item: Any,
    path: Path,
    code_lists: Mapping[str, CodeList],
    outcomes: list[str] | None,
    findings: Findings,
) -> None:
    if item.type == "end":
        _check_outcome(item.outcome, (*path, "outcome"), item.id, outcomes, findings)
    if item.type == "number" and item.max is not None and item.max < item.min:
        findings.error("empty-range", (*path, "max"), item.id, f"no number lies between {item.min} and {item.max}",
                       "Put the smaller one at min.")  # fmt: skip
    if item.type == "lookup" and item.code_list is not None and item.code_list not in code_lists:
        hint = did_you_mean(item.code_list, code_lists, f"Put {item.code_list}.csv beside the questionnaire.")
        findings.error("unknown-list", (*path, "code_list"), item.id, f"there is no code list {item.code_list}", hint)
    if item.type == "lookup" and item.code_list is None and not item.free_text and not item.specials:
        findings.error("no-options", path, item.id, "nothing can be answered here", "Give it a code list.")
    if item.type == "grid":
        rows = [row.row for row in item.rows]
        if item.jumps and item.rows[-1].ask:
            findings.error("grid-jump", (*path, "jumps"), item.id, "the jumps hang on a row that not all are asked",
                           "Put an unconditional row last, or the jumps at the next item.")  # fmt: skip
        for at, row in enumerate(rows):
            if row in rows[:at]:
                findings.error("duplicate-code", (*path, "rows", at), item.id, f"row {row} is given twice", "Renumber.")
    boxes = [box.field for box in getattr(item, "fields", ())]
    for at, name in enumerate(boxes):
        if name in boxes[:at]:
            findings.error(
                "duplicate-code", (*path, "fields", at), item.id, f"box {name} is given twice", "Rename one."
            )
    for at, special in enumerate(getattr(item, "specials", ())):
        if special.end is not None:
            _check_outcome(special.end, (*path, "specials", at, "end"), item.id, outcomes, findings)
        if special.key in [other.key for other in item.specials[:at]]:
            findings.error("duplicate-code", (*path, "specials", at), item.id, f"key {special.key} is given twice",
                           "Rename one.")  # fmt: skip


def _check_outcome(outcome: str, path: Path, item: str, outcomes: list[str] | None, findings: Findings) -> None:
    if outcomes is not None and outcome not in outcomes:
        hint = did_you_mean(outcome, outcomes, "Add it to the outcome scheme.")
        findings.error("unknown-outcome", path, item, f"the outcome scheme has no outcome {outcome}", hint)


def _check_decisions(questionnaire: model.Questionnaire, item: Any, path: Path, findings: Findings) -> None:
    """Every decision that an item, or a part of it, names is told in a sentence."""
    parts: list[tuple[Path, Any]] = [(path, item)]
    for name in ("options", "rows", "specials", "checks"):
        each = getattr(item, name, ())
        parts += [((*path, name, at), part) for at, part in enumerate(each) if not isinstance(part, str)]
    for place, part in parts:
        for decision in part.decisions:
            if decision not in questionnaire.decisions:
                hint = did_you_mean(decision, questionnaire.decisions, "Say it in a sentence under `decisions`.")
                findings.error(
                    "unknown-decision", (*place, "decisions"), item.id, f"decision {decision} is not told", hint
                )
