"""Findings about what no respondent reaches in any mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cati.questionnaire.answers import Key
from cati.questionnaire.compiling import Findings
from cati.questionnaire.deciding.decision import Decision
from cati.questionnaire.deciding.places import Places
from cati.questionnaire.deciding.targets import Target

_NOBODY = {
    "row": ("no respondent is asked this row", "Correct the condition of the row."),
    "wording": ("no respondent is shown this wording", "Correct its condition, or leave the wording out."),
    "check": ("no answers that can be given meet this check", "Correct its condition."),
    "text": ("no respondent is shown this part of the text", "Correct its condition."),
}


def note_unreachable(decisions: Sequence[Decision], places: Places, findings: Findings) -> None:
    """Every part that nobody reaches, unless the whole that it belongs to is not reached either."""
    if any(decision.undecided_from is not None for decision in decisions):
        return
    reached: dict[Target, bool] = {}
    for decision in decisions:
        for target in decision.targets:
            reached[target] = reached.get(target, False) or decision.reaches(target)
    wholes = [target for target, is_reached in reached.items() if target.kind in ("item", "row") and is_reached]
    asked = {target.item.lower() for target in wholes}
    asked |= {places.item(name).id.lower() for name in asked}
    for target in (target for target, is_reached in reached.items() if not is_reached):
        if target.kind == "item":
            _note_item(target, decisions, places, findings)
        elif target.kind in ("option", "jump", "end", "wording", "row", "check"):
            if places.item(target.item).id.lower() in asked and (target.kind == "row" or target.item.lower() in asked):
                _note_part(target, reached, decisions, places, findings)
        elif target.kind == "variant":
            findings.error("unreachable-variant", ("fills", target.item, target.part), f"{{{target.item}}}",
                           f"variant {target.part + 1} is shown to nobody", "Correct it, or leave it out.")  # fmt: skip
        else:
            what, remedy = _NOBODY["text"]
            findings.error(
                "unreachable-text", ("texts", target.item, "wording", target.part), target.item, what, remedy
            )


def _note_item(target: Target, decisions: Iterable[Decision], places: Places, findings: Findings) -> None:
    for decision in decisions:
        for view in decision.views.steps:
            if view.step.id == target.item and view.step.slot in decision.arrived_at:
                findings.error("unreachable-item", places.path(target.item, "ask"), target.item,
                               "no respondent is ever asked it: its base never holds where they come to it",
                               "Correct the base, or what it looks at.")  # fmt: skip
                return
    findings.error("passed-by-all", places.path(target.item), target.item,
                   "every respondent is led past it by a jump or an end", "Correct the jumps before it.")  # fmt: skip


def _note_part(
    target: Target, reached: Mapping[Target, bool], decisions: Sequence[Decision], places: Places, findings: Findings
) -> None:
    name = target.item
    if target.kind == "option":
        if not _excluded_at_source(name, target.part, decisions):
            shown = target.part.name if isinstance(target.part, Key) else target.part
            findings.error("unreachable-option", places.option(name, target.part), name,
                           f"code {shown} is offered to nobody", "Correct its condition, or leave it out.")  # fmt: skip
        return
    if target.kind in ("jump", "end"):
        code = target.part[0] if target.kind == "end" else target.part
        options = [each for each in reached if each.kind == "option" and each.item == name]
        option = next((each for each in options if each.part == code), None)
        if option is not None and not reached[option]:
            return  # the option is told instead
        what = "no respondent takes this jump" if target.kind == "jump" else "no interview ends so"
        path = places.option(name, code)
        if target.kind == "jump" and isinstance(code, tuple):
            path = places.path(name, "jumps", code[1])
        findings.error(f"unreachable-{target.kind}", path, name, f"{what} ({target.id})", "Correct its condition.")
        return
    part = {"wording": "wording", "check": "checks"}.get(target.kind)
    place = () if part is None else (part, target.part)
    what, remedy = _NOBODY[target.kind]
    note = findings.warning if target.kind == "check" else findings.error
    note(f"unreachable-{target.kind}", places.path(name, *place), name, what, remedy)


def _excluded_at_source(name: str, code: object, decisions: Iterable[Decision]) -> bool:
    """A code that stands alone where it is chosen cannot be among several: nothing is wrong with it here."""
    for decision in decisions:
        step = decision.program.step(name)
        if step is not None and step.source_slot is not None:
            source = decision.program.steps[step.source_slot]
            return code in source.exclusive and code not in step.always
    return False
