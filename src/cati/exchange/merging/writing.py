"""The merged file in its folder: data, codebook, report and manifest; who is who, and the losers, apart.

Nothing in it says when it was made: the same inputs give the same bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cati
from cati.errors import InputError
from cati.exchange.codebook.variables import Codebook
from cati.exchange.export.contact import write_review
from cati.exchange.export.delimited import write_codebook_csv, write_codebook_json
from cati.exchange.export.folder import MANIFEST, whole_folder
from cati.exchange.export.formats import Format
from cati.exchange.export.reviewing import guarded
from cati.exchange.export.running import digests
from cati.exchange.export.spss import longest
from cati.exchange.export.table import Table
from cati.exchange.merging.choosing import RULES
from cati.exchange.merging.merged import Merged, Wanted

_MADE = b"01 Jan 0000:00:00"
_DATE_AT = 92
"""Where an SPSS file says when it was made: nine bytes of a date, eight of a time."""
_PRIVATE = 0o600


def check_apart(folder: Path, inputs: Iterable[Path]) -> None:
    """Raises InputError where the folder to be written is, or holds, what is merged: it would give way to the merge."""
    target = folder.resolve()
    for each in inputs:
        place = each.resolve()
        if target == place or target in place.parents:
            raise InputError(f"{folder} holds what is merged ({each}): name another folder for --output.")


def check_is_merge(folder: Path) -> None:
    """Raises InputError where a folder that is to give way to a merge is none itself, but an export, say."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return  # `whole_folder` says what there is to say
    try:
        is_merge = json.loads(manifest.read_text(encoding="utf-8")).get("merge") is True
    except (ValueError, AttributeError):
        is_merge = False
    if not is_merge:
        raise InputError(f"{folder} is no earlier merge, so it is not replaced. Name a new folder.")


def write_merged(
    merged: Merged, folder: Path, formats: list[Format], wanted: Wanted, *, replace: bool
) -> dict[str, Any]:
    """Writes a merge into a folder, which is there whole when this returns, or not at all; its manifest.

    Raises InputError for a folder that is not to be written to, OutsideError where the disk fails.
    """
    assert merged.table is not None
    table = _in_width(merged.table)
    with whole_folder(folder, replace=replace) as part:
        rows = _write(part, merged, table, formats)
        manifest = _manifest(merged, wanted, digests(part, rows))
        (part / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return manifest


def _in_width(table: Table) -> Table:
    book = table.codebook
    widths = {name: length for name, length in longest(table, book).items() if length > book.by_name[name].width}
    return table.with_codebook(book.with_widths(widths))


def _write(part: Path, merged: Merged, table: Table, formats: list[Format]) -> dict[str, int]:
    """Every file but the manifest; the rows of each, by its path."""
    book = table.codebook
    rows: dict[str, int] = {}
    for form in formats:
        paths = [part / f"{book.questionnaire}{ending}" for ending in form.endings]
        form.write(table, paths)
        if form.name == "sav":
            _undate(paths[0])
        rows |= {path.name: table.rows for path in paths}
    write_codebook_json(book, part / "codebook.json")
    write_codebook_csv(book, part / "codebook.csv")
    rows |= {"codebook.json": len(book.variables), "codebook.csv": len(book.variables)}
    private = {
        "report.json": 1,
        "link/link.csv": len(merged.links),
        "dropped/dropped.csv": len(merged.losers),
        "review/write_ins.csv": len(merged.flagged),
    }
    for name in private:
        (part / name).parent.mkdir(mode=0o700, exist_ok=True)
        (part / name).touch(mode=_PRIVATE)
    report = json.dumps(merged.findings.to_json(), ensure_ascii=False, indent=1)
    (part / "report.json").write_text(report + "\n", encoding="utf-8")
    _write_link(part / "link/link.csv", merged)
    _write_losers(part / "dropped/dropped.csv", merged, book)
    write_review(merged.flagged, part / "review/write_ins.csv")
    _write_by_mode(part / "by_mode.csv", merged)
    return rows | private | {"by_mode.csv": len(merged.findings.by_mode)}


def _undate(path: Path) -> None:
    """Takes the time of writing out of an SPSS file."""
    with path.open("r+b") as file:
        file.seek(_DATE_AT)
        file.write(_MADE)


def _write_link(path: Path, merged: Merged) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(["SurveyID", "Serial"])
        out.writerows(merged.links)


def _write_losers(path: Path, merged: Merged, book: Codebook) -> None:
    """Interviews that were not kept, with the reason, as data."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(["Serial", "From", "Why", *(variable.name for variable in book.variables)])
        for serial, mode, why, row in merged.losers:
            out.writerow([serial, mode, why, *(guarded(cell) if isinstance(cell, str) else cell for cell in row)])


def _write_by_mode(path: Path, merged: Merged) -> None:
    names = ("valid", "dont_know", "not_given")
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(["Variable", *(f"{mode}_{name}" for mode in ("telephone", "online") for name in names)])
        out.writerows((each.variable, *each.telephone, *each.online) for each in merged.findings.by_mode)


def _manifest(merged: Merged, wanted: Wanted, files: list[dict[str, Any]]) -> dict[str, Any]:
    findings = merged.findings
    return {
        "tool": f"cati {cati.__version__}",
        "merge": True,
        "study": merged.telephone.manifest["study"],
        "questionnaire": merged.telephone.manifest["questionnaire"],
        "questionnaire_versions": merged.telephone.manifest["questionnaire_versions"],
        "inputs": {
            "online": {"file": merged.online.path.name, "sha256": merged.online.sha256},
            "telephone": {
                "file": merged.telephone.data.name,
                "made_at": merged.telephone.manifest.get("made_at"),
                "sha256": next(
                    each["sha256"]
                    for each in merged.telephone.manifest["files"]
                    if each["path"] == merged.telephone.data.name
                ),
            },
        },
        "rules": {
            "duplicates": list(RULES),
            "preferred": wanted.preferred,
            "impossible_answers": "held back" if wanted.hold_back else "block the merge",
        },
        "interviews": findings.rows,
        "counts": findings.counts,
        "duplicates": len(findings.duplicates),
        "continued": len(findings.continued),
        "differences": len(findings.differences),
        "route_violations": len(findings.route_violations),
        "write_ins_held_back": sum(not each.decision or each.decision == "hold" for each in merged.flagged),
        "files": files,
    }
