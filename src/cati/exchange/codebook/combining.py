"""One codebook for interviews that were held under several versions of a questionnaire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cati.errors import InputError
from cati.exchange.codebook import reserve
from cati.exchange.codebook.variables import Code, Codebook, MultiSet, Variable


@dataclass(frozen=True, slots=True)
class Differing:
    """What two versions of a questionnaire do not have alike: of a variable, in words."""

    variable: str
    what: str


def combine(books: Sequence[Codebook]) -> tuple[Codebook, list[Differing]]:
    """The codebook of several versions, the newest first: its labels and order stand, what only older ones have is
    added. With it, all that differs between them.

    Raises InputError where a variable is of another kind in another version, or a code means something else: no file
    can hold both under one name.
    """
    books = _different(books)
    newest = books[0]
    if len(books) == 1:
        return newest, []
    differing: list[Differing] = []
    clashes: list[str] = []
    variables = list(newest.variables)
    for older in books[1:]:
        for variable in older.variables:
            at = next((at for at, each in enumerate(variables) if each.name.lower() == variable.name.lower()), None)
            if at is None:
                variables.append(variable)
            else:
                variables[at] = _both(variables[at], variable, older.versions[0], differing, clashes)
    if clashes:
        raise InputError(
            "These interviews were held under versions of the questionnaire that no one file can hold:\n  "
            + "\n  ".join(clashes)
            + "\nExport each version on its own: --questionnaire-version VERSION"
        )
    for at, variable in enumerate(variables):
        having = tuple(book.versions[0] for book in books if variable.name in book.by_name)
        if len(having) < len(books):
            absent = reserve.reserve_code(reserve.OTHER_VERSION)
            variables[at] = replace(variable, only_in=having, codes=(*variable.codes, absent))
            differing.append(Differing(variable.name, f"only in version {', '.join(having)}"))
    book = replace(
        newest,
        versions=tuple(book.versions[0] for book in books),
        variables=tuple(variables),
        sets=_sets(books, variables),
        apart=tuple({each.item: each for book in reversed(books) for each in book.apart}.values()),
    )
    return book, differing


def _different(books: Sequence[Codebook]) -> list[Codebook]:
    """Each codebook once (files of a study also change without the questionnaire), each under a version of its own."""
    found: list[Codebook] = []
    for book in books:
        if any(each.variables == book.variables and each.versions == book.versions for each in found):
            continue
        name, taken = book.versions[0], [each.versions[0] for each in found]
        number = sum(each == name or each.startswith(f"{name} (earlier ") for each in taken)
        found.append(replace(book, versions=(f"{name} (earlier {number})",)) if number else book)
    return found


def _both(new: Variable, old: Variable, version: str, differing: list[Differing], clashes: list[str]) -> Variable:
    """A variable of two versions under the newer one's label, with the codes of both."""
    if new.kind != old.kind:
        clashes.append(f"{new.name} is a {old.kind} in version {version}, and a {new.kind} in a newer one")
        return new
    if new.name != old.name:
        clashes.append(f"{old.name} of version {version} is written {new.name} in a newer one")
        return new
    if new.question != old.question:
        differing.append(Differing(new.name, f"other wording in version {version}: {old.question}"))
    if new.ask != old.ask:
        differing.append(Differing(new.name, f"other base in version {version}: {old.ask or 'everybody'}"))
    extra: list[Code] = []
    labels = new.labels
    keys = {code.value: code.key for code in new.codes}
    for code in old.codes:
        if code.value not in labels:
            extra.append(code)
            differing.append(Differing(new.name, f"code {code.value} only in version {version}: {code.label}"))
        elif code.missing and keys[code.value] != code.key:
            clashes.append(
                f"{new.name}: {code.value} stands for {code.label!r} in version {version}, and for "
                f"{labels[code.value]!r} in a newer one"
            )
        elif labels[code.value] != code.label:
            now = labels[code.value]
            what = f"code {code.value} reads {code.label!r} in version {version}, {now!r} in a newer one"
            differing.append(Differing(new.name, what))
    valid = [*new.valid, *(code for code in extra if not code.missing)]
    reserve = [*new.reserve, *(code for code in extra if code.missing)]
    return replace(new, codes=(*valid, *reserve), width=max(new.width, old.width))


def _sets(books: Sequence[Codebook], variables: Sequence[Variable]) -> tuple[MultiSet, ...]:
    found: dict[str, MultiSet] = {}
    for book in reversed(books):
        for each in book.sets:
            found[each.name] = each
    return tuple(
        replace(each, variables=tuple(variable.name for variable in variables if variable.multi == each.name))
        for each in found.values()
    )
