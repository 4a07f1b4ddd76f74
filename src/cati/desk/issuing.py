"""Issuing the sample to the telephone a part at a time, and holding back again what nobody has called yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import Connection, exists, func, or_, select

from cati.desk.by_hand import change_way, issuing_way, settled_way
from cati.desk.counts import SampleCount, in_all, sample_counts
from cati.desk.moving import FRESH_AT_ONCE, Move, log_action, move
from cati.desk.releasing import NO_BATCH, Plan, Release, SampledCase, known_batches, plan_draw, read_cases
from cati.desk.variables import check_variable
from cati.storage import Store
from cati.storage.tables import call, cases

if TYPE_CHECKING:
    from cati.studies import Study

Progress = Callable[[str, int, int], None]
"""Told what is being done, to how many cases it has been done, and to how many it will be at the most."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """What a draw takes of the cases of certain `values` of its variables: of the `eligible` (held or issued), `held`
    could be issued, and `issued` were."""

    values: tuple[str, ...]
    eligible: int
    held: int
    issued: int


@dataclass(frozen=True, slots=True)
class Issued:
    """What an issue did, or would do (`dry_run`).

    `wanted`: how many were asked for (of `eligible` in its batches); `issued` are fewer where fewer were held.
    `taken_back`: issued on loading, never called, and held again first; `kept`: those that were called since or cannot
    be taken back for another reason, and stay issued; `no_number`: of those issued, those with no number to call.
    `batches`: how all sample stands afterwards.
    """

    eligible: int
    wanted: int
    issued: int
    taken_back: int
    kept: int
    no_number: int
    seed: int | None
    by: tuple[str, ...]
    strata: tuple[Stratum, ...]
    batches: tuple[SampleCount, ...]
    dry_run: bool = False

    @property
    def total(self) -> SampleCount:
        """The counts of all batches together."""
        return in_all(self.batches)


@dataclass(frozen=True, slots=True)
class Held:
    """What holding back did: `taken_back` cases. The others asked for stay issued: `called` already, `in_hand` (on an
    interviewer's screen), or `final` without a call."""

    taken_back: int
    called: int
    in_hand: int
    final: int
    batches: tuple[SampleCount, ...]

    @property
    def kept(self) -> int:
        """How many of those asked for stay issued."""
        return self.called + self.in_hand + self.final

    @property
    def total(self) -> SampleCount:
        """The counts of all batches together."""
        return in_all(self.batches)


def issue_sample(
    store: Store,
    study: Study,
    release: Release,
    *,
    who: str = "cati sample issue",
    dry_run: bool = False,
    progress: Progress = lambda *_: None,
) -> Issued:
    """Issues held cases to the telephone; from then on sample is issued by hand, and new cases are held when loaded.

    Where everything was issued on loading, whoever was never called is held again first, unless all is asked for. Where
    nothing is held, nothing changes. `dry_run`: nothing does in any case. Raises InputError for a batch or variable
    that there is not, and where nobody of what is asked for can ever be issued.
    """
    seed = study.rules.seed if release.seed is None else release.seed
    with store.read() as connection:
        for name in release.by:
            check_variable(connection, name)
        way = issuing_way(connection)
        everybody = read_cases(connection, study, release.by)
    batches = known_batches(release.batches, everybody)
    takes_back = way != "by hand" and not release.is_all
    plan = plan_draw(everybody, release, batches, seed, untouched_too=takes_back)
    takes_back = takes_back and plan.wanted > 0
    if dry_run:
        taken = [case for case in everybody if case.state == "untouched"] if takes_back else []
        taken_back, after = len(taken), _as_if(sample_counts(store, study), taken, plan)
        kept = sum(case.is_issued for case in everybody) - taken_back
        issued = plan.would_issue()
    else:
        how = Move(True, store.time(), who, _words(release, batches, seed))
        taken_back = _take_all_back(store, study, how, len(everybody), progress) if takes_back else 0
        kept = _out_for_good(store, study) if takes_back else 0
        if plan.wanted and (way == "taking back" or not release.is_all):
            with store.write() as connection:
                change_way(store, connection, "by hand", who, how.at)
        issued = _issue(store, study, plan, how, progress)
        after = sample_counts(store, study)
    return Issued(
        eligible=plan.eligible,
        wanted=plan.asked,
        issued=len(issued),
        taken_back=taken_back,
        kept=kept if takes_back else 0,
        no_number=sum(not case.has_number for case in issued),
        seed=seed if release.is_drawn else None,
        by=release.by,
        strata=_strata(release, plan, issued),
        batches=after,
        dry_run=dry_run,
    )


def hold_sample(
    store: Store,
    study: Study,
    batches: Sequence[str] = (),
    *,
    who: str = "cati sample hold",
    progress: Progress = lambda *_: None,
) -> Held:
    """Holds back again the issued cases of these batches (none named: of all) that nobody has called yet; from then on
    sample is issued by hand. Raises InputError for a batch that there is not.
    """
    with store.read() as connection:
        everybody = read_cases(connection, study)
    names = known_batches(batches, everybody)
    at = store.time()
    with store.write() as connection:
        # where everything is being taken back, whoever issues next is to go on with it
        if settled_way(store, connection, to_change=True) == "on loading" or not names:
            change_way(store, connection, "by hand", who, at)
    total = sum(case.state == "untouched" and (not names or case.batch in names) for case in everybody)
    taken_back = _take_back(store, study, Move(False, at, who), names, total, progress)
    with store.read() as connection:
        left = Counter(case.state for case in read_cases(connection, study) if not names or case.batch in names)
    return Held(taken_back, left["called"], left["in_hand"], left["final"], sample_counts(store, study))


def _take_all_back(store: Store, study: Study, issue: Move, total: int, progress: Progress) -> int:
    """Holds back whatever nobody has called of a sample that was issued on loading, once, before an issue; how many
    cases that were.

    In many short transactions: one who issues at the same time does the same, and so does the next one, should this
    program stop in between. Whoever is done first says so in `meta`, and nobody takes back what is issued from then on.
    """
    how = replace(issue, issue=False, why=f"before issuing {issue.why}")
    with store.write() as connection:
        if settled_way(store, connection, to_change=True) == "on loading":
            change_way(store, connection, "taking back", how.who, how.at)

    def still(connection: Connection) -> bool:
        return settled_way(store, connection, to_change=True) == "taking back"

    taken_back = _take_back(store, study, replace(how, may=still), (), total, progress)
    with store.write() as connection:
        if still(connection):
            change_way(store, connection, "by hand", how.who, how.at)
    return taken_back


def _out_for_good(store: Store, study: Study) -> int:
    """How many cases that are issued can no longer be taken back: called, in somebody's hands, or final."""
    final = [key for key, outcome in study.scheme.outcomes.items() if outcome.is_final]
    called = exists().where(call.c.case_id == cases.c.id)
    count = select(func.count()).select_from(cases).where(cases.c.issued_at.is_not(None))
    with store.read() as connection:
        found = connection.execute(count.where(or_(called, cases.c.owner.is_not(None), cases.c.outcome.in_(final))))
        return int(found.scalar_one())


def _take_back(store: Store, study: Study, how: Move, batches: Sequence[str], total: int, progress: Progress) -> int:
    taken: list[str] = []
    last = 0
    try:
        while found := _issued_after(store, last, batches):
            last = max(found)
            for some in move(store, study, list(found), how):
                taken += [found[case_id] for case_id in some]
                progress("cases taken back", len(taken), total)
    finally:
        log_action(store, taken, how)
    progress("cases taken back", total, total)
    return len(taken)


def _issued_after(store: Store, last: int, batches: Sequence[str]) -> dict[int, str]:
    """The next cases that are issued and were perhaps never called, with their batches."""
    never = select(cases.c.id, cases.c.batch).where(
        cases.c.id > last, cases.c.issued_at.is_not(None), cases.c.attempts == 0
    )
    if batches:
        never = never.where(cases.c.batch.in_(batches))
    with store.read() as connection:
        return {row.id: row.batch for row in connection.execute(never.order_by(cases.c.id).limit(FRESH_AT_ONCE))}


def _issue(store: Store, study: Study, plan: Plan, how: Move, progress: Progress) -> list[SampledCase]:
    """Issues what is planned; for whoever another issued meanwhile, the next of the same stratum, if one is left."""
    issued: list[SampledCase] = []
    missing = Counter({part.values: part.wanted for part in plan.parts})
    queues = {part.values: iter(part.held) for part in plan.parts}
    try:
        while turn := {case.id: case for values, n in missing.items() for case in islice(queues[values], n)}:
            for some in move(store, study, sorted(turn), how):
                issued += [turn[case_id] for case_id in some]
                missing.subtract(turn[case_id].values for case_id in some)
                progress("cases issued", len(issued), plan.wanted)
    finally:
        log_action(store, [case.batch for case in issued], how)
    progress("cases issued", plan.wanted, plan.wanted)
    return issued


def _words(release: Release, batches: Sequence[str], seed: int) -> str:
    """What was asked for, for the log: `10% of batch main by region, seed 1`."""
    amount = "all" if not release.is_drawn else str(release.number)
    if release.share is not None:
        amount = f"{float(100 * release.share):g}%"
    of = f" of batch {', '.join(batch or NO_BATCH for batch in batches)}" if batches else ""
    by = f" by {', '.join(release.by)}" if release.by else ""
    return amount + of + by + (f", seed {seed}" if release.is_drawn else "")


def _strata(release: Release, plan: Plan, issued: Iterable[SampledCase]) -> tuple[Stratum, ...]:
    if not release.by:
        return ()
    of_each = Counter(case.values for case in issued)
    return tuple(Stratum(part.values, part.eligible, len(part.held), of_each[part.values]) for part in plan.parts)


def _as_if(before: Iterable[SampleCount], taken_back: Iterable[SampledCase], plan: Plan) -> tuple[SampleCount, ...]:
    """The counts by batch as they would be."""
    back = Counter((case.batch, case.agreed) for case in taken_back)
    out = Counter(case.batch for case in plan.would_issue())
    after = []
    for count in before:
        held, not_agreed = back[count.value, True], back[count.value, False]
        more = out[count.value] - held - not_agreed
        after.append(
            replace(
                count,
                held=count.held + held - out[count.value],
                not_agreed=count.not_agreed + not_agreed,
                issued=count.issued + more,
                uncalled=count.uncalled + more,
            )
        )
    return tuple(after)
