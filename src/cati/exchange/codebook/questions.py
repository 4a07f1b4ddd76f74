"""The variables of each question of a questionnaire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cati.exchange.codebook import reserve
from cati.exchange.codebook.variables import Apart, Code, Consent, MultiSet, Variable
from cati.exchange.codebook.wording import question_text, without_fills
from cati.interview.impossible import never_asked
from cati.questionnaire import model
from cati.questionnaire.codelists import CodeList
from cati.questionnaire.conditions import Comparison, ItemRef, Or, Span, parse
from cati.questionnaire.scope import codes_at, row_id, write_in_id

TEXT_WIDTH = 255
"""Bytes of a text, unless one in the data is longer: the longest that every reader of `.sav` keeps in one piece."""
NOT_ON_THE_LIST = 0
"""The code of a place that the code list does not have."""


def region_name(item: str) -> str:
    """The variable of the region of a place named at an item."""
    return f"{item}_region"


def main_reason_name(item: str) -> str:
    """The variable that completes a main reason with the only reason of those who gave one."""
    return f"{item}_main"


def regions_of(code_list: CodeList | None) -> tuple[str, ...]:
    """The regions that a code list says its places lie in, in order; none for a list that says nothing of regions."""
    entries = code_list.entries if code_list is not None else ()
    return tuple(dict.fromkeys(dict(entry.details)["region"] for entry in entries if "region" in dict(entry.details)))


@dataclass
class Questions:
    """The variables of a questionnaire, collected item by item."""

    questionnaire: model.Questionnaire
    code_lists: Mapping[str, CodeList]
    variables: list[Variable] = field(default_factory=list)
    sets: list[MultiSet] = field(default_factory=list)
    apart: list[Apart] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._never = {mode: never_asked(self.questionnaire, mode) for mode in model.MODES}
        self._items = {item.id.lower(): item for _, item in self.questionnaire.each_item()}
        for _, item in self.questionnaire.each_item():
            add = getattr(self, f"_{item.type}", None)
            if add is not None:
                add(item)

    def _modes(self, item_id: str) -> tuple[model.Mode, ...]:
        return tuple(mode for mode in model.MODES if item_id.lower() not in self._never[mode])

    def _words(self, text: str) -> str:
        return without_fills(self.questionnaire, text)

    def _common(self, item: Any, item_id: str, label: str = "") -> dict[str, Any]:
        """What every variable of an item has."""
        spoken = question_text(self.questionnaire, item, "telephone")
        shown = question_text(self.questionnaire, item, "online")
        question = spoken or shown or item.id
        modes = self._modes(item_id)
        return {
            "source": "question",
            "label": f"{item_id}. {label or question}",
            "question": question,
            "item": item_id,
            "base": item.base,
            "ask": item.ask,
            "modes": modes,
            "differences": tuple(self._differences(item, spoken, shown, modes)),
            "decisions": tuple(item.decisions),
        }

    def _differences(self, item: Any, spoken: str, shown: str, modes: tuple[model.Mode, ...]) -> Iterator[str]:
        if len(modes) < len(model.MODES):
            yield f"asked {' and '.join(modes)} only" if modes else "never asked"
            return
        if spoken != shown:
            yield f"online the question reads: {shown}"
        options = codes_at(self.questionnaire, item)
        for option in options:
            if option.mode is not None:
                yield f"code {option.code} is offered {option.mode} only"
        silent = [str(option.code) for option in options if not option.read_out and option.mode is None]
        silent += [special.key for special in getattr(item, "specials", ()) if not special.read_out]
        if silent:
            yield f"{', '.join(silent)}: not read out on the telephone, shown online"
        if item.type == "grid":
            yield "asked row by row on the telephone, a table online"

    def _codes(self, options: list[model.Option], modes: tuple[model.Mode, ...]) -> tuple[Code, ...]:
        """The codes of a question with a label each, then the reserve codes; a code in two modes stands once."""
        codes: dict[int, Code] = {}
        for option in options:
            label = self._words(option.label)
            before = codes.get(option.code)
            if before is None:
                codes[option.code] = Code(option.code, label, key=option.key, mode=option.mode)
            else:
                joined = before.label if before.label == label else f"{before.label} / {label}"
                codes[option.code] = replace(before, label=joined, mode=None)
        return (*codes.values(), *_reserve(modes))

    def _single(self, item: model.Single) -> None:
        common = self._common(item, item.id)
        options = codes_at(self.questionnaire, item)
        if item.personal:
            self._apart(item, "it says who somebody is")
            return
        codes = self._codes(options, common["modes"])
        self.variables.append(Variable(name=item.id, kind="coded", codes=codes, **common))
        self._write_ins(item, common)
        source = self._items.get((item.options_from or "").lower())
        if source is not None and source.type == "multi":
            self._main_reason(item, source, codes, common)

    def _main_reason(
        self, item: model.Single, source: model.Multi, codes: tuple[Code, ...], common: dict[str, Any]
    ) -> None:
        how = f"{item.id} where it was asked; where one code alone was given at {source.id}, that code (decision G6)"
        derived = common | {
            "source": "derived",
            "label": f"{main_reason_name(item.id)}. {item.id}, or the only code at {source.id}: {common['question']}",
            "base": source.base,
            "ask": source.ask,
            "derivation": how if "G6" in self.questionnaire.decisions else how.replace(" (decision G6)", ""),
        }
        self.variables.append(Variable(name=main_reason_name(item.id), kind="coded", codes=codes, **derived))

    def _multi(self, item: model.Multi) -> None:
        common = self._common(item, item.id)
        if item.personal:
            self._apart(item, "it says who somebody is")
            return
        names = []
        first: dict[int, int] = {}
        for option in self.questionnaire.options_of(item):
            label = self._words(option.label)
            name = f"{item.id}_{option.code}"
            modes = common["modes"] if option.mode is None else (option.mode,)
            flag = common | {"label": f"{name}. {label} – {common['question']}", "modes": modes}
            flag["ask"] = (
                " and ".join(f"({each})" for each in (item.ask, option.ask) if each) if option.ask else item.ask
            )
            codes = (Code(1, "Mentioned", key=option.key), Code(0, "Not mentioned"), *_reserve(modes))
            if option.code in first:  # the same code with another label in the other mode
                at = first[option.code]
                before = self.variables[at]
                both = f"{before.label}; {option.mode}: {label}"
                self.variables[at] = replace(
                    before,
                    label=both,
                    modes=common["modes"],
                    codes=(*before.valid, *_reserve(common["modes"])),
                )
                continue
            first[option.code] = len(self.variables)
            names.append(name)
            self.variables.append(
                Variable(name=name, kind="flag", code=option.code, codes=codes, multi=item.id, **flag)
            )
        self.sets.append(MultiSet(item.id, common["label"], tuple(names)))
        self._write_ins(item, common)

    def _grid(self, item: model.Grid) -> None:
        options = self.questionnaire.options_of(item)
        if item.personal:
            self._apart(item, "it says who somebody is")
            return
        for row in item.rows:
            name = row_id(item.id, row.row)
            text = self._words(row.text)
            common = self._common(item, name)
            common["label"] = f"{name}. {text} – {common['question']}"
            common["question"] = f"{common['question']} {text}"
            common["ask"] = " and ".join(f"({each})" for each in (item.ask, row.ask) if each) if row.ask else item.ask
            common["decisions"] = (*item.decisions, *row.decisions)
            codes = self._codes(options, common["modes"])
            self.variables.append(Variable(name=name, kind="coded", codes=codes, measure="ordinal", **common))

    def _number(self, item: model.Number) -> None:
        common = self._common(item, item.id)
        if item.personal:
            self._apart(item, "it says who somebody is")
            return
        self.variables.append(
            Variable(
                name=item.id,
                kind="number",
                codes=(*reserve.special_codes(item.specials).values(), *_reserve(common["modes"])),
                measure="scale",
                low=item.min,
                high=item.max,
                unit=item.unit,
                **common,
            )
        )

    def _text(self, item: model.Text) -> None:
        if item.personal:
            self._apart(item, "it says who somebody is")
            return
        self._words_of(item)

    def _lookup(self, item: model.Lookup) -> None:
        places = regions_of(self.code_lists.get(item.code_list or ""))
        if item.personal:
            self._apart(item, "it says who somebody is")
        elif places:
            self._apart(item, f"it names a place that few work at; {region_name(item.id)} has its region")
            self._region(item, places)
        else:
            self._words_of(item)

    def _words_of(self, item: model.Text | model.Lookup) -> None:
        common = self._common(item, item.id)
        codes = (
            *reserve.special_codes(item.specials).values(),
            reserve.reserve_code(reserve.EDITED_OUT),
            *_reserve(common["modes"]),
        )
        self.variables.append(Variable(name=item.id, kind="text", codes=codes, width=TEXT_WIDTH, **common))

    def _region(self, item: model.Lookup, places: tuple[str, ...]) -> None:
        common = self._common(item, item.id)
        name = region_name(item.id)
        common |= {"source": "derived", "label": f"{name}. Region of the answer – {common['question']}"}
        common["derivation"] = f"the region in which the list {item.code_list} has the place; the place is kept apart"
        codes = (
            *(Code(at, place) for at, place in enumerate(places, start=1)),
            Code(NOT_ON_THE_LIST, "Named, but not on the list"),
            *reserve.special_codes(item.specials).values(),
            *_reserve(common["modes"]),
        )
        self.variables.append(Variable(name=name, kind="coded", codes=codes, **common))

    def _contact(self, item: model.ContactBlock) -> None:
        self._apart(item, "contact details", tuple(box.field for box in item.fields))
        self.consents = list(self._agreed(item))

    def _agreed(self, item: model.ContactBlock) -> Iterator[Consent]:
        """What its base says may be agreed to: `K1=1 or K2=1 or K3=1`."""
        condition = parse(item.ask)
        for part in condition.parts if isinstance(condition, Or) else (condition,):
            if not isinstance(part, Comparison) or part.operator != "=" or not isinstance(part.left, ItemRef):
                continue
            asked = self._items.get(part.left.id.lower())
            if asked is None or asked.type != "single":
                continue
            codes = {
                code for value in part.values if isinstance(value, Span) for code in range(value.low, value.high + 1)
            }
            yield Consent(asked.id, question_text(self.questionnaire, asked, "telephone"), frozenset(codes))

    def _apart(self, item: Any, why: str, boxes: tuple[str, ...] = ()) -> None:
        self.apart.append(Apart(item.id, question_text(self.questionnaire, item, "telephone"), why, boxes))
        for option in self.questionnaire.options_of(item):
            if option.write_in is not None:
                name = write_in_id(item.id, option.code, option.write_in.type)
                self.apart.append(Apart(name, self._words(option.label), why))

    def _write_ins(self, item: Any, common: dict[str, Any]) -> None:
        done: set[str] = set()
        for option in self.questionnaire.options_of(item):
            write_in = option.write_in
            name = "" if write_in is None else write_in_id(item.id, option.code, write_in.type)
            if write_in is None or name in done:
                continue
            done.add(name)
            if write_in.use is not None:
                self.apart.append(Apart(name, self._words(option.label), "a telephone number"))
                continue
            own = common | {
                "source": "write-in",
                "item": name,
                "label": f"{name}. {self._words(write_in.prompt or option.label)} – {common['question']}",
                "ask": f"{item.id}={option.code}",
                "modes": common["modes"] if option.mode is None else (option.mode,),
            }
            said = {key: Code(reserve.special_value(key), label, missing=True, key=key) for key, label in _WITHHELD}
            rest = (*said.values(), reserve.reserve_code(reserve.EDITED_OUT))
            if write_in.type == "number":
                codes = (*rest, *_reserve(own["modes"]))
                self.variables.append(
                    Variable(name=name, kind="number", code=option.code, codes=codes, measure="scale",
                             low=write_in.min, high=write_in.max, **own)
                )  # fmt: skip
            else:
                codes = (*rest, reserve.reserve_code(reserve.NOT_GIVEN))
                self.variables.append(
                    Variable(name=name, kind="text", code=option.code, codes=codes, width=TEXT_WIDTH, **own)
                )


_WITHHELD = (("dk", "Don't know"), ("refused", "Refused"))


def _reserve(modes: tuple[model.Mode, ...]) -> tuple[Code, ...]:
    """Why there may be no answer: not in this mode only where some mode does not ask."""
    values = [value for value in reserve.ANY if value != reserve.OTHER_MODE or len(modes) < len(model.MODES)]
    return tuple(reserve.reserve_code(value) for value in values)
