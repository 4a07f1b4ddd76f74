"""What of the sample is to be released, and whom that takes: planned from the sample as it is, with nothing moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, exists, select

from cati.desk.drawing import allot, how_many, in_drawn_order
from cati.desk.variables import column_of, value_in
from cati.desk.words import declined
from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.storage.tables import call, cases, number

if TYPE_CHECKING:
    from cati.studies import Study

NO_BATCH = "(none)"
"""How the cases without a batch are called; "" does as well."""
_BATCHES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Release:
    """What is to be issued: of `batches` (none: of all) everything held, or a `share` of all sample loaded that agreed
    to be contacted, or a `number` of cases.

    A share or number is drawn at random by `seed` (None: the study's), in proportion within each value of the
    variables `by`.
    """

    batches: tuple[str, ...] = ()
    share: Fraction | None = None
    number: int | None = None
    seed: int | None = None
    by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.share is not None and self.number is not None:
            raise ValueError("a share or a number, not both")
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError(f"a share lies between 0 and 1, not at {self.share}")
        if self.number is not None and self.number < 1:
            raise ValueError(f"at least one case, not {self.number}")

    @property
    def is_drawn(self) -> bool:
        """Is it a part, and not everything that is held?"""
        return self.share is not None or self.number is not None

    @property
    def is_all(self) -> bool:
        """Is it everything there is?"""
        return not self.is_drawn and not self.batches


State = Literal["out", "held", "untouched", "called", "in_hand", "final"]


@dataclass(frozen=True, slots=True)
class SampledCase:
    """A case as it was when the sample was read; `values`: of the variables that it was read with.

    `state` of one not issued: held, or out of the question (consent not given, closed already). Of one that is issued:
    called, final without a call, in hand (on an interviewer's screen), or untouched.
    """

    id: int
    serial: str
    batch: str
    values: tuple[str, ...]
    agreed: bool
    has_number: bool
    state: State

    @property
    def is_issued(self) -> bool:
        """Is it in the telephone's starting sample?"""
        return self.state not in ("out", "held")


def read_cases(connection: Connection, study: Study, by: Sequence[str] = ()) -> list[SampledCase]:
    """All cases loaded, in the order in which they were, with their values of the variables `by`."""
    rows = connection.execute(
        select(
            cases.c.id,
            cases.c.serial,
            cases.c.batch,
            cases.c.recontact,
            cases.c.barred,
            cases.c.outcome,
            cases.c.owner,
            cases.c.issued_at.is_not(None).label("issued"),
            exists().where(call.c.case_id == cases.c.id).label("called"),
            exists().where(number.c.case_id == cases.c.id, number.c.withdrawn_at.is_(None)).label("has_number"),
            *(column_of(name).label(f"by {name}") for name in by),
        ).order_by(cases.c.id)
    )
    found = []
    for row in rows:
        agreed = not declined(row.recontact) and not row.barred
        final = study.scheme.outcome(row.outcome).is_final
        state: State
        if not row.issued:
            state = "held" if agreed and not final else "out"
        elif row.called:
            state = "called"
        elif final:
            state = "final"
        else:
            state = "untouched" if row.owner is None else "in_hand"
        values = tuple(value_in(name, cell) for name, cell in zip(by, row[-len(by) :], strict=True)) if by else ()
        found.append(SampledCase(row.id, row.serial, row.batch, values, agreed, bool(row.has_number), state))
    return found


@dataclass(slots=True)
class Part:
    """A stratum of a draw: how many of it are `eligible` (agreed, and held or issued), the cases that can be issued in
    the order in which they are taken, and how many of them are `wanted`."""

    values: tuple[str, ...]
    eligible: int
    held: list[SampledCase]
    wanted: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A draw as planned. `asked`: how many the release asks for, held or not."""

    parts: tuple[Part, ...]
    asked: int

    @property
    def eligible(self) -> int:
        """How many agreed and are held or issued."""
        return sum(part.eligible for part in self.parts)

    @property
    def wanted(self) -> int:
        """How many are to be issued: as many as were asked for, or as there are."""
        return sum(part.wanted for part in self.parts)

    def would_issue(self) -> list[SampledCase]:
        """Whom it takes, if nothing changes before."""
        return [case for part in self.parts for case in part.held[: part.wanted]]


def plan_draw(
    everybody: Iterable[SampledCase],
    release: Release,
    batches: Collection[str],
    seed: int,
    *,
    untouched_too: bool,
) -> Plan:
    """Whom a release takes of the cases of these batches (none: of all).

    `untouched_too`: those issued that nobody has called are held again first, and can be drawn. Raises InputError where
    none of them can be issued now or was.
    """
    scope = [case for case in everybody if not batches or case.batch in batches]
    parts: dict[tuple[str, ...], Part] = {}
    for case in scope:
        if not case.agreed or case.state == "out":
            continue
        part = parts.setdefault(case.values, Part(case.values, 0, []))
        part.eligible += 1
        if case.state == "held" or (untouched_too and case.state == "untouched"):
            part.held.append(case)
    if not parts:
        raise InputError(_nobody(scope, batches))
    ordered = [parts[values] for values in sorted(parts)]
    plan = Plan(tuple(ordered), _asked(release, ordered))
    limits = [len(part.held) for part in ordered]
    for part, wanted in zip(ordered, allot(plan.asked, [part.eligible for part in ordered], limits), strict=True):
        part.wanted = wanted
        if release.is_drawn:
            by_serial = {case.serial: case for case in part.held}
            part.held = [by_serial[serial] for serial in in_drawn_order(list(by_serial), seed)]
    return plan


def _asked(release: Release, parts: Sequence[Part]) -> int:
    if release.number is not None:
        return release.number
    if release.share is not None:
        return how_many(release.share, sum(part.eligible for part in parts))
    return sum(len(part.held) for part in parts)


def _nobody(scope: Sequence[SampledCase], batches: Collection[str]) -> str:
    if not scope:
        return "No sample is loaded yet: cati sample load FILE"
    refused = sum(not case.agreed for case in scope)
    of = f" of batch {', '.join(batch or NO_BATCH for batch in batches)}" if batches else ""
    return (
        f"Nobody{of} can be issued: {refused:,} did not agree to be contacted again, "
        f"{len(scope) - refused:,} were closed before they were issued."
    )


def known_batches(names: Iterable[str], everybody: Iterable[SampledCase]) -> tuple[str, ...]:
    """These batches as the sample has them. Raises InputError for one that there is not, naming those there are."""
    sizes = Counter(case.batch for case in everybody)
    found = []
    for name in names:
        batch = "" if name.strip() == NO_BATCH and NO_BATCH not in sizes else name.strip()
        if batch not in sizes:
            raise InputError(_no_batch(name, sizes))
        found.append(batch)
    return tuple(dict.fromkeys(found))


def _no_batch(name: str, sizes: Counter[str]) -> str:
    if not sizes:
        return "No sample is loaded yet: cati sample load FILE"
    there = [f"{batch or NO_BATCH} ({n:,} {'case' if n == 1 else 'cases'})" for batch, n in sorted(sizes.items())]
    more = f" and {len(there) - _BATCHES_SHOWN:,} more" if len(there) > _BATCHES_SHOWN else ""
    near = did_you_mean(name, [batch for batch in sizes if batch], otherwise="")
    return " ".join(
        filter(
            None,
            [
                f"There is no batch {name!r} in this sample.",
                near,
                f"Batches: {', '.join(there[:_BATCHES_SHOWN])}{more}.",
            ],
        )
    )
