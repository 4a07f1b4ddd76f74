"""From the questionnaire as written to the program that is asked, and every error that stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cati.nearest import did_you_mean
from cati.questionnaire import model
from cati.questionnaire.answers import Key
from cati.questionnaire.codelists import CodeList
from cati.questionnaire.conditions import ConditionError, parse
from cati.questionnaire.generate import Test, compile_test
from cati.questionnaire.problems import Problem
from cati.questionnaire.program import BoxStep, Check, OptionStep, Program, SpecialStep, Step, Wording, WriteInSlot
from cati.questionnaire.scope import Scope, build_scope, codes_at, row_id, write_in_id
from cati.questionnaire.wording import Template, Templates
from cati.questionnaire.yaml_source import Path

LineOf = Callable[[Path], int | None]

TAKE_EMAIL = "take_email"
"""The text that is no text: the address is taken and logged."""


@dataclass(slots=True)
class Findings:
    """Collects problems; the same finding in both modes counts once."""

    file: str
    line_of: LineOf
    problems: list[Problem] = field(default_factory=list)

    def error(self, kind: str, path: Path, item: str, what: str, remedy: str) -> None:
        self._add(Problem("error", kind, self.file, self.line_of(path), item, what, remedy))

    def warning(self, kind: str, path: Path, item: str, what: str, remedy: str) -> None:
        self._add(Problem("warning", kind, self.file, self.line_of(path), item, what, remedy))

    def _add(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def compile_with_findings(
    questionnaire: model.Questionnaire,
    mode: model.Mode,
    code_lists: Mapping[str, CodeList],
    findings: Findings,
    content_hash: str,
) -> Program:
    """The program in one mode. What cannot be compiled is left out of it and noted in `findings`."""
    return _Compiler(questionnaire, mode, code_lists, findings).program(content_hash)


class _Compiler:
    def __init__(
        self,
        questionnaire: model.Questionnaire,
        mode: model.Mode,
        code_lists: Mapping[str, CodeList],
        findings: Findings,
    ) -> None:
        self._questionnaire = questionnaire
        self._mode = mode
        self._code_lists = code_lists
        self._findings = findings
        self._scope: Scope = build_scope(questionnaire)
        self._templates = Templates(questionnaire.fills, self._scope, mode)
        self._steps: list[Step] = []
        self._paths: list[Path] = []
        self._targets: dict[str, int] = {}

    def program(self, content_hash: str) -> Program:
        for section_at, section in enumerate(self._questionnaire.sections):
            self._targets.setdefault(section.id.lower(), len(self._steps))
            for item_at, item in enumerate(section.items):
                path: Path = ("sections", section_at, "items", item_at)
                self._targets[item.id.lower()] = len(self._steps)
                self._add_item(section, item, path)
        for step, path in zip(self._steps, self._paths, strict=True):
            self._flows(step, path)
        write_ins = {write_in.id.lower(): write_in for step in self._steps for write_in in step.write_ins}
        texts = {
            name: tuple(self._wording(text.wording, None, ("texts", name), name))
            for name, text in self._questionnaire.texts.items()
        }
        return Program(
            questionnaire=self._questionnaire,
            mode=self._mode,
            steps=tuple(self._steps),
            slots=self._scope.slots,
            by_id={symbol.id.lower(): symbol.slot for symbol in self._scope.symbols.values()},
            write_ins=write_ins,
            code_lists=self._code_lists,
            texts=texts,
            per_call=frozenset(_per_call(self._steps)),
            closings={
                outcome: self._template(closing.text, None, ("closings", outcome, "text"), outcome)
                for outcome, closing in self._questionnaire.closings.items()
            },
            content_hash=content_hash,
        )

    def _add_item(self, section: model.Section, item: Any, path: Path) -> None:
        test = self._test(item.ask, len(self._steps), (*path, "ask"), item.id)
        wording = tuple(self._wording(item.wording, len(self._steps), (*path, "wording"), item.id))
        if item.type != "grid":
            step = Step(item.id, len(self._steps), item.type, item, section, test=test, wording=wording)
            step.specials = self._specials(getattr(item, "specials", ()), step, path)
            step.boxes = tuple(self._boxes(step, path))
            step.code_list = self._code_lists.get(getattr(item, "code_list", None) or "")
            self._add_step(step, path)
            return
        first = len(self._steps)
        for row_at, row in enumerate(item.rows):
            row_path = (*path, "rows", row_at)
            row_test = self._test(row.ask, len(self._steps), (*row_path, "ask"), item.id)
            step = Step(row_id(item.id, row.row), len(self._steps), "single", item, section, row=row)
            step.test = _both(test, row_test)
            step.wording = wording
            step.row_text = self._template(row.text, first, (*row_path, "text"), item.id)
            self._add_step(step, path)

    def _specials(self, specials: Iterable[model.SpecialAnswer], step: Step, path: Path) -> tuple[SpecialStep, ...]:
        return tuple(
            SpecialStep(
                special, self._template(special.label, step.slot, (*path, "specials", at, "label"), step.item.id)
            )
            for at, special in enumerate(specials)
            if special.mode in (None, self._mode)
        )

    def _boxes(self, step: Step, path: Path) -> Iterable[BoxStep]:
        for at, box in enumerate(getattr(step.item, "fields", ())):
            box_path = (*path, "fields", at)
            label = self._template(box.label, step.slot, (*box_path, "label"), step.item.id)
            yield BoxStep(box, label, self._specials(box.specials, step, box_path))

    def _add_step(self, step: Step, path: Path) -> None:
        if step.kind in ("single", "multi"):
            self._add_options(step, path)
        self._steps.append(step)
        self._paths.append(path)

    def _add_options(self, step: Step, path: Path) -> None:
        item = step.item
        source = getattr(item, "options_from", None)
        if source is not None:
            symbol = self._scope.symbols.get(source.lower())
            if symbol is None or symbol.kind not in ("multi", "single") or symbol.slot >= step.slot:
                hint = did_you_mean(source, [each.id for each in self._scope.symbols.values()], "")
                remedy = hint or "Name an earlier item with codes."
                self._findings.error("unknown-item", (*path, "options_from"), item.id, f"options_from {source}", remedy)
            else:
                step.source_slot = symbol.slot
        step.always = frozenset(getattr(item, "always", ()))
        own = {option.code for option in self._questionnaire.options_of(item)}
        options = []
        for at, option in enumerate(codes_at(self._questionnaire, item)):
            if option.mode not in (None, self._mode):
                continue
            option_path = self._option_path(item, path, at)
            label = self._template(option.label, step.slot, (*option_path, "label"), item.id)
            test = self._test(option.ask, step.slot, (*option_path, "ask"), item.id)
            write_in = option.write_in if option.code in own else None
            slot = None
            if write_in is not None and step.row is None:
                name = write_in_id(item.id, option.code, write_in.type)
                self._template(write_in.prompt, step.slot, (*option_path, "specify", "prompt"), item.id)
                slot = WriteInSlot(name, option.code, self._scope.symbols[name.lower()].slot, write_in)
            fill = self._template(option.fill, step.slot, (*option_path, "fill"), item.id) if option.fill else label
            options.append(OptionStep(option, label, test, slot, fill))
        step.options = tuple(options)
        step.codes = frozenset(option.option.code for option in options)
        step.exclusive = frozenset(option.option.code for option in options if option.option.exclusive)
        step.write_ins = tuple(option.write_in for option in options if option.write_in is not None)
        step.conditional = step.source_slot is not None or any(option.test is not None for option in options)

    @staticmethod
    def _option_path(item: Any, path: Path, at: int) -> Path:
        if getattr(item, "options_from", None) is not None:
            return (*path, "options_from")
        if isinstance(item.options, str):
            return ("option_lists", item.options, at)
        return (*path, "options", at)

    def _flows(self, step: Step, path: Path) -> None:
        """Jumps and ends, once every target is known."""
        if step.kind in ("message", "end"):
            return
        own = self._questionnaire.options_of(step.item)
        for at, option in enumerate(own):
            if option.mode not in (None, self._mode):
                continue
            option_path = self._option_path(step.item, path, at)
            target = self._target(option.skip_to, step, (*option_path, "skip_to"))
            if target is not None:
                step.jumps[option.code] = target
            if option.end is not None:
                step.ends[option.code] = self._end(option.end, step, (*option_path, "end"))
        for at, special in enumerate(getattr(step.item, "specials", ())):
            if special.mode not in (None, self._mode):
                continue
            target = self._target(special.skip_to, step, (*path, "specials", at, "skip_to"))
            if target is not None:
                step.jumps[Key(special.key)] = target
            if special.end is not None:
                step.ends[Key(special.key)] = ((None, special.end),)
        always_jumps = []
        if step.row is None or step.row is step.item.rows[-1]:
            for at, jump in enumerate(step.item.jumps):
                target = self._target(jump.to, step, (*path, "jumps", at, "to"))
                test = self._test(jump.when, step.slot + 1, (*path, "jumps", at, "if"), step.item.id)
                if target is not None:
                    always_jumps.append((test, target))
            checks = tuple(self._checks(step, path))
            for row in self._steps[step.slot + 1 - len(getattr(step.item, "rows", ())) : step.slot]:
                row.checks = checks
            step.checks = checks
        step.always_jumps = tuple(always_jumps)
        step.again = frozenset(
            option.code for option in own if option.again is not None and option.mode in (None, self._mode)
        )
        step.flows = bool(step.jumps or step.ends or step.always_jumps or step.again or step.write_ins)

    def _checks(self, step: Step, path: Path) -> Iterable[Check]:
        for at, check in enumerate(step.item.checks):
            test = self._test(check.when, step.slot + 1, (*path, "checks", at, "if"), step.item.id)
            template = self._template(check.text, step.slot + 1, (*path, "checks", at, "text"), step.item.id)
            if test is not None:
                yield Check(test, template)

    def _end(self, end: str | list[model.EndCase], step: Step, path: Path) -> tuple[tuple[Test | None, str], ...]:
        if isinstance(end, str):
            return ((None, end),)
        return tuple(
            (self._test(case.when, step.slot + 1, (*path, at, "if"), step.item.id), case.outcome)
            for at, case in enumerate(end)
        )

    def _target(self, name: str | None, step: Step, path: Path) -> int | None:
        if name is None:
            return None
        target = self._targets.get(name.lower())
        if target is None:
            hint = did_you_mean(name, _spelled(self._questionnaire), "Name an item or a section.")
            self._findings.error(
                "unknown-target", path, step.item.id, f"the jump goes to {name}, which is not there", hint
            )
        elif target <= step.slot:
            self._findings.error(
                "backward-jump", path, step.item.id, f"the jump to {name} goes backwards", "Jump to a later item."
            )
            return None
        return target

    def _test(self, text: str, before: int | None, path: Path, item: str) -> Test | None:
        try:
            condition = parse(text)
            return compile_test(condition, self._scope, self._mode, before) if condition else None
        except ConditionError as error:
            self._findings.error("condition", path, item, error.what, error.remedy)
            return None

    def _template(self, text: str, before: int | None, path: Path, item: str) -> Template:
        try:
            return self._templates.compile(text, before)
        except ConditionError as error:
            self._findings.error("fill", path, item, error.what, error.remedy)
            return Template(())

    def _wording(self, blocks: Iterable[model.Block], before: int | None, path: Path, item: str) -> Iterable[Wording]:
        for at, block in enumerate(blocks):
            if block.mode not in (None, self._mode):
                continue
            test = self._test(block.ask, before, (*path, at, "ask"), item)
            yield Wording(block.kind, self._template(block.text, before, (*path, at, block.kind), item), test)


def _per_call(steps: Iterable[Step]) -> Iterable[str]:
    for step in steps:
        if getattr(step.item, "per_call", False):
            yield step.id
            yield from (write_in.id for write_in in step.write_ins)


def _both(first: Test | None, second: Test | None) -> Test | None:
    if first is None or second is None:
        return first or second

    def both(live: Any, sample: Any) -> bool:
        return first(live, sample) and second(live, sample)

    return both


def _spelled(questionnaire: model.Questionnaire) -> list[str]:
    return [section.id for section in questionnaire.sections] + [item.id for _, item in questionnaire.each_item()]
