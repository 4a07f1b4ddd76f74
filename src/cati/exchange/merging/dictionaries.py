"""The dictionary of the online file against the codebook of the telephone interviews, variable by variable.

What would make a code mean something else in one of the two blocks the merge: another type, a code frame in another
order, a label that belongs to another code, a reserve code that is an answer elsewhere. What can be written side by
side is listed: other words for the same code, other widths, codes that one of the two does not label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

from cati.exchange.codebook import Codebook, Variable
from cati.exchange.merging.described import Described, Dictionary
from cati.exchange.merging.findings import Findings

_SAME = 0.75
"""Two labels more alike than this say the same in other words."""
_CUT = 100  # SPSS cuts labels of codes at 120 bytes


def compare(book: Codebook, online: Dictionary, findings: Findings) -> None:
    """Takes down what differs, of every variable that both have."""
    by_name = {variable.name.lower(): variable for variable in book.variables}
    by_label = {_plain(variable.label)[:_CUT]: variable.name for variable in book.variables}
    for described in online.values():
        variable = by_name.get(described.name.lower())
        if variable is not None and variable.source not in ("interview", "sample"):
            _compare_one(by_label, variable, described, findings)


def _compare_one(by_label: Mapping[str, str], variable: Variable, online: Described, findings: Findings) -> None:
    wanted = "text" if variable.kind == "text" else "numeric"
    if online.kind and online.kind != wanted:
        findings.conflict(variable.name, "type", online.kind, wanted)
        return
    _compare_question(by_label, variable, online, findings)
    if variable.kind == "text":
        if online.width > variable.width:
            findings.differ(variable.name, "width", "note", online.width, variable.width)
        return
    _compare_codes(variable, online, findings)
    reserve = frozenset(str(code.value) for code in variable.reserve)
    if online.missing is not None and variable.reserve:
        counted = sorted(set(online.labels) & reserve - online.missing, key=int)
        if counted:
            said = f"{', '.join(counted)} count as answers"
            findings.differ(variable.name, "missing values", "warning", said, "no answers")
        other = sorted(online.missing - reserve)
        if other and any(code in {str(each.value) for each in variable.valid} for code in other):
            findings.conflict(variable.name, "reserve", f"{', '.join(other)} count as no answer", "they are answers")


def _compare_question(by_label: Mapping[str, str], variable: Variable, online: Described, findings: Findings) -> None:
    """The label of the variable: of another question altogether, or in other words."""
    if not online.label or _same(online.label, variable.label):
        return
    other = by_label.get(_plain(online.label)[:_CUT], variable.name)
    if other != variable.name:
        findings.conflict(variable.name, "question", online.label, f"{variable.label} (the other is {other})")
    elif _alike(online.label, variable.label) < _SAME:
        findings.differ(variable.name, "question", "serious", online.label, variable.label)
    else:
        findings.differ(variable.name, "wording", "note", online.label, variable.label)


def _compare_codes(variable: Variable, online: Described, findings: Findings) -> None:
    labels = {str(code.value): code.label for code in variable.codes}
    moved: dict[str, str] = {}
    for code, label in online.labels.items():
        if code not in labels:
            _unknown_code(variable, code, label, labels, findings)
        elif not _same(label, labels[code]):
            home = next((other for other, text in labels.items() if other != code and _same(label, text)), None)
            if home is not None:
                moved[code] = home
            elif _alike(label, labels[code]) < _SAME:
                findings.conflict(variable.name, "label", f"{code} = {label}", f"{code} = {labels[code]}")
            else:
                findings.differ(variable.name, "label", "warning", f"{code} = {label}", f"{code} = {labels[code]}")
    if moved:
        said = ", ".join(f"{code} = {online.labels[code]}" for code in sorted(moved, key=_order))
        ours = ", ".join(f"{code} = {labels[code]}" for code in sorted(moved, key=_order))
        reversed_ = _is_reversed(moved)
        findings.conflict(variable.name, "order reversed" if reversed_ else "order", said, ours)
    if online.labels:
        missing = [str(code.value) for code in variable.valid if str(code.value) not in online.labels]
        if missing:
            findings.differ(variable.name, "codes", "note", f"no label for {', '.join(missing)}", "labelled")


def _unknown_code(variable: Variable, code: str, label: str, labels: Mapping[str, str], findings: Findings) -> None:
    home = next((other for other, text in labels.items() if _same(label, text)), None)
    if home is not None:
        kind = "reserve" if home.startswith("-") or code.startswith("-") else "codes"
        findings.conflict(variable.name, kind, f"{code} = {label}", f"{home} = {labels[home]}")
    else:
        findings.conflict(variable.name, "codes", f"{code} = {label}", f"no code {code}")


def _is_reversed(moved: Mapping[str, str]) -> bool:
    codes = sorted(moved, key=_order)
    return len(codes) > 1 and [moved[code] for code in codes] == codes[::-1]


def _order(code: str) -> tuple[int, str]:
    return (int(code), "") if code.lstrip("-").isdigit() else (0, code)


def _plain(label: str) -> str:
    return re.sub(r"[^\w]+", " ", label.casefold()).strip()


def _same(one: str, other: str) -> bool:
    first, second = _plain(one), _plain(other)
    if first == second:
        return True
    short, long = sorted((first, second), key=len)
    return len(short) >= _CUT and long.startswith(short)


def _alike(one: str, other: str) -> float:
    """How alike two labels are, from 0 to 1, without regard to capitals, blanks and punctuation."""
    matcher = SequenceMatcher(None, _plain(one)[:_CUT], _plain(other)[:_CUT], autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() > _SAME / 2 else 0.0
