"""Whether the names of a codebook's variables can be kept by every program that reads the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cati.errors import InputError

LONGEST = 32
"""Stata's limit; SPSS has 64."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Reserved words of SPSS, then of Stata; both are compared without case, which is the safe side for Stata.
_SPSS = "all and by eq ge gt le lt ne not or to with"
_STATA = "byte double float if in int long strl using _all _b _coef _cons _n _pi _pred _rc _skip"
_RESERVED = frozenset(f"{_SPSS} {_STATA}".split())
_STATA_STRING = re.compile(r"str[0-9]+")


def check_names(names: Iterable[str]) -> None:
    """Raises InputError that lists every name that SPSS or Stata would refuse, change, or take for another one."""
    names = list(names)
    wrong = list(_wrong(names))
    if wrong:
        raise InputError(
            "The variables of this questionnaire cannot all be exported under their names:\n  "
            + "\n  ".join(wrong)
            + "\nRename the items in questionnaire.yaml, then: cati questionnaire check STUDY"
        )


def _wrong(names: list[str]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name in names:
        if not _NAME.fullmatch(name):
            yield f"{name}: only letters, digits and _, a letter first"
        elif name.endswith("_"):
            yield f"{name}: ends in _, which SPSS keeps for its own"
        elif name.lower() in _RESERVED or _STATA_STRING.fullmatch(name.lower()):
            yield f"{name}: a reserved word of SPSS or Stata"
        if len(name) > LONGEST:
            yield f"{name}: {len(name)} characters; Stata takes {LONGEST}"
        before = seen.setdefault(name.lower(), name)
        if before is not name:
            yield f"{name}: there is a {before} already, and SPSS does not tell capitals from small letters"
