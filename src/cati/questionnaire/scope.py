"""What a condition may speak of: every question of a questionnaire with its codes and keys, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cati.nearest import did_you_mean
from cati.questionnaire import model
from cati.questionnaire.conditions import ConditionError

Kind = str  # single, multi, number, text, lookup, contact

# The words of an "other" may be withheld: the code stands without them.
WRITE_IN_SPECIALS = frozenset({"dk", "refused"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """One question or write-in: where its answer is kept, and what that answer can be.

    `slot` is its place in the list of live answers; `known_at` the slot of the question at which it is answered.
    """

    id: str
    slot: int
    known_at: int
    kind: Kind
    codes: frozenset[int] = frozenset()
    key_codes: Mapping[str, int] = field(default_factory=dict)
    specials: frozenset[str] = frozenset()


@dataclass(slots=True)
class Scope:
    """The questions of a questionnaire by id (compared without case), and the sample variables it declares.

    `slots` is how many places for answers there are: one a step, and one a write-in behind them.
    """

    symbols: dict[str, Symbol]
    grids: dict[str, tuple[str, ...]]
    sample: frozenset[str]
    slots: int

    def find(self, name: str) -> Symbol:
        """The question called `name`. Raises ConditionError with the nearest name that exists."""
        symbol = self.symbols.get(name.lower())
        if symbol is not None:
            return symbol
        if name.lower() in self.grids:
            rows = self.grids[name.lower()]
            raise ConditionError(f"{name} is a grid", f"Name one of its rows, such as {rows[0]}.")
        hint = did_you_mean(name, [symbol.id for symbol in self.symbols.values()], "")
        raise ConditionError(f"there is no item {name}", hint or "Name an item, a grid row or a write-in.")


def row_id(grid_id: str, row: int) -> str:
    """The id of a grid row's question."""
    return f"{grid_id}_{row}"


def write_in_id(item_id: str, code: int, kind: str) -> str:
    """The id of the write-in of a code: B3_9_text, E7_1_number."""
    return f"{item_id}_{code}_{kind}"


def codes_at(questionnaire: model.Questionnaire, item: Any) -> list[model.Option]:
    """Every option an item can ever offer, those taken from another item included."""
    source_id = getattr(item, "options_from", None)
    if source_id is None:
        return questionnaire.options_of(item)
    for _, other in questionnaire.each_item():
        if other.id.lower() == source_id.lower():
            return [*questionnaire.options_of(other), *questionnaire.options_of(item)]
    return questionnaire.options_of(item)


def build_scope(questionnaire: model.Questionnaire) -> Scope:
    """The scope of a whole questionnaire; slots number the questions and texts in order, write-ins after them."""
    symbols: dict[str, Symbol] = {}
    grids: dict[str, tuple[str, ...]] = {}
    write_ins: list[tuple[str, str, int]] = []
    slot = 0
    for _, item in questionnaire.each_item():
        options = codes_at(questionnaire, item)
        if item.type in ("single", "multi", "grid"):
            codes = frozenset(option.code for option in options)
            keys = {option.key: option.code for option in options if option.key}
            ids = [row_id(item.id, row.row) for row in item.rows] if item.type == "grid" else [item.id]
            kind = "multi" if item.type == "multi" else "single"
            for each in ids:
                symbols[each.lower()] = Symbol(each, slot, slot, kind, codes, keys)
                slot += 1
            if item.type == "grid":
                grids[item.id.lower()] = tuple(ids)
            for option in questionnaire.options_of(item):
                if option.write_in is not None:
                    kind = option.write_in.type
                    write_ins.append((write_in_id(item.id, option.code, kind), kind, slot - 1))
            continue
        if item.type in ("number", "text", "lookup"):
            specials = frozenset(special.key for special in item.specials)
            symbols[item.id.lower()] = Symbol(item.id, slot, slot, item.type, specials=specials)
        elif item.type == "contact":
            symbols[item.id.lower()] = Symbol(item.id, slot, slot, "contact")
        slot += 1
    for name, kind, known_at in write_ins:
        symbols.setdefault(name.lower(), Symbol(name, slot, known_at, kind, specials=WRITE_IN_SPECIALS))
        slot += 1
    return Scope(symbols, grids, frozenset(questionnaire.sample), slot)
