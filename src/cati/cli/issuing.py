"""`cati sample issue`, `hold` and `counts`: how much of the sample is out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.acting import permitted, user_option
from cati.cli.group import command
from cati.cli.opening import opened, provenance
from cati.cli.options import database_option, json_option, now_option, report_options
from cati.errors import CatiError, InputError

if TYPE_CHECKING:
    from cati.desk import Held, Issued, Release


@command(
    "issue",
    examples=(
        "cati sample issue --share 10% --by region --dry-run",
        "cati sample issue --share 10% --by region --by ofsted --seed 7",
        'cati sample issue --batch "soft launch" --batch main',
        "cati sample issue --all",
    ),
)
@click.option("--batch", "batches", multiple=True, metavar="NAME", help="Whoever is held of a batch. Can come again.")
@click.option(
    "--share",
    metavar="10%",
    help="A share of all sample that agreed to be contacted (or of --batch), at random.",
)
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="So many cases, at random.")
@click.option("--all", "everything", is_flag=True, help="Whoever is held.")
@click.option(
    "--by",
    multiple=True,
    metavar="VARIABLE",
    help="Draw in proportion: region, ofsted, la, batch … Can come again.",
)
@click.option("--seed", type=click.IntRange(min=0), metavar="S", help="Which draw; else the study's own seed.")
@click.option("--dry-run", is_flag=True, help="Show whom it would take, by stratum and batch, and change nothing.")
@json_option
@user_option
@database_option
@now_option
def issue(
    batches: tuple[str, ...],
    share: str | None,
    number: int | None,
    everything: bool,
    by: tuple[str, ...],
    seed: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Release sample to the telephone: a soft launch first, say. What is not issued is held: it is not called, and not
    in the starting sample of the telephone's tables. Nobody who did not agree to be contacted is ever issued.

    Where everything was issued on loading, the first time holds back again whoever was never called, so that what was
    asked for is what is out; whoever was called stays issued. From then on sample is issued by hand, and new cases are
    held when they are loaded. Cases may be issued while interviewers are at work.
    """
    from cati.desk import Release, issue_sample
    from cati.reports import issued_json

    _check_usage(batches, share, number, everything, by, seed)
    release = Release(batches, None if share is None else parse_share(share), number, seed, tuple(dict.fromkeys(by)))
    with opened() as (store, study), _told_on_stopping() as tell:
        who = "" if dry_run else permitted(store, "sample issue").name
        issued = issue_sample(store, study, release, who=who, dry_run=dry_run, progress=tell)
    for line in _remarks(issued):
        output.say(line)
    if as_json:
        output.emit_json(issued_json(issued))
    else:
        output.emit(_issued_text(release, issued))


@command("hold", examples=("cati sample hold --batch main", "cati sample hold --all --json"))
@click.option("--batch", "batches", multiple=True, metavar="NAME", help="Of a batch. Can come again.")
@click.option("--all", "everything", is_flag=True, help="Of all sample.")
@json_option
@user_option
@database_option
@now_option
def hold(batches: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Hold sample back again that was issued by mistake. Whoever was called, is on an interviewer's screen or has a
    final outcome stays issued. Nothing is lost: cati sample issue releases it again."""
    from cati.desk import hold_sample
    from cati.reports import held_json

    if bool(batches) == everything:
        raise click.UsageError("What is to be held? Give --batch NAME or --all.")
    with opened() as (store, study), _told_on_stopping() as tell:
        held = hold_sample(store, study, batches, who=permitted(store, "sample hold").name, progress=tell)
    if as_json:
        output.emit_json(held_json(held))
    else:
        output.emit(_held_text(held))


@command(
    "counts",
    examples=("cati sample counts", "cati sample counts --by region --output sample.xlsx", "cati sample counts --json"),
)
@click.option(
    "--by",
    metavar="VARIABLE",
    default="batch",
    show_default=True,
    help="A row a value: batch, region, ofsted, la or a sample variable.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@report_options
@database_option
@now_option
def counts(by: str, as_json: bool, form: str | None, target: Path | None, force: bool) -> None:
    """How much of the sample is held, issued, called and done, by batch or by any other variable."""
    from cati.desk import how_issued, sample_counts
    from cati.reports import render_sample_counts

    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json or --format {form}, not both.")
    chosen = output.chosen_format("json" if as_json else form, target)
    with opened() as (store, study):
        made = provenance(store, study.timezone)
        found, way = sample_counts(store, study, by), how_issued(store)
        content = render_sample_counts(by, found, way, chosen, provenance=made, width=output.width())
    output.deliver(content, chosen, target, force=force)


def parse_share(text: str) -> Fraction:
    """A share such as `10%`, `12.5%` or `0.1`, exact. Raises InputError for what is none, or could be read as two."""
    said = text.strip()
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?\s*%", said, re.ASCII):
        share = Fraction(said.rstrip("% \t")) / 100
    elif re.fullmatch(r"[0-9]*\.[0-9]+", said, re.ASCII):
        share = Fraction(said)
    elif re.fullmatch(r"[0-9]+", said, re.ASCII):
        raise InputError(f"--share {said}: {said} per cent or {said} cases? Write --share {said}% or --number {said}.")
    else:
        raise InputError(f"--share {text}: this is no share; write it such as 10%, 12.5% or 0.1.")
    if not 0 < share <= 1:
        raise InputError(f"--share {text}: a share lies above 0% and is 100% at the most.")
    return share


def _check_usage(
    batches: tuple[str, ...],
    share: str | None,
    number: int | None,
    everything: bool,
    by: tuple[str, ...],
    seed: int | None,
) -> None:
    drawn = share is not None or number is not None
    if not batches and not drawn and not everything:
        raise click.UsageError("What is to be issued? Give --batch NAME, --share 10%, --number N or --all.")
    if everything and (batches or drawn):
        raise click.UsageError("--all is everything: it goes with no --batch, --share or --number.")
    if share is not None and number is not None:
        raise click.UsageError("--share or --number, not both.")
    if not drawn and by:
        raise click.UsageError("--by stratifies a draw: it goes with --share or --number.")
    if not drawn and seed is not None:
        raise click.UsageError("--seed decides a draw: it goes with --share or --number.")


@contextmanager
def _told_on_stopping() -> Iterator[Callable[[str, int, int], None]]:
    """Hands out what tells the progress; if the work stops half way, says how much of it stays done."""
    bars: dict[str, Callable[[int], None]] = {}
    so_far: dict[str, int] = {}

    def tell(what: str, count: int, total: int) -> None:
        so_far[what] = count
        if what not in bars:
            bars[what] = output.progress(what, total)
        bars[what](count)

    try:
        yield tell
    except (KeyboardInterrupt, CatiError):
        for what, count in so_far.items():
            output.say(f"stopped half way: at least {count:,} {what}, which stands; see cati sample counts")
        raise


def _remarks(issued: Issued) -> Iterator[str]:
    """What the person should know besides what was asked for."""
    if issued.taken_back:
        would = "would be" if issued.dry_run else _of(issued.taken_back, "was", "were")
        yield (
            f"everything was issued on loading until now: {_cases(issued.taken_back)} that nobody had called "
            f"{would} held again first"
        )
    if issued.kept:
        which = _of(
            issued.kept, "was called, is on somebody's screen or has", "were called, are on somebody's screen or have"
        )
        stay = "would stay" if issued.dry_run else _of(issued.kept, "stays", "stay")
        yield f"{_cases(issued.kept)} that {which} a final outcome {stay} issued"
    if issued.no_number:
        have = _of(issued.no_number, "has", "have")
        yield f"{_cases(issued.no_number)} of those issued {have} no number to call"
    if issued.seed is not None and issued.issued < issued.wanted:
        asked = f"{_cases(issued.wanted)} {_of(issued.wanted, 'was', 'were')} asked for"
        yield f"{asked}, and only {issued.issued:,} of them {_of(issued.issued, 'was', 'were')} held"


def _issued_text(release: Release, issued: Issued) -> str:
    if not issued.issued:
        said = "Nothing to do: nobody " + ("is held." if release.is_all else "of them is held.")
    else:
        of = ""
        if release.share is not None and issued.issued == issued.wanted:
            of = f", {float(100 * release.share):g}% of the {issued.eligible:,} that agreed to be contacted"
        seed = f" (seed {issued.seed})" if issued.seed is not None else ""
        said = f"{'Would issue' if issued.dry_run else 'Issued'} {_cases(issued.issued)}{of}{seed}."
    return _as_text(said, issued)


def _as_text(said: str, issued: Issued) -> str:
    from cati.reports import Document, issued_grids, render_document

    text = render_document(Document(said, issued_grids(issued)), "text", width=output.width())
    assert isinstance(text, str)
    return text


def _held_text(held: Held) -> str:
    from cati.reports import Document, brief_grid, render_document

    said = f"Held again: {_cases(held.taken_back)}."
    if held.kept:
        why = [(held.called, "called already"), (held.in_hand, "on somebody's screen"), (held.final, "final")]
        said += f" Still issued: {', '.join(f'{n:,} {what}' for n, what in why if n)}."
    text = render_document(Document(said, (brief_grid(held.batches),)), "text", width=output.width())
    assert isinstance(text, str)
    return text


def _of(n: int, one: str, several: str) -> str:
    return one if n == 1 else several


def _cases(n: int) -> str:
    return "1 case" if n == 1 else f"{n:,} cases"
