"""A merge from beginning to end: both files read and compared, one interview a person chosen, one table made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cati.desk.merging import MergedCase, completes_known, merged_cases, open_loaded
from cati.exchange.codebook import Codebook
from cati.exchange.codebook import interview_variables as own
from cati.exchange.export.table import Table
from cati.exchange.merging.choosing import Candidate, choose
from cati.exchange.merging.dictionaries import compare
from cati.exchange.merging.findings import Duplicate, Findings, LeftOut, RouteViolation
from cati.exchange.merging.keys import in_one_form
from cati.exchange.merging.making import make_table
from cati.exchange.merging.merged import Merged, Wanted, serial_of
from cati.exchange.merging.responses import Reader, Response, values_of
from cati.exchange.merging.sources import read_online_source
from cati.exchange.merging.telephone import Row, as_now, changed, read_export

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

Told = Callable[[str, int | None], Callable[[int], None]]
_WORDS = {"completes": own.COMPLETE, "part_interviews": own.PARTIAL, "screened_out": own.SCREENED_OUT}
_LENGTH = 10
_AGAIN = "the same row twice"


def merge(store: Store, study: Study, online: Path, export: Path, wanted: Wanted, *, told: Told) -> Merged:
    """Merges a file of the online survey with an export of the telephone interviews, as this module says.

    Raises InputError where a file is none, or is not of this study and database; what the files do not have alike is
    found, and not raised.
    """
    telephone = read_export(export, store, study)
    file = read_online_source(online, wanted.codebook)
    merged = Merged(Findings(), telephone, file)
    cases = merged_cases(store)
    if file.dictionary is not None:
        compare(telephone.book, file.dictionary, merged.findings)
    _check_versions(merged)
    reader = Reader(
        file,
        telephone.book,
        telephone.study.program("online"),
        study.scheme,
        cases,
        study.timezone,
        merged.findings,
        hold_back=wanted.hold_back,
        open_loaded=open_loaded(store),
    )
    tell = told("rows of the online file", len(file.rows))
    responses = reader.read(tell)
    _check_statuses(merged, responses)
    kept = _chosen(merged, responses, cases, wanted)
    _reconcile(store, study, merged, responses)
    _look_for_the_same_people(merged, kept, cases)
    _walk_telephone(store, study, merged, kept, cases, told)
    _tell_routes(merged, kept)
    if not merged.findings.conflicts:
        make_table(store, study, merged, kept, wanted)
    return merged


def _check_versions(merged: Merged) -> None:
    """The version of the questionnaire that each row says it was held under is one of the telephone's."""
    known = {each["version"] for each in merged.telephone.manifest["questionnaire_versions"]}
    known |= {merged.telephone.study.questionnaire.version}
    name = next((name for name in ("version", own.VERSION) if name in merged.online.names), None)
    if name is None:
        said = "the online file does not say under which version it was held"
        merged.findings.differ("", "version", "note", said, ", ".join(sorted(known)))
        return
    held = Counter(row.cells.get(name, "").strip() for row in merged.online.rows)
    for version in sorted(set(held) - known - {""}):
        merged.findings.conflict(name, "version", f"{version} ({held[version]} rows)", ", ".join(sorted(known)))


def _check_statuses(merged: Merged, responses: Sequence[Response]) -> None:
    """Whoever was loaded as a complete is none of the part-interviews alone: the file would be older, or another's."""
    complete = {each.serial for each in responses if each.status != own.PARTIAL}
    for each in responses:
        if each.case is None or each.serial in complete:
            continue
        if any(word == "complete" for word, _ in each.case.loaded):
            said = f"row {each.row}: a part-interview of a case that was loaded as a complete"
            merged.findings.conflict("status", "loaded", said, "")


# which interviews


def _statuses(merged: Merged) -> frozenset[int]:
    """The kinds of interviews that the export has, and so the merged file."""
    return frozenset(_WORDS[word] for word in merged.telephone.manifest["filters"]["statuses"])


def _chosen(
    merged: Merged, responses: Sequence[Response], cases: Mapping[str, MergedCase], wanted: Wanted
) -> list[Candidate]:
    """One interview a person, and every one of the open link; what is left out is told."""
    book, findings = merged.telephone.book, merged.findings
    statuses = _statuses(merged)
    people: dict[str, list[Candidate]] = {}
    for survey_id, row in merged.telephone.rows.items():
        serial = merged.telephone.serials[survey_id]
        if cases[serial].withdrew:
            findings.left_out.append(LeftOut(serial, "telephone", 0, "withdrew from the research since the export"))
        else:
            people.setdefault(serial, []).append(_of_telephone(book, row))
    kept: list[Candidate] = []
    seen_before = _SeenBefore(findings)
    for response in responses:
        if not response.serial and seen_before.is_again(response):
            findings.left_out.append(LeftOut("", "online", response.row, f"duplicate: {_AGAIN}"))
            merged.losers.append(("", "online", _AGAIN, response.encoded.values))
            continue
        candidate = _of_online(book, response)
        if response.status == own.SCREENED_OUT and own.SCREENED_OUT not in statuses:
            findings.left_out.append(LeftOut(response.serial, "online", response.row, "screened out"))
        elif response.serial:
            people.setdefault(response.serial, []).append(candidate)
        elif response.status in statuses:
            kept.append(candidate)
        else:
            findings.left_out.append(LeftOut("", "online", response.row, "part-interview: not in the export either"))
    for serial in sorted(people):
        chosen = choose(people[serial], wanted.preferred)
        for loser, why in chosen.losers:
            findings.duplicates.append(Duplicate(serial, chosen.kept.mode, why))
            findings.left_out.append(LeftOut(serial, loser.mode, loser.row, f"duplicate: {why}"))
            merged.losers.append((serial, loser.mode, why, _data_of(loser)))
        for beginning in chosen.continued:
            findings.continued.append(serial)
            why = "begun online, finished by telephone: one interview"
            findings.left_out.append(LeftOut(serial, beginning.mode, beginning.row, why))
            merged.losers.append((serial, beginning.mode, why, _data_of(beginning)))
        if chosen.kept.status in statuses:
            kept.append(chosen.kept)
        else:
            why = "part-interview: not in the export either"
            findings.left_out.append(LeftOut(serial, chosen.kept.mode, chosen.kept.row, why))
    findings.rows = len(kept)
    findings.counts |= {
        "telephone_file": len(merged.telephone.rows),
        "online_file": len(merged.online.rows) + len(merged.online.unreadable),
        "telephone": sum(each.mode == "telephone" for each in kept),
        "online": sum(each.mode == "online" for each in kept),
        "left_out": len(findings.left_out),
    }
    return kept


class _SeenBefore:
    """The responses of the open link so far: nothing but what they say tells whether two are one person's."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rows: dict[str, dict[Any, int]] = {}

    def is_again(self, response: Response) -> bool:
        """Is it a row that came before, to the minute and the letter? One with the same answers at another time is
        told, and stays."""
        answers = response.answers
        given = json.dumps([answers.items, answers.rest, answers.contact, response.region], sort_keys=True, default=str)
        times = self._rows.setdefault(given, {})
        if response.at in times:
            self._findings.duplicates.append(Duplicate("", "online", _AGAIN))
            return True
        if times and (answers.items or answers.contact):
            said = f"rows {min(times.values())} and {response.row}: the same answers at other times"
            self._findings.differ("", "possible duplicate", "serious", said, "both are kept")
        times[response.at] = response.row
        return False


def _of_telephone(book: Codebook, row: Row) -> Candidate:
    at = book.at
    begun_online = row[at[own.MODE_FIRST]] == own.MODE_CODES["online"]
    return Candidate(
        "telephone", row[at[own.STATUS]], row[at[own.END]], values_of(book.variables, row), 0, begun_online, row
    )


def _of_online(book: Codebook, response: Response) -> Candidate:
    answers = values_of(book.variables, response.encoded.values)
    return Candidate("online", response.status, response.at, answers, response.row, True, response)


def _data_of(each: Candidate) -> Row:
    found: Row = each.what.encoded.values if each.mode == "online" else each.what
    return found


# what does not add up


def _reconcile(store: Store, study: Study, merged: Merged, responses: Sequence[Response]) -> None:
    """The counts of both files against those of the outcome and the response tables."""
    known = completes_known(store, study)
    complete = [each for each in responses if each.status == own.COMPLETE]
    at = merged.telephone.book.at[own.STATUS]
    found = {
        "telephone": sum(row[at] == own.COMPLETE for row in merged.telephone.rows.values()),
        "online": len({each.serial for each in complete if each.serial}),
        "open_link": sum(not each.serial for each in complete),
    }
    partly = merged.telephone.manifest["filters"].get("soft_launch") or merged.telephone.manifest["filters"].get(
        "questionnaire_version"
    )
    for name, n in found.items():
        merged.findings.counts[f"completes_{name}"] = n
        merged.findings.counts[f"completes_{name}_in_the_tables"] = known[name]
        if n == known[name]:
            continue
        what = "telephone completes" if name == "telephone" else "online completes" if name == "online" else "open link"
        told = (
            "as the export was asked for: a part"
            if name == "telephone" and partly
            else f"the tables count {known[name]}"
        )
        files = f"{n} in the {'export' if name == 'telephone' else 'online file'}"
        merged.findings.differ("", "counts", "warning" if partly else "serious", f"{what}: {files}", told)


def _look_for_the_same_people(merged: Merged, kept: Sequence[Candidate], cases: Mapping[str, MergedCase]) -> None:
    """Open-link responses that give the address or number of somebody of the sample who is in the file too."""
    taken: dict[str, str] = {}
    for each in kept:
        serial = serial_of(each, merged)
        if serial:
            case = cases[serial]
            taken |= {in_one_form(text): serial for text in (case.email, *case.numbers) if text}
    for each in kept:
        if each.mode == "online" and not each.what.serial:
            given = each.what.answers.contact.values()
            texts = [
                text for value in given if isinstance(value, dict) for text in value.values() if isinstance(text, str)
            ]
            for serial in sorted({taken[in_one_form(text)] for text in texts if in_one_form(text) in taken}):
                said = f"row {each.row} of the open link gives the contact details of case {serial}"
                merged.findings.differ("", "possible duplicate", "serious", said, "both are kept")


# routes


def _walk_telephone(
    store: Store, study: Study, merged: Merged, kept: Sequence[Candidate], cases: Mapping[str, MergedCase], told: Told
) -> None:
    """The telephone's interviews walked again from the database, and compared with what was exported."""
    file = merged.telephone
    at = file.book.at[own.SURVEY_ID]
    ids = {cases[serial_of(each, merged)].id: str(each.what[at]) for each in kept if each.mode == "telephone"}
    table, troubles = as_now(store, study, ids, told("interviews walked", len(ids)))
    serial = file.serials
    for trouble in troubles:
        if trouble.survey_id in serial:
            merged.findings.route_violations.append(
                RouteViolation(serial[trouble.survey_id], trouble.variable, trouble.what)
            )
    now = table.column(own.SURVEY_ID) if table.rows else []
    places = [(file.book.by_name[name], file.book.at[name], column) for name, column in _columns(table, file.book)]
    seen = set()
    altered: Counter[str] = Counter()
    for number, survey_id in enumerate(now):
        seen.add(survey_id)
        before = file.rows[survey_id]
        for variable, place, column in places:
            if changed(variable, before[place], column[number]):
                altered[variable.name] += 1
    for name, n in altered.items():
        said = f"{n} interviews have another value now than when they were exported: export again"
        merged.findings.differ(name, "changed since", "serious", "", said)
    for survey_id in sorted(set(ids.values()) - seen):
        said = "the database has no answers of this interview any more: export again"
        merged.findings.differ("", "changed since", "serious", "", f"{serial[survey_id]}: {said}")


def _columns(table: Table, book: Codebook) -> list[tuple[str, Any]]:
    own_names = {own.SURVEY_ID, own.CALLS}
    return [
        (variable.name, column)
        for variable, column in table.each()
        if variable.name in book.by_name and variable.name not in own_names
    ]


def _tell_routes(merged: Merged, kept: Sequence[Candidate]) -> None:
    """Where the answers of the online interviews that are kept are not those of their route."""
    violations = merged.findings.route_violations
    apart = {each.item for each in merged.telephone.book.apart if each.boxes}
    for each in kept:
        if each.mode != "online":
            continue
        response: Response = each.what
        encoded = response.encoded
        complete = response.status == own.COMPLETE
        violations += [
            RouteViolation(response.serial, item, "on the route, and without an answer")
            for item in encoded.lacking
            if item not in apart and (complete or item != encoded.waiting)
        ]
        violations += [
            RouteViolation(response.serial, item, "answered, and not on the route") for item in response.off_route
        ]
        if complete and encoded.end is None:
            violations.append(RouteViolation(response.serial, "", "said to be complete, and its route does not end"))
    violations.sort(key=lambda one: (one.serial, one.item, one.why))
