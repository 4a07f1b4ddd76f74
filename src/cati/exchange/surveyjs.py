"""A questionnaire in one mode as SurveyJS JSON: the same route, asked by another engine.

Written for survey-core 3.1. Sample variables are handed to the survey by whoever runs it, as the variable `sample`
(`survey.setVariable("sample", {la: "Leeds", link: "individual"})`). Under `cati` the file says which SurveyJS questions
hold the answer to which item, and what SurveyJS cannot express.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any

from cati.exchange.surveyjs_expressions import TRUE, all_of, facts_of, literal, written
from cati.exchange.surveyjs_routing import Routing, box_name, key_name, open_name
from cati.exchange.surveyjs_texts import Texts, lines_of
from cati.questionnaire.program import BoxStep, OptionStep, Program, SpecialStep, Step, WriteInSlot

TAKE_EMAIL = "take_email"
_WITHHELD = (("dk", "Don't know"), ("refused", "Refused"))


def survey_json(program: Program, *, wording: bool = True) -> dict[str, Any]:
    """The survey as plain data, ready for `json.dumps`.

    Without `wording`, titles, texts, fills and the outcome are left out: the bare routing, for comparing engines.
    """
    return _Survey(program, wording).data()


class _Survey:
    def __init__(self, program: Program, wording: bool) -> None:
        self._program = program
        self._wording = wording
        self._routing = Routing(program)
        self._texts = Texts(program, self._routing)
        self._not_expressed: list[dict[str, str]] = []

    def data(self) -> dict[str, Any]:
        questionnaire = self._program.questionnaire
        pages = list(self._pages())
        survey: dict[str, Any] = {"title": questionnaire.title} if self._wording else {}
        survey |= {
            "showQuestionNumbers": "off",
            # Answers that fall off the route are kept, and dropped for good when the interview is complete.
            "clearInvisibleValues": "onComplete",
            "pages": pages,
        }
        if self._wording:
            survey |= self._closings()
        survey["calculatedValues"] = self._calculated()
        survey["cati"] = {
            "questionnaire": questionnaire.id,
            "version": questionnaire.version,
            "content": self._program.content_hash,
            "mode": self._program.mode,
            "sample": sorted(questionnaire.sample),
            "items": [_described(step) for step in self._program.steps if step.kind not in ("message", "end")],
            "notExpressed": [*self._not_expressed, *self._general_limits()],
        }
        return survey

    # --- pages ---------------------------------------------------------------------------------------------------

    def _pages(self) -> Iterator[dict[str, Any]]:
        """One question a page on the telephone; online, the rows of a grid and the items of a page together."""
        elements: list[dict[str, Any]] = []
        open_page: str | None = None
        for step in self._program.steps:
            if step.kind == "end":
                continue
            page = self._page_of(step)
            if open_page is not None and page != open_page:
                yield {"name": f"page_{open_page}", "elements": elements}
                elements, open_page = [], None
            elements += self._elements(step)
            if step.kind != "message":
                open_page = page
        if elements:
            yield {"name": f"page_{open_page or 'last'}", "elements": elements}

    def _page_of(self, step: Step) -> str:
        if step.kind == "message":
            return ""
        return str(step.item.page or step.item.id) if self._program.mode == "online" else step.id

    def _elements(self, step: Step) -> list[dict[str, Any]]:
        visible = self._routing.visible(step.slot)
        element = self._message(step) if step.kind == "message" else self._question(step)
        if visible != TRUE:
            element["visibleIf"] = written(visible)
        return [element]

    def _message(self, step: Step) -> dict[str, Any]:
        blocks = [block for block in step.item.wording if block.kind != "instruction"]
        text = self._texts.blocks(blocks, step.id) if self._wording else ""
        return {"type": "html", "name": step.id, "html": "<br>".join(html.escape(text).split("\n"))}

    def _question(self, step: Step) -> dict[str, Any]:
        """One question; with boxes beside it (special answers, write-ins, contact details), a panel of them."""
        self._note_limits(step)
        if step.kind == "contact":
            boxes = [each for box in step.boxes for each in self._contact_box(step, box)]
            return {"type": "panel", "name": f"panel_{step.id}", **self._title(step), "elements": boxes}
        question = self._plain_question(step)
        beside = [self._key_question(step.id, step.specials)] if step.specials else []
        beside += [box for option in step.options if option.write_in for box in self._write_in(step, option.write_in)]
        if step.specials:
            question |= _unless_key(step.id)
        if not beside:
            return question
        return {"type": "panel", "name": f"panel_{step.id}", "elements": [question, *beside]}

    def _plain_question(self, step: Step) -> dict[str, Any]:
        question: dict[str, Any] = {"name": step.id, "isRequired": True, **self._title(step)}
        if step.kind in ("single", "multi"):
            kind = "radiogroup" if step.kind == "single" else "checkbox"
            return {"type": kind, **question, **self._choices(step), **self._comes_back(step)}
        if step.kind == "number":
            return {"type": "text", "inputType": "number", **question, **_whole_number(step)}
        if step.code_list is not None:
            names = [entry.name for entry in step.code_list.entries]
            return {"type": "dropdown", **question, "choices": names, "allowCustomChoices": step.item.free_text}
        return {"type": "comment", "rows": 1, **question}

    def _title(self, step: Step) -> dict[str, Any]:
        if not self._wording:
            return {}
        title = self._texts.blocks(lines_of(step.item.wording, "read"), step.item.id)
        if step.row is not None:
            title = "\n".join([*([title] if title else []), self._texts.text(step.row.text)])
        notes = [*lines_of(step.item.wording, "instruction"), *lines_of(step.item.wording, "add")]
        description = self._texts.blocks(notes, f"{step.item.id}_note")
        return {"title": title or " "} | ({"description": description} if description else {})

    def _choices(self, step: Step) -> dict[str, Any]:
        own = any(option.option.ask for option in step.options)
        choices: list[Any] = []
        for option in step.options:
            choice = self._choice(step, option)
            when = self._routing.offered(step, option, facts_of(self._routing.visible(step.slot)))
            if when != TRUE and own:
                choice["visibleIf"] = written(when)
            choices.append(choice if len(choice) > 1 else choice["value"])
        if step.source_slot is None or own:
            return {"choices": choices}
        source = self._program.steps[step.source_slot]
        chosen = f"{{{source.id}}} {'contains' if source.kind == 'multi' else '='} {{item}}"
        always = f"{{item}} anyof {sorted(step.always)} or " if step.always else ""
        on_route = all_of([self._routing.visible(source.slot)], facts_of(self._routing.visible(step.slot)))
        guard = "" if on_route == TRUE else f" and ({written(on_route)})"
        return {"choices": choices, "choicesVisibleIf": f"{always}{chosen}{guard}"}

    def _choice(self, step: Step, option: OptionStep) -> dict[str, Any]:
        choice: dict[str, Any] = {"value": option.option.code}
        if self._wording:
            choice["text"] = self._texts.own_words(step, option)
        if option.option.exclusive and step.kind == "multi":
            choice["isExclusive"] = True
        return choice

    def _comes_back(self, step: Step) -> dict[str, Any]:
        """Codes that come back to the same question: SurveyJS refuses them, and shows their text as the reason."""
        validators = []
        for option in step.options:
            if option.option.again is None:
                continue
            wording = self._program.questionnaire.texts.get(option.option.again)
            text = self._texts.blocks(wording.wording, option.option.again) if wording and self._wording else ""
            refused = f"{{{step.id}}} <> {option.option.code}"
            validators.append({"type": "expression", "expression": refused, **({"text": text} if text else {})})
            if option.option.again == TAKE_EMAIL:
                self._lacks(step.id, f"code {option.option.code}: the e-mail address is not taken")
        return {"validators": validators} if validators else {}

    def _key_question(self, name: str, specials: Iterable[SpecialStep]) -> dict[str, Any]:
        return self._keys(name, [(each.special.key, each.special.label) for each in specials])

    def _keys(self, name: str, labels: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The special answers beside a box."""
        choices = [{"value": key, "text": self._texts.text(label)} if self._wording else key for key, label in labels]
        question = {"type": "radiogroup", "name": key_name(name), "titleLocation": "hidden", "choices": choices}
        return question | {"showClearButton": True}

    def _write_in(self, step: Step, slot: WriteInSlot) -> list[dict[str, Any]]:
        chosen = written(all_of([self._routing.chosen(step, slot.code)], facts_of(self._routing.visible(step.slot))))
        box: dict[str, Any] = {"type": "comment", "rows": 1, "name": slot.id}
        if slot.write_in.type == "number":
            limits = {"min": slot.write_in.min, "max": slot.write_in.max}
            box = {"type": "text", "inputType": "number", "name": slot.id}
            box |= {name: value for name, value in limits.items() if value is not None}
        if self._wording:
            label = next(option.option.label for option in step.options if option.option.code == slot.code)
            box["title"] = slot.write_in.prompt or self._texts.text(label)
        box |= {"visibleIf": chosen, **_unless_key(slot.id)}
        return [box, self._keys(slot.id, _WITHHELD) | {"visibleIf": chosen}]

    def _contact_box(self, step: Step, each: BoxStep) -> Iterator[dict[str, Any]]:
        name = box_name(step.id, each.box.field)
        box: dict[str, Any] = {"type": "text", "name": name}
        if self._wording:
            box["title"] = self._texts.text(each.box.label)
        if not each.box.blank:
            box["isRequired"] = True
        if each.specials:
            box |= _unless_key(name)
        yield box
        if each.specials:
            yield self._key_question(name, each.specials)

    # --- what holds for the survey as a whole ------------------------------------------------------------------------

    def _calculated(self) -> list[dict[str, Any]]:
        """The ends that bases rest on, the outcome, and the fills."""
        values: list[dict[str, Any]] = []
        if self._wording:
            values.append({"name": "outcome", "expression": self._outcome(), "includeIntoResult": True})
            values += [{"name": name, "expression": text} for name, text in self._texts.calculated.items()]
        ends = sorted(self._routing.opens.items())
        opens = [{"name": open_name(step), "expression": written(self._routing.is_open(slot))} for slot, step in ends]
        return [*opens, *values]

    def _outcome(self) -> str:
        """With what the interview, or the call, ended: the first end that holds."""
        outcome = "''"
        for when, key in reversed([each for step in self._program.steps for each in self._routing.ended_at(step)]):
            outcome = f"iif({written(when)}, {literal(key)}, {outcome})"
        return outcome

    def _closings(self) -> dict[str, Any]:
        questionnaire = self._program.questionnaire
        closings = []
        for step in self._program.steps:
            if step.kind == "end":
                text = self._texts.blocks(lines_of(step.item.wording, "read"), step.id)
                closings.append({"expression": f"{{outcome}} = {literal(step.item.outcome)}", "html": _paragraph(text)})
        said = {step.item.outcome for step in self._program.steps if step.kind == "end"}
        closings += [
            {"expression": f"{{outcome}} = {literal(key)}", "html": _paragraph(self._texts.text(closing.text))}
            for key, closing in questionnaire.closings.items()
            if key not in said
        ]
        return {"completedHtmlOnCondition": closings}

    # --- what SurveyJS cannot express ------------------------------------------------------------------------------

    def _lacks(self, item: str, what: str) -> None:
        self._not_expressed.append({"item": item, "what": what})

    def _note_limits(self, step: Step) -> None:
        item = step.item
        if step.row is not None and step.row is not item.rows[0]:
            return
        if item.per_call:
            self._lacks(item.id, "asked anew in every call: a SurveyJS response knows no calls")
        if item.personal or step.kind == "contact":
            self._lacks(item.id, "kept apart from the answers: SurveyJS keeps it with them")
        if item.checks:
            self._lacks(item.id, "soft checks")
        for option in step.options:
            if option.option.check_email:
                self._lacks(item.id, f"code {option.option.code}: the e-mail address is not read back")
            if option.write_in is not None and option.write_in.write_in.use is not None:
                self._lacks(item.id, f"code {option.option.code}: the new number does not join the sample")

    def _general_limits(self) -> Iterator[dict[str, str]]:
        if any(step.conditional for step in self._program.steps):
            what = (
                "an answer whose code is no longer offered is dropped by SurveyJS, where cati keeps it in silence; "
                "set survey.keepIncorrectValues to keep it"
            )
            yield {"item": "", "what": what}
        if self._routing.compares_text:
            yield {"item": "", "what": "SurveyJS compares texts without regard to case"}
        for item in sorted(self._texts.joined_fills):
            yield {"item": item, "what": "several answers in a sentence: joined by their labels, not by their fills"}
        for name, text in self._program.questionnaire.texts.items():
            if text.missing is not None:
                yield {"item": name, "what": text.missing}


def _described(step: Step) -> dict[str, Any]:
    """Which SurveyJS questions hold the answer to an item."""
    described: dict[str, Any] = {"id": step.id, "kind": step.kind}
    if step.kind == "contact":
        described["boxes"] = {each.box.field: box_name(step.id, each.box.field) for each in step.boxes}
        described["keys"] = [special.special.key for each in step.boxes for special in each.specials]
    elif step.specials:
        described["keys"] = [each.special.key for each in step.specials]
    if step.write_ins:
        described["write_ins"] = {str(each.code): each.id for each in step.write_ins}
    if step.again:
        described["again"] = sorted(step.again)
    return described


def _unless_key(name: str) -> dict[str, Any]:
    """A box gives way to the special answer beside it."""
    empty = f"{{{key_name(name)}}} empty"
    return {"isRequired": False, "requiredIf": empty, "enableIf": empty}


def _whole_number(step: Step) -> dict[str, Any]:
    limits = {"min": step.item.min, "max": step.item.max, "step": 1}
    whole = {"type": "expression", "expression": f"{{{step.id}}} empty or {{{step.id}}} % 1 = 0"}
    return {name: value for name, value in limits.items() if value is not None} | {"validators": [whole]}


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text, quote=False)}</p>"
