"""Findings about what goes wrong for some respondent, with the answers that lead there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cati.questionnaire.answers import to_json
from cati.questionnaire.compiling import Findings
from cati.questionnaire.deciding.decision import Decision
from cati.questionnaire.deciding.forward import Way
from cati.questionnaire.deciding.places import Places
from cati.questionnaire.deciding.reading import Atom
from cati.questionnaire.deciding.recording import Trouble
from cati.questionnaire.deciding.respondents import parts
from cati.questionnaire.deciding.views import StepView
from cati.questionnaire.yaml_source import Path

_SETTLED_BY = {"overlapping-variants": ("wording",), "empty-fill": ("link", "fill")}
"""Words of a decision that says why a finding is meant."""


def note_troubles(decision: Decision, places: Places, findings: Findings) -> None:
    """Questions without a way out, fills with no or two variants, and conditions that missing answers decide."""
    for trouble, way in decision.troubles.items():
        view = decision.views.steps[trouble.slot]
        item = view.step.item.id
        if not places.settled(item, *_SETTLED_BY.get(trouble.kind, ())):
            who = _who(decision, way, _looked_at(trouble, view))
            _NOTES[trouble.kind](trouble.part, item, places.path(item), who, findings)


def _no_way_out(_part: Any, item: str, path: Path, who: str, findings: Findings) -> None:
    findings.error("no-way-out", path, item, f"some respondents are offered nothing to choose{who}",
                   "Offer an option to everybody who is asked, or narrow the base.")  # fmt: skip


def _missing_variant(fill: Any, item: str, path: Path, who: str, findings: Findings) -> None:
    findings.error("missing-variant", path, item, f"no variant of {{{fill}}} holds for some who see it{who}",
                   "Add a variant, or one without a condition at the end.")  # fmt: skip


def _overlapping(fill: Any, item: str, path: Path, who: str, findings: Findings) -> None:
    findings.warning("overlapping-variants", path, item, f"two variants of {{{fill}}} hold at once for some{who}",
                     "Make them exclusive, or name the decision on which wording goes first.")  # fmt: skip


def _empty_fill(source: Any, item: str, path: Path, who: str, findings: Findings) -> None:
    findings.warning("empty-fill", path, item, f"{{{source}}} is empty for some who see it{who}",
                     f"Say something else where {source} is not answered.")  # fmt: skip


def _not_missing(condition: Any, item: str, path: Path, who: str, findings: Findings) -> None:
    findings.warning("missing-answer", path, item,
                     f"the `not` in `{condition}` also holds for some who were not asked what it looks at{who}",
                     "Name the answers that count, or join it with answered(…).")  # fmt: skip


def _unequal_missing(condition: Any, item: str, path: Path, who: str, findings: Findings) -> None:
    findings.warning("missing-answer", path, item,
                     f"the ≠ in `{condition}` leaves out some who were not asked what it looks at{who}",
                     "Join it with the base of that item, or add `or not answered(…)`.")  # fmt: skip


_NOTES: dict[str, Callable[[Any, str, Path, str, Findings], None]] = {
    "no-way-out": _no_way_out,
    "missing-variant": _missing_variant,
    "overlapping-variants": _overlapping,
    "empty-fill": _empty_fill,
    "not-missing": _not_missing,
    "unequal-missing": _unequal_missing,
}


def _looked_at(trouble: Trouble, view: StepView) -> Iterable[Atom]:
    """The comparisons that the trouble hangs on."""
    if trouble.kind == "no-way-out":
        return [atom for option in view.options for atom in option.seen.atoms]
    if trouble.kind in ("not-missing", "unequal-missing"):
        return [atom for seen in view.conditions() if seen.text == trouble.part for atom in seen.atoms]
    return [atom for text in view.texts() for atom in text.atoms()]


def _who(decision: Decision, way: Way, atoms: Iterable[Atom]) -> str:
    """The answers of a respondent that the trouble hangs on, such as " (B1=3, F1=5)"."""
    sample, given = parts(way)
    names: dict[str, str] = {}
    for atom in atoms:
        for slot in atom.slots:
            name = next(each for each, at in decision.program.by_id.items() if at == slot)
            if name in given:
                step = decision.program.step(name)
                names[step.id if step is not None else name] = f"={_shown(to_json(given[name]))}"
        for variable in atom.variables:
            if variable in sample:
                names[f"sample.{variable}"] = f'="{sample[variable]}"'
    return f" ({', '.join(name + value for name, value in names.items())})" if names else ""


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("key", "…"))
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)


# A base in words that is narrower than this says whom the jump is there to lead past the item.
_ALL = re.compile(r"((ask )?(all|everybody))?", re.IGNORECASE)


def note_jumps(decisions: Sequence[Decision], places: Places, findings: Findings) -> None:
    """Jumps that change nothing for anybody, and jumps over something that everybody is to be asked."""
    taken: dict[tuple[str, Any], bool] = {}
    for decision in decisions:
        for target in decision.targets:
            if target.kind == "jump" and decision.reaches(target):
                key = (target.item, target.part)
                taken[key] = taken.get(key, False) or _passes_something(decision, target.item, target.part)
                _note_passed(decision, target.item, target.part, places, findings)
    for (item, part), useful in taken.items():
        if not useful and not places.settled(item, "jump"):
            findings.warning("idle-jump", _path(places, item, part), places.item(item).id,
                             "this jump passes nothing that anybody would have been asked",
                             "Correct its target, or name the decision that keeps it as printed.")  # fmt: skip


def _passes_something(decision: Decision, item: str, part: Any) -> bool:
    slots = [view.step.slot for view in decision.views.steps if view.step.id == item]
    alike = [other for slot, other in decision.useful_jumps if slot in slots]
    return part in alike or any(decision.alike(item, part, other) for other in alike)


def _note_passed(decision: Decision, item: str, part: Any, places: Places, findings: Findings) -> None:
    view = next(view for view in decision.views.steps if view.step.id == item)
    goals = {("item", at): target for at, _, target in view.jumps} | dict(view.step.jumps)
    for passed in decision.views.steps[view.step.slot + 1 : goals[part]]:
        item_passed = passed.step.item
        asked_of_all = not item_passed.ask and passed.row_base.tree is None and _ALL.fullmatch(item_passed.base.strip())
        if passed.is_question and asked_of_all:
            findings.warning("jump-over-all", _path(places, item, part), places.item(item).id,
                             f"this jump passes {passed.step.id}, which everybody is to be asked",
                             "Correct its target, or give the item passed the base that is meant.")  # fmt: skip
            return


def _path(places: Places, item: str, part: Any) -> Path:
    return places.path(item, "jumps", part[1]) if isinstance(part, tuple) else places.option(item, part)
