"""YAML text to plain data, remembering the line of everything.

Only the YAML 1.2 core types are recognised: `No`, `on` and `1:30` are words in a questionnaire, not false, true and 90.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from cati.errors import InputError

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"^[-+]?[0-9]{1,15}$")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Document:
    """What a YAML text says, and on which line (1 up) each part of it stands."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int | None:
        """The line of the part at `path`, or of the nearest part that holds it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return self.lines.get(())


_TOO_DEEP = "the parts are nested too deeply to be read. Write it flatter."


def read_yaml(text: str, source: str) -> Document:
    """Read one YAML document.

    Raises InputError, naming `source` and the line, for text that is not YAML, for a key given twice and for
    anchors that would make the document refer to itself.
    """
    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text, Loader=loader_class)
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in str(error.problem):  # a newer PyYAML counts; an older one goes on till Python stops it
            raise InputError(f"{source}: {_TOO_DEEP}") from error
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        raise InputError(
            f"{source}, {place}: this is not valid YAML ({error.problem or error.context}). "
            "Text with a colon, a # or a leading quote needs quotation marks round it."
        ) from error
    except RecursionError as error:
        raise InputError(f"{source}: {_TOO_DEEP}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{source}: this is not valid YAML ({error}).") from error
    document = Document(None)
    if root is not None:
        try:
            document.data = _build(root, (), document.lines, source, frozenset())
        except RecursionError as error:
            raise InputError(f"{source}: {_TOO_DEEP}") from error
    return document


def _build(node: yaml.Node, path: Path, lines: dict[Path, int], source: str, above: frozenset[int]) -> Any:
    line = node.start_mark.line + 1
    lines[path] = line
    if id(node) in above:
        raise InputError(f"{source}, line {line}: this part contains itself. Write it out instead of using an alias.")
    above |= {id(node)}
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), lines, source, above) for index, child in enumerate(node.value)]
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, (str, int)) or isinstance(key, bool):
            raise InputError(f"{source}, line {key_node.start_mark.line + 1}: a key has to be a word or a number.")
        if key in mapping:
            raise InputError(
                f"{source}, line {key_node.start_mark.line + 1}: `{key}` is given twice here "
                f"(first on line {lines[(*path, key)]}). Remove one of them."
            )
        mapping[key] = _build(value_node, (*path, key), lines, source, above)
        lines[(*path, key)] = key_node.start_mark.line + 1
    return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style:  # quoted or block text, whatever it looks like
        return text
    if _INTEGER.match(text):
        return int(text)
    return _WORDS.get(text, text)
