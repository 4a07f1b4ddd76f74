"""What a file says of its own variables: its dictionary, from SPSS or from a codebook beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cati.errors import InputError


@dataclass(frozen=True, slots=True)
class Described:
    """A variable as its file describes it. `labels`: by code as text; `missing`: the codes that count as no answer, as
    text, where the file says so; `kind` and `width` (of a text, in bytes): "" and 0 where it says nothing of them."""

    name: str
    kind: Literal["numeric", "text", "moment", ""]
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] | None = None
    width: int = 0


Dictionary = Mapping[str, Described]
"""By name as the file spells it."""


def read_codebook(path: Path) -> dict[str, Described]:
    """The variables of a codebook as `cati export` writes it. Raises InputError for a file that is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        return {each["name"]: _of_codebook(each) for each in data["variables"]}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"{path}: this is no codebook as cati export writes it. Export again, or take it away."
        ) from None


def _of_codebook(each: Mapping[str, Any]) -> Described:
    kind = each.get("kind")
    codes = [(str(code["value"]), str(code["label"]), bool(code.get("missing"))) for code in each.get("codes", ())]
    return Described(
        name=str(each["name"]),
        kind="text" if kind == "text" else "moment" if kind == "moment" else "numeric" if kind else "",
        label=str(each.get("label", "")),
        labels={value: label for value, label, _ in codes},
        missing=frozenset(value for value, _, missing in codes if missing),
        width=int(each.get("width") or 0),
    )


def of_spss(meta: Any) -> dict[str, Described]:
    """The variables of an SPSS file, from what pyreadstat says of it."""
    found = {}
    for name in meta.column_names:
        form = str(meta.original_variable_types.get(name, ""))
        text = form.startswith("A")
        moment = form.startswith(("DATE", "ADATE", "EDATE", "SDATE", "TIME", "DTIME"))
        labels = {code_text(code): str(label) for code, label in meta.variable_value_labels.get(name, {}).items()}
        ranges = meta.missing_ranges.get(name)
        found[name] = Described(
            name=name,
            kind="text" if text else "moment" if moment else "numeric",
            label=str(meta.column_names_to_labels.get(name) or ""),
            labels=labels,
            missing=None if ranges is None else frozenset(code for code in labels if _within(code, ranges)),
            width=int(meta.variable_storage_width.get(name, 0)) if text else 0,
        )
    return found


def code_text(code: Any) -> str:
    """A code as text: 3 and 3.0 are one."""
    if isinstance(code, float) and code.is_integer():
        return str(int(code))
    return str(code).strip()


def _within(code: str, ranges: list[dict[str, Any]]) -> bool:
    for each in ranges:
        low, high = each["lo"], each["hi"]
        if isinstance(low, str) or isinstance(high, str):
            if code == str(low).strip():
                return True
        else:
            try:
                if low <= float(code) <= high:
                    return True
            except ValueError:
                return False
    return False
