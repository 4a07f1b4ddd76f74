"""An export from beginning to end: which interviews, their table, every file of it, the manifest last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cati
from cati.desk.held_interviews import Candidate, candidates, held_interviews, held_versions
from cati.desk.survey_ids import survey_ids
from cati.errors import InputError, OutsideError
from cati.exchange.codebook import codebook_of
from cati.exchange.codebook import interview_variables as own
from cati.exchange.export import contact
from cati.exchange.export.delimited import write_codebook_csv, write_codebook_json
from cati.exchange.export.folder import MANIFEST, whole_folder
from cati.exchange.export.formats import Format
from cati.exchange.export.gathered import Gathered
from cati.exchange.export.gathering import Gathering
from cati.exchange.export.reviewing import Reviewed, read_reviewed
from cati.exchange.export.spss import LONGEST_TEXT, longest
from cati.exchange.export.table import Table, Trouble
from cati.exchange.export.workers import Task, database_of, gather_apart, processes

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

SOFT_LAUNCH_SHARE = 10
"""Per cent of the completes that a soft launch looks at: those completed first, rounded up."""
CONTACT = "contact"
REVIEW = "review/write_ins.csv"
_WIDTHS = (255, 1024, 4096, 16_384, LONGEST_TEXT)
_PRIVATE = 0o600
_STATUS_WORDS = {own.COMPLETE: "completes", own.PARTIAL: "part_interviews", own.SCREENED_OUT: "screened_out"}

Told = Callable[[str, int | None], Callable[[int], None]]
"""Begins to tell how far something is: what, and how many in all (None: not known); gives what is told the count."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which interviews, in which formats. `version`: only those held under this version of the questionnaire."""

    formats: Sequence[Format]
    partials: bool = False
    screened_out: bool = False
    soft_launch: bool = False
    version: str | None = None
    reviewed: Reviewed = field(default_factory=Reviewed)

    @property
    def statuses(self) -> frozenset[int]:
        """The kinds of interviews, as the variable Status has them."""
        found = {own.COMPLETE}
        found |= {own.PARTIAL} if self.partials else set()
        return frozenset(found | ({own.SCREENED_OUT} if self.screened_out else set()))


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to: its manifest, as it stands in the folder, and what the files do not hold."""

    manifest: dict[str, Any]
    troubles: Sequence[Trouble]


def export(
    store: Store, study: Study, folder: Path, wanted: Wanted, *, now: datetime, replace: bool = False, told: Told
) -> Exported:
    """Writes the interviews of a database into a folder, which is there whole when this returns, or not at all.

    Raises InputError where the folder, the study's names or the choice are wrong, OutsideError where the disk or the
    database fails.
    """
    if replace:
        _check_decisions(folder, wanted.reviewed)
    with whole_folder(folder, replace=replace) as part:
        codebook_of(study)  # names that cannot be exported are told before anything is read
        found = gathered(store, study, wanted, told)
        contact_ids = survey_ids(store, {row.case_id for row in found.contacts}, purpose=CONTACT)
        table, troubles = _in_width(found.table)
        found.troubles += troubles
        files = _write(part, found, table, contact_ids, wanted, told)
        manifest = _manifest(study, found, table, wanted, now, digests(part, files))
        (part / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Exported(manifest, found.troubles)


def _check_decisions(folder: Path, reviewed: Reviewed) -> None:
    """Raises InputError where the export to be replaced holds decisions that the new one does not go by: they would be
    lost."""
    earlier = folder / REVIEW
    if not earlier.is_file():
        return
    lost = read_reviewed(earlier).decisions.keys() - reviewed.decisions.keys()
    if lost:
        count = "a decision" if len(lost) == 1 else f"{len(lost):,} decisions"
        raise InputError(
            f"{earlier} holds {count} that would be lost with the earlier export. Go by them with --reviewed "
            f"{earlier}, or move the file away first."
        )


def gathered(store: Store, study: Study, wanted: Wanted, told: Told) -> Gathered:
    """The interviews that are wanted, read, routed and encoded, in the order of their survey ids."""
    scheme = study.scheme.outcomes
    complete = {key for key, outcome in scheme.items() if outcome.ends_questionnaire}
    # a complete that came from elsewhere stands in the file of the online survey, not here
    other = {key for key, outcome in scheme.items() if outcome.group != "I"} - complete
    found = candidates(store, complete | (other if wanted.partials or wanted.screened_out else set()))
    if wanted.soft_launch:
        found = first_completes([each for each in found if each.outcome in complete])
    ids = survey_ids(store, {each.case_id for each in found})
    versions = held_versions(store)
    gathering = Gathering(study, versions, ids, wanted.statuses, wanted.reviewed, only_version=wanted.version)
    tell = told("interviews read", len(found))
    workers = processes(len(found))
    if workers > 1:
        task = Task(database_of(store), study, versions, wanted.statuses, wanted.reviewed, wanted.version)
        each = [(candidate.interview_id, candidate.case_id) for candidate in found]
        gather_apart(task, gathering, each, ids, workers, tell)
    else:
        gathering.take(held_interviews(store, [candidate.interview_id for candidate in found], tell))
    made = gathering.finish()
    if wanted.version is not None and not made.table.rows:
        held = ", ".join(sorted({version.version for version in versions.values()}))
        raise InputError(
            f"No interview of this export was held under version {wanted.version} of the questionnaire. "
            f"This database has the versions {held}."
        )
    return made


def first_completes(completes: Sequence[Candidate], share: int = SOFT_LAUNCH_SHARE) -> list[Candidate]:
    """The first share (per cent, rounded up) of the completes by when they were completed, by interview id."""
    last = datetime.max
    by_time = sorted(
        completes,
        key=lambda each: (
            each.completed_at is None,
            each.completed_at.replace(tzinfo=None) if each.completed_at else last,
            each.interview_id,
        ),
    )
    return sorted(by_time[: ceil(len(by_time) * share / 100)], key=lambda each: each.interview_id)


def _in_width(table: Table) -> tuple[Table, list[Trouble]]:
    """The table with widths that hold its longest texts, and what was widened."""
    troubles: list[Trouble] = []
    widths: dict[str, int] = {}
    for name, length in longest(table, table.codebook).items():
        usual = table.codebook.by_name[name].width
        if length > usual:
            widths[name] = next((width for width in _WIDTHS if width >= length), length)
            troubles.append(Trouble(name, f"holds a text of {length:,} bytes: {widths[name]:,} wide, not {usual:,}"))
    return table.with_codebook(table.codebook.with_widths(widths)), troubles


def _write(
    part: Path, gathered: Gathered, table: Table, contact_ids: dict[int, str], wanted: Wanted, told: Told
) -> dict[str, int]:
    """Every file but the manifest; the rows of each, by its path in the folder."""
    name = table.codebook.questionnaire
    rows: dict[str, int] = {}
    tell = told("formats written", len(wanted.formats))
    for count, form in enumerate(wanted.formats, start=1):
        paths = [part / f"{name}{ending}" for ending in form.endings]
        gathered.troubles += _written(form, table, paths)
        rows |= {path.name: table.rows for path in paths}
        tell(count)
    write_codebook_json(table.codebook, part / "codebook.json")
    write_codebook_csv(table.codebook, part / "codebook.csv")
    rows |= {"codebook.json": len(table.codebook.variables), "codebook.csv": len(table.codebook.variables)}
    gathered.troubles += [Trouble(each.variable, each.what) for each in gathered.differing]
    private = {
        "contact/contact.csv": len(gathered.contacts),
        "link/link.csv": len(gathered.links),
        REVIEW: len(gathered.flagged),
        "report.csv": len(gathered.troubles),
    }
    for path in private:
        (part / path).parent.mkdir(mode=0o700, exist_ok=True)
        (part / path).touch(mode=_PRIVATE)
    contact.write_contact(gathered.contacts, contact_ids, table.codebook, part / "contact/contact.csv")
    contact.write_link(gathered.links, contact_ids, part / "link/link.csv")
    contact.write_review(gathered.flagged, part / REVIEW)
    contact.write_report(gathered.troubles, part / "report.csv")
    return rows | private


def _written(form: Format, table: Table, paths: Sequence[Path]) -> list[Trouble]:
    """Writes a format. What its library raises for a disk that fails is told as that."""
    try:
        return form.write(table, paths)
    except (InputError, OutsideError, OSError):
        raise
    except Exception as error:
        if type(error).__module__.split(".")[0] in ("pyreadstat", "polars") and _disk_is_full(paths[0].parent):
            raise OutsideError(f"{paths[0].name} could not be written: no space left on the disk.") from error
        raise


def _disk_is_full(folder: Path) -> bool:
    import os

    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize < 1 << 20


def _manifest(
    study: Study, gathered: Gathered, table: Table, wanted: Wanted, now: datetime, files: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "tool": f"cati {cati.__version__}",
        "made_at": now.isoformat(timespec="seconds"),
        "study": study.id,
        "title": table.codebook.title,
        "timezone": study.timezone.key,
        "interviews": table.rows,
        "by_status": {word: gathered.statuses[status] for status, word in _STATUS_WORDS.items()},
        "questionnaire": table.codebook.questionnaire,
        "questionnaire_versions": [
            {"version": version, "files": digest, "interviews": count}
            for (version, digest), count in sorted(gathered.versions.items())
        ],
        "filters": {
            "statuses": [word for status, word in _STATUS_WORDS.items() if status in wanted.statuses],
            "soft_launch": f"the first {SOFT_LAUNCH_SHARE}% of completes by completion time, rounded up"
            if wanted.soft_launch
            else None,
            "questionnaire_version": wanted.version,
            "modes": ["telephone"],
        },
        "left_out": dict(sorted(gathered.left_out.items())),
        "agreed_to_recontact": len(gathered.contacts),
        "write_ins_flagged": len(gathered.flagged),
        "write_ins_held_back": sum(not each.decision or each.decision == "hold" for each in gathered.flagged),
        "reported": len(gathered.troubles),
        "files": files,
    }


def digests(folder: Path, rows: dict[str, int]) -> list[dict[str, Any]]:
    """Each file of an export with its rows, bytes and SHA-256."""
    found = []
    for name in sorted(rows):
        digest = hashlib.sha256()
        with (folder / name).open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        found.append(
            {"path": name, "rows": rows[name], "bytes": (folder / name).stat().st_size, "sha256": digest.hexdigest()}
        )
    return found
