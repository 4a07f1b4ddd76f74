"""`cati export`: the interviews in files, with codebook and manifest; contact details apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cati.cli import output
from cati.cli.acting import permitted, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.exchange.export import Exported

_MOST_TOLD = 20


@command(
    "export",
    examples=(
        "cati export delivery",
        "cati export delivery --format sav,triple-s,csv,xlsx,parquet,dta --replace",
        "cati export first-look --soft-launch --format xlsx",
        "cati export delivery --replace --reviewed delivery/review/write_ins.csv",
    ),
)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    metavar="FORMATS",
    help="Some of sav, triple-s, triple-s-csv, csv, xlsx, parquet, dta, with commas between. Default: sav,csv.",
)
@click.option("--partials", is_flag=True, help="Part-interviews too.")
@click.option("--screened-out", is_flag=True, help="Those found not eligible by the questionnaire too.")
@click.option("--soft-launch", is_flag=True, help="Only the first 10% of completes, by when they were completed.")
@click.option("--questionnaire-version", "version", metavar="VERSION", help="Only interviews held under this version.")
@click.option(
    "--reviewed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The review file of an earlier export, with decisions filled in.",
)
@click.option("--replace", is_flag=True, help="Let the export take the place of an earlier one.")
@json_option
@user_option
@database_option
@now_option
def export(
    folder: Path,
    formats: str | None,
    partials: bool,
    screened_out: bool,
    soft_launch: bool,
    version: str | None,
    reviewed: Path | None,
    replace: bool,
    as_json: bool,
) -> None:
    """Write the completed telephone interviews into FOLDER: data, codebook and manifest. The folder is there whole, or
    not at all; an earlier export stays as it is until the new one is finished.

    Every format is made from one codebook: B1; a multicode as B3_1, B3_2 … of 0 and 1; rows of a grid as H1_3; words as
    B3_9_text; a main reason completed with the only reason there was as B3a_main. Codes are those of the questionnaire.
    Reserve codes are below 0: -1 not asked, -2 not asked in this mode, -3 not applicable, -5 not in this version, -6
    held back, -7 no answer, -8 don't know, -9 refused. Only what is on the route is written.

    Names, numbers, addresses and local authorities are never in the data. Who agreed to be contacted again stands in
    contact/, and link/ says which contact and serial a survey id is. Words with an e-mail address, a telephone number
    or the respondent's name are held back, and listed in review/write_ins.csv: write keep, replace (with the words
    under Replacement) or hold under Decision, and export again with --reviewed.

    What a format cannot hold as it is stands in report.csv. The manifest has counts, versions, filters and the SHA-256
    of every file.
    """
    from cati.exchange.export import Wanted, chosen_formats, read_reviewed
    from cati.exchange.export import export as write
    from cati.exchange.export.reviewing import Reviewed

    if soft_launch and (partials or screened_out):
        raise InputError("--soft-launch takes the first completes; leave out --partials and --screened-out.")
    chosen = chosen_formats(formats)
    if formats is None and len(chosen) < 2:
        output.say("SPSS files need packages that are not installed (pip install 'cati[sav]'): writing CSV only.")
    decisions = read_reviewed(reviewed) if reviewed is not None else Reviewed()
    with opened() as (store, study):
        permitted(store, "export")
        wanted = Wanted(chosen, partials, screened_out, soft_launch, version, decisions)
        done = write(store, study, folder, wanted, now=store.time(), replace=replace, told=_told)
    for line in _reported(done, folder):
        output.say(line)
    if as_json:
        output.emit_json(done.manifest)
    else:
        output.emit("\n".join(_summary(done.manifest, folder)))


def _told(what: str, total: int | None) -> Callable[[int], None]:
    return output.progress(what, total)


def _reported(done: Exported, folder: Path) -> Iterator[str]:
    """What somebody should know at once: of single interviews each, of variables and labels how many."""
    of_interviews = [each for each in done.troubles if each.survey_id]
    of_variables = len(done.troubles) - len(of_interviews)
    for each in of_interviews[:_MOST_TOLD]:
        where = (
            f"{each.survey_id}{f', {each.variable}' if each.variable else ''}{f' ({each.form})' if each.form else ''}"
        )
        yield f"{where}: {each.what}"
    if len(of_interviews) > _MOST_TOLD:
        yield f"… and {len(of_interviews) - _MOST_TOLD:,} more of single interviews"
    if done.troubles:
        yield f"{folder}/report.csv: {len(of_interviews):,} notes on interviews, {of_variables:,} on variables"


def _summary(manifest: dict[str, Any], folder: Path) -> Iterator[str]:
    from cati.reports.document import visible

    counts = manifest["by_status"]
    parts = [f"{count:,} {_word(word, count)}" for word, count in counts.items() if count or word == "completes"]
    yield f"{visible(str(folder))}: {', '.join(parts)}."
    versions = manifest["questionnaire_versions"]
    if len(versions) > 1:
        held = ", ".join(f"{each['version']} ({each['interviews']:,})" for each in versions)
        yield f"Held under several versions of the questionnaire, or of the study's files: {held}."
    for why, count in manifest["left_out"].items():
        yield f"Left out: {count:,} ({why})."
    if manifest["write_ins_flagged"]:
        yield (
            f"Words flagged: {manifest['write_ins_flagged']:,}, {manifest['write_ins_held_back']:,} of them held back "
            "for review: review/write_ins.csv"
        )
    yield f"Agreed to be contacted again: {manifest['agreed_to_recontact']:,}."
    for file in manifest["files"]:
        yield f"  {file['path']:<28}{file['rows']:>9,} rows {file['bytes']:>13,} bytes"


def _word(status: str, count: int) -> str:
    words = {"completes": "completes", "part_interviews": "part-interviews", "screened_out": "screened out"}[status]
    return words.removesuffix("s") if count == 1 and words.endswith("s") else words
