"""The targets of a study: how many interviews are wanted of each value of a variable.

targets:
  region: {North East: 140, London: 300}
  ofsted: {Good: 900}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cati.errors import InputError
from cati.questionnaire.yaml_source import Document, Path

Targets = Mapping[str, Mapping[str, int]]
"""Variable to value to completes wanted."""
_EXAMPLE = "`region: {London: 300}`"


def read_targets(document: Document, where: str) -> dict[str, dict[str, int]]:
    """The `targets` section of a study.yaml; empty without one. Raises InputError naming file and line of a fault."""
    section = document.data.get("targets")
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise _fault(document, where, (), f"expected a variable of the sample with its values, such as {_EXAMPLE}")
    return {str(variable): _of(document, where, variable, values) for variable, values in section.items()}


def _of(document: Document, where: str, variable: str | int, values: Any) -> dict[str, int]:
    if not isinstance(values, dict) or not values:
        raise _fault(document, where, (variable,), f"`{variable}` needs values and numbers, such as {_EXAMPLE}")
    for value, wanted in values.items():
        if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
            what = f"{wanted!r} of {variable} {value} is not a number of interviews; write a whole number of 1 or more"
            raise _fault(document, where, (variable, value), what)
    return {str(value): wanted for value, wanted in values.items()}


def _fault(document: Document, where: str, path: Path, what: str) -> InputError:
    return InputError(f"{where}, line {document.line(('targets', *path))}: `targets`: {what}.")
