"""YAML read with the line of every key, so that a message can point at it."""

from __future__ import annotations

from typing import Any

import yaml

from cati.errors import InputError

Path = tuple[str | int, ...]
Lines = dict[Path, int]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str, source: str) -> tuple[Any, Lines]:
    """The content of a YAML document and the line (from 1) of every key and list entry, by path.

    Raises InputError where it is not YAML, is empty, is not a mapping, or has a key twice.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        lines: Lines = {(): 1}
        if node is not None:
            _note_lines(node, (), lines, source)
        content = yaml.load(text, Loader=_Loader)  # a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InputError(f"{source}, line {line}: not YAML: {getattr(error, 'problem', None) or error}") from None
    if not isinstance(content, dict):
        raise InputError(f"{source}, line 1: an outcome scheme is a mapping of keys; this is {_kind(content)}")
    return content, lines


def _kind(content: object) -> str:
    return "empty" if content is None else f"a {type(content).__name__}"


def _note_lines(node: yaml.Node, path: Path, lines: Lines, source: str) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                raise InputError(
                    f"{source}, line {line}: {'.'.join(map(str, here))} stands here and in line {lines[here]}; "
                    "keep one of the two"
                )
            lines[here] = line
            _note_lines(value, here, lines, source)
    elif isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            lines[(*path, index)] = entry.start_mark.line + 1
            _note_lines(entry, (*path, index), lines, source)
