"""Looks on while two versions are gone through in step, and notes everything in which a respondent sees them differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cati.questionnaire.deciding.forward import Scene, Standing, Way
from cati.questionnaire.deciding.texts import Text
from cati.questionnaire.deciding.views import BlockView, OptionView, StepView


@dataclass(frozen=True, slots=True)
class Unlike:
    """What differs at an item; `old` and `new` are what the two versions do or say."""

    kind: str
    item: str
    old: str
    new: str


class Comparer:
    """The observer of two versions.

    `found` gives each difference the first respondent who sees it, and whether their routes had parted before: a
    respondent whose routes had not is kept if there is one.
    """

    def __init__(self) -> None:
        self.found: dict[Unlike, tuple[Way, bool]] = {}
        self._compared: set[Any] = set()

    def _note(self, kind: str, item: str, old: str, new: str, scene: Scene) -> None:
        unlike = Unlike(kind, item, old, new)
        if unlike not in self.found or (self.found[unlike][1] and not scene.parted):
            self.found[unlike] = (scene.way, scene.parted)

    def arrived(self, scene: Scene) -> bool:
        """Respondents come to a moment; true if one version alone asks the question, or ends."""
        old, new = scene.standings
        if old.view is None or new.view is None:
            return self._alone(old, new, scene)
        kind = "message" if old.view.step.kind == "message" else "route"
        if old.on != new.on:
            item = (old.view if old.on else new.view).step.id
            self._note(kind, item, _is_asked(old), _is_asked(new), scene)
            return kind == "route"
        if old.on and self._unseen(old, new, scene):
            self._compare(old, new, scene)
        return False

    def _alone(self, old: Standing, new: Standing, scene: Scene) -> bool:
        """A step that only one version has here: added, removed, or moved from elsewhere."""
        standing, other = (old, new) if old.view is not None else (new, old)
        if not standing.on or standing.view is None:
            return False
        step = standing.view.step
        moved = any(each.id.lower() == step.id.lower() for each in other.side.program.steps)
        kind = "moved" if moved else "removed" if standing is old else "added"
        self._note(kind, step.id, "comes here" if standing is old else "does not come here",
                   "comes here" if standing is new else "does not come here", scene)  # fmt: skip
        return False

    def _unseen(self, old: Standing, new: Standing, scene: Scene) -> bool:
        """Whether the two were not yet compared with the answers that they look at."""
        key: list[Any] = [scene.moment, scene.parted]
        for standing in (old, new):
            view = standing.view
            if view is not None:
                slots = {slot for atom in view.atoms for slot in atom.slots} | view.present
                key.append(tuple(standing.live[slot] for slot in sorted(slots)))
                key.append(tuple(scene.sample.get(name) for atom in view.atoms for name in atom.variables))
            key.append(None if standing.offered is None else tuple(option.code for option in standing.offered))
        told = tuple(key)
        if told in self._compared:
            return False
        self._compared.add(told)
        return True

    def _compare(self, old: Standing, new: Standing, scene: Scene) -> None:
        assert old.view is not None
        assert new.view is not None
        step, sample = old.view.step, scene.sample
        if step.kind != new.view.step.kind:
            self._note("type", step.id, step.kind, new.view.step.kind, scene)
            return
        if step.kind == "end" and step.item.outcome != new.view.step.item.outcome:
            self._note("end", step.id, step.item.outcome, new.view.step.item.outcome, scene)
        said = [_said(each.view, each.live, sample) for each in (old, new) if each.view is not None]
        if said[0] != said[1]:
            self._note("wording", step.id, said[0], said[1], scene)
        offered = [_codes(each) for each in (old, new)]
        if offered[0] != offered[1]:
            self._note("options", step.id, offered[0], offered[1], scene)
        labels = [_labels(each, sample) for each in (old, new)]
        if labels[0] != labels[1]:
            self._note_labels(step.id, labels[0], labels[1], scene)

    def _note_labels(self, item: str, old: dict[str, str], new: dict[str, str], scene: Scene) -> None:
        """Options offered by both with other words or another treatment."""
        for code in old.keys() & new.keys():
            if old[code] != new[code]:
                self._note("label", f"{item}={code}", old[code], new[code], scene)

    def answered(self, scene: Scene) -> None:
        """An answer was given; each version may take it, refuse it, end, or come back to the question."""
        old, new = scene.standings
        if old.led is None or new.led is None or old.view is None or new.view is None:
            return
        item = old.view.step.id
        came = [_came(old), _came(new)]
        if came[0] != came[1]:
            kind = "options" if "is not taken" in came else "end" if "ends" in f"{came}" else "route"
            answer = old.answer if old.answer is not None else new.answer
            self._note(kind, f"{item}={_answer(answer)}", came[0], came[1], scene)
        if old.led.kind == new.led.kind == "end" and old.led.end is not None and new.led.end is not None:
            said = [_shape(each.led.end.closing, each, scene) for each in (old, new) if each.led and each.led.end]
            if said[0] != said[1]:
                self._note("text", f"closing {old.led.end.outcome}", said[0], said[1], scene)
        if old.led.kind == new.led.kind == "again" and isinstance(old.led.code, int):
            shown = [_blocks(_again(each), each.live, scene.sample) for each in (old, new)]
            if shown[0] != shown[1]:
                self._note("text", old.view.again[old.led.code], shown[0], shown[1], scene)
        asked = [_checks(each, scene) for each in (old, new)]
        if asked[0] != asked[1]:
            self._note("check", item, asked[0], asked[1], scene)


def _is_asked(standing: Standing) -> str:
    if standing.on:
        return "is on the route"
    return "is not asked: its base does not hold" if standing.here else "is passed over by a jump"


def _said(view: StepView, live: list[Any], sample: dict[str, str]) -> str:
    lines = [_blocks(view.blocks, live, sample)]
    if view.row_text is not None:
        lines.append("".join(view.row_text.shape(live, sample)))
    return "\n".join(lines)


def _blocks(blocks: Iterable[BlockView], live: list[Any], sample: dict[str, str]) -> str:
    marks = {"read": "", "instruction": "[instruction] ", "add": "[add if necessary] "}
    return "\n".join(
        marks[block.kind] + "".join(block.text.shape(live, sample))
        for block in blocks
        if block.seen.holds(live, sample)
    )


def _codes(standing: Standing) -> str:
    view = standing.view
    keys = [special.special.key for special in view.step.specials] if view is not None else []
    return ", ".join([*(str(option.code) for option in standing.offered or ()), *keys]) or "nothing"


def _labels(standing: Standing, sample: dict[str, str]) -> dict[str, str]:
    """What is shown for each option offered, its treatment with it."""
    view = standing.view
    if view is None:
        return {}
    shown = {}
    for option in standing.offered or ():
        written = option.option.option
        marks = [
            *(["exclusive"] if written.exclusive else []),
            *([] if written.read_out else ["not read out"]),
            *([f"asks for a {_asked_for(option)}"] if option.option.write_in is not None else []),
        ]
        shown[str(option.code)] = "".join(option.label.shape(standing.live, sample)) + "".join(f" [{m}]" for m in marks)
    names = [special.special.key for special in view.step.specials]
    names += [
        each for box in view.step.boxes for each in (box.box.field, *(special.special.key for special in box.specials))
    ]
    for at, (name, label) in enumerate(zip(names, view.labels, strict=False)):
        shown[f"{name}" if name not in shown else f"{name} ({at})"] = "".join(label.shape(standing.live, sample))
    return shown


def _asked_for(option: OptionView) -> str:
    """What an option asks for besides its code: text or number, with its limits."""
    write_in = option.option.option.write_in
    if write_in is None:
        return "nothing"
    limits = "" if write_in.min is None and write_in.max is None else f" from {write_in.min} to {write_in.max}"
    return f"{write_in.type}{limits}"


def _came(standing: Standing) -> str:
    led = standing.led
    assert led is not None
    if led.kind == "refused":
        return "is not taken"
    if led.kind == "end" and led.end is not None:
        return f"ends as {led.end.outcome}"
    return "shows a text and asks again" if led.kind == "again" else "goes on"


def _answer(answer: Any) -> str:
    return "/".join(map(str, answer)) if isinstance(answer, tuple) else str(getattr(answer, "name", answer))


def _shape(text: Text | None, standing: Standing, scene: Scene) -> str:
    return "" if text is None else "".join(text.shape(standing.live, scene.sample))


def _again(standing: Standing) -> tuple[BlockView, ...]:
    view, led = standing.view, standing.led
    if view is None or led is None or not isinstance(led.code, int):
        return ()
    return view.again_blocks.get(view.again[led.code], ())


def _checks(standing: Standing, scene: Scene) -> str:
    if standing.view is None or not standing.view.checks or standing.led is None or standing.led.kind == "refused":
        return ""
    holding = [text for _, seen, text in standing.view.checks if seen.holds(standing.live, scene.sample)]
    return "\n".join(_shape(text, standing, scene) for text in holding)
