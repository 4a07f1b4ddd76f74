"""The telephone's interviews as they were exported: the data, who they are, and whether they are still so."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cati.desk.held_interviews import HeldVersion, candidates, held_interviews, held_versions
from cati.desk.merging import known_links
from cati.errors import InputError
from cati.exchange.codebook import Codebook, Variable, codebook_of, combine
from cati.exchange.codebook import interview_variables as own
from cati.exchange.codebook.reserve import EDITED_OUT
from cati.exchange.export.gathering import Gathering
from cati.exchange.export.needing import needed
from cati.exchange.export.reviewing import Reviewed
from cati.exchange.export.table import Table, Trouble
from cati.exchange.merging.described import code_text, read_codebook
from cati.exchange.merging.sources import sha256_of
from cati.studies.study import study_from_texts

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

MANIFEST = "manifest.json"
Row = list[Any]


@dataclass(frozen=True)
class TelephoneFile:
    """An export as it was read: its manifest, its rows by survey id, the serial of each survey id; `data`: the file
    that the rows were read from; `study`: as it was when the newest of the interviews was held; `book`: the codebook
    of all of them."""

    folder: Path
    manifest: Mapping[str, Any]
    data: Path
    rows: Mapping[str, Row]
    serials: Mapping[str, str]
    study: Study
    newest_hash: str
    book: Codebook


def read_export(path: Path, store: Store, study: Study) -> TelephoneFile:
    """Reads an export: its folder, or the data file in it.

    Raises InputError for what is no export of this study, a file that is not as it was written, rows whose survey id
    nobody knows, and an export without a format that can be read back (CSV or SPSS).
    """
    folder, wanted = (path, None) if path.is_dir() else (path.parent, path)
    if not path.exists():
        raise InputError(f"{path}: there is no such folder. Make one with: cati export {path}")
    manifest = _manifest(folder)
    if manifest.get("study") != study.id:
        raise InputError(
            f"{folder} is an export of the study {manifest.get('study')}, the database {store.location} holds "
            f"{study.id}. Name the one that it was exported from with --database."
        )
    data = wanted or _data_file(folder, str(manifest.get("questionnaire", "")))
    _check_whole(folder, manifest, data)
    held = _versions(store, manifest, folder)
    studies = [study_of(version, study) for version in held] or [study]
    book = combine([codebook_of(each) for each in studies])[0]
    names = list(read_codebook(folder / "codebook.json"))
    if [variable.name for variable in book.variables] != names:
        raise InputError(
            f"{folder} was written with another codebook than this database's. Export again with this cati."
        )
    rows = _read_rows(data, book)
    newest = held[0].hash if held else max(held_versions(store).values(), key=lambda version: version.order).hash
    return TelephoneFile(folder, manifest, data, rows, _serials(folder, store, rows), studies[0], newest, book)


def study_of(version: HeldVersion, study: Study) -> Study:
    """The study as a version of its files has it."""
    texts = dict(version.texts)
    return study if texts == dict(study.texts) else study_from_texts(texts, study.id)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{folder} is no export: it has no {MANIFEST} that can be read ({error.strerror}). Name the folder that "
            "cati export wrote, or the data file in it."
        ) from error
    except ValueError as error:
        raise InputError(f"{folder / MANIFEST} is damaged ({error}). Export again.") from error
    if not isinstance(found, dict) or "files" not in found:
        raise InputError(f"{folder / MANIFEST} is no manifest of cati export. Export again.")
    return found


def _data_file(folder: Path, questionnaire: str) -> Path:
    for ending in (".csv", ".sav"):
        path = folder / f"{questionnaire}{ending}"
        if path.is_file():
            return path
    raise InputError(f"{folder} has no data in CSV or SPSS, which alone are read back: cati export --format sav,csv")


def _check_whole(folder: Path, manifest: Mapping[str, Any], data: Path) -> None:
    """Raises InputError where the data, the codebook or the link are not as they were written."""
    known = {each["path"]: each["sha256"] for each in manifest["files"]}
    if data.name not in known:
        raise InputError(f"{data} is no file of this export. It has: {', '.join(known)}.")
    for name in (data.name, "codebook.json", "link/link.csv"):
        path = folder / name
        if name in known and path.is_file() and sha256_of(path) != known[name]:
            raise InputError(f"{path} is not as cati export wrote it: it was changed, or damaged. Export again.")


def _versions(store: Store, manifest: Mapping[str, Any], folder: Path) -> list[HeldVersion]:
    """The versions of the study's files that the exported interviews were held under, the newest first."""
    wanted = {each["files"] for each in manifest["questionnaire_versions"]}
    found = [version for version in held_versions(store).values() if version.hash in wanted]
    if len(found) != len(wanted):
        raise InputError(
            f"{folder} has interviews under a version of the questionnaire that the database {store.location} never "
            "had. Was it exported from another database? Name that one with --database."
        )
    return sorted(found, key=lambda version: version.order, reverse=True)


def _read_rows(path: Path, book: Codebook) -> dict[str, Row]:
    rows = _read_csv(path, book) if path.suffix == ".csv" else _read_sav(path, book)
    at = book.at[own.SURVEY_ID]
    found = {str(row[at]): row for row in rows}
    if len(found) != len(rows):
        raise InputError(f"{path} has a survey id twice. Export again.")
    return found


def _read_csv(path: Path, book: Codebook) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        if header != [variable.name for variable in book.variables]:
            raise InputError(f"{path} has other columns than its codebook. Export again.")
        return [
            [_of_text(variable, cell) for variable, cell in zip(book.variables, row, strict=True)] for row in reader
        ]


def _of_text(variable: Variable, cell: str) -> Any:
    if variable.kind == "text":
        return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "'") else cell
    if variable.kind == "moment":
        return datetime.fromisoformat(cell) if cell else None
    return int(cell)


def _read_sav(path: Path, book: Codebook) -> list[Row]:
    pyreadstat = needed("pyreadstat", "sav", "sav")
    columns, meta = pyreadstat.read_sav(str(path), user_missing=True, output_format="dict")
    if list(meta.column_names) != [variable.name for variable in book.variables]:
        raise InputError(f"{path} has other variables than its codebook. Export again.")
    return [
        [_of_value(variable, value) for variable, value in zip(book.variables, row, strict=True)]
        for row in zip(*(list(columns[variable.name]) for variable in book.variables), strict=True)
    ]


def _of_value(variable: Variable, value: Any) -> Any:
    if variable.kind == "text":
        return "" if value is None else str(value)
    if variable.kind == "moment":
        return value if isinstance(value, datetime) else None
    return int(code_text(value))


def _serials(folder: Path, store: Store, rows: Mapping[str, Row]) -> dict[str, str]:
    """The serial of each survey id: by the link of the export where it is beside the data, and by the database."""
    known = known_links(store)
    path = folder / "link" / "link.csv"
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if known.get(row["SurveyID"], row["Serial"]) != row["Serial"]:
                    raise InputError(f"{path} says {row['SurveyID']} is another case than this database does.")
    lost = sorted(set(rows) - set(known))
    if lost:
        raise InputError(
            f"{folder}: this database does not know the survey id {lost[0]} ({len(lost):,} in all). Was it exported "
            "from another database? Name that one with --database."
        )
    return {survey_id: known[survey_id] for survey_id in rows}


def as_now(
    store: Store,
    study: Study,
    ids: Mapping[int, str],
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Table, Sequence[Trouble]]:
    """Interviews walked through the questionnaire again as the database has them now, and what is wrong with them.

    `ids`: the survey id of each case. Words are held back that may say who somebody is, as if nobody had reviewed them.
    """
    everything = candidates(store, study.scheme.outcomes.keys())
    chosen = [each.interview_id for each in everything if each.case_id in ids]
    statuses = frozenset((own.COMPLETE, own.PARTIAL, own.SCREENED_OUT))
    gathering = Gathering(study, held_versions(store), dict(ids), statuses, Reviewed())
    gathered = gathering.gather(held_interviews(store, chosen, progress))
    return gathered.table, gathered.troubles


def changed(variable: Variable, before: Any, after: Any) -> bool:
    """Is a value another one than it was exported as? A text that was reviewed or held back is not looked at."""
    if variable.kind == "text" and str(EDITED_OUT) in (before, after):
        return False
    return bool(before != after)
