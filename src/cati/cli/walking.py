"""Respondents as JSON Lines, walked one by one: an answer goes out before the next line is waited for."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO

from cati.errors import InputError
from cati.interview.walk import walk

if TYPE_CHECKING:
    from cati.questionnaire.program import Program

_UTF8_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def walk_file(program: Program, file: str) -> bool:
    """Walk every respondent of a file (`-`: stdin) and print the results; True if a line was refused.

    Raises InputError for a file that cannot be read.
    """
    try:
        source = nullcontext(sys.stdin.buffer) if file == "-" else open(file, "rb")  # noqa: SIM115  closed below
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}).") from error
    with source as lines:
        return walk_lines(program, _checked(lines, file))


def _checked(lines: BinaryIO, file: str) -> Iterable[bytes]:
    """The lines, without a byte order mark. Raises InputError for a folder and for UTF-16."""
    first = True
    while True:
        try:
            line = lines.readline()
        except OSError as error:
            raise InputError(f"{file}: cannot be read ({error.strerror}).") from error
        if not line:
            return
        if first and line.startswith(_OTHER_MARKS):
            raise InputError(f"{file}: this is UTF-16 text. Save it as UTF-8.")
        yield line.removeprefix(_UTF8_MARK) if first else line
        first = False


def walk_lines(program: Program, lines: Iterable[bytes]) -> bool:
    """Walk the respondent of each line, blank ones left out, and print a result for each; True if one was refused."""
    refused = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        result = _result(program, line, number)
        refused = refused or "errors" in result
        sys.stdout.write(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")
        sys.stdout.flush()
    return refused


def _result(program: Program, line: bytes, number: int) -> dict[str, Any]:
    try:
        return walk(program, _respondent(line))
    except InputError as error:
        why = str(error)
    except UnicodeDecodeError as error:
        why = f"not UTF-8 text (byte {error.start + 1})"
    except json.JSONDecodeError as error:
        why = f"not JSON ({error.msg} at column {error.colno})"
    except RecursionError:
        why = "not JSON of a respondent (nested too deeply)"
    except ValueError as error:
        why = f"not JSON ({error})"
    return {"errors": [{"item": None, "value": None, "why": f"line {number}: {why}"}]}


def _respondent(line: bytes) -> Any:
    return json.loads(line.decode("utf-8"), parse_constant=_no_number, parse_float=_finite)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} is too large")
    return value
