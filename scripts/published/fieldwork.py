"""The sample of a published study, loaded with what came in online; its response tables counted and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import TYPE_CHECKING

from published.people import GROUPS, Facts, facts_of, sample_size
from published.printed import number, responses, table

if TYPE_CHECKING:
    from cati.desk import OnlineRow, SampleRow
    from cati.desk.online_status import Status
    from cati.storage import Store
    from cati.studies import Study

RESPONSES = {"wave2": "a_7", "asye": "a_8"}
KINDS = {"wave2": "a_12"}
STARTING_SAMPLE = {"wave2": 4597}  # Table 1.1; of ASYE none is printed
DECLINED = "Did not consent to recontact at Wave 2"
STARTED = "Started but did not complete the Wave 2 survey"
_COLUMNS = ("online", "telephone", "total")


def load_everybody(
    store: Store, study: Study, phones: Mapping[str, tuple[str, ...]], groups: Mapping[str, str], random: Random
) -> None:
    """Loads the sample: those to be called (their numbers, and the group each will be of), held cases and those who did
    not agree; and the online survey: completes, part-completes, completes of the open link."""
    from cati.desk import SampleRow, load_online, load_sample

    name = RESPONSES[study.id]
    overall = responses(name)[0]
    of = {group: sum(_ALSO.get(each, each) == group for each in groups.values()) for group in GROUPS}
    of["online_before"] = overall.online - of["online_after"]
    size = STARTING_SAMPLE.get(study.id) or sample_size(name)
    of["held"] = size - sum(of.values())
    facts = facts_of(name, of, random)
    turn = {group: iter(facts[group]) for group in GROUPS}
    mine = {serial: next(turn[_ALSO.get(groups[serial], groups[serial])]) for serial in phones}
    load_sample(store, [_row(serial, mine[serial], phones[serial]) for serial in phones], study=study)
    before = {f"{study.id}-b{at:05d}": each for at, each in enumerate(turn["online_before"])}
    held = {f"{study.id}-h{at:05d}": each for at, each in enumerate(turn["held"])}
    quiet = [_row(serial, each) for serial, each in (before | held).items()]
    quiet += [
        SampleRow(f"{study.id}-n{at:05d}", name=f"Person n{at}", recontact="no") for at in range(_declined(study))
    ]
    load_sample(store, quiet, study=study, issue=False)
    silent = [serial for serial in phones if groups[serial] == "issued"]
    load_online(store, study, _said_online(study, list(before), [*held, *silent], groups))


_ALSO = {"refusing": "issued", "breaking_off": "issued"}
"""Who is of another group too."""


def _row(serial: str, facts: Facts, phones: tuple[str, ...] = ()) -> SampleRow:
    from cati.desk import SampleRow

    email = f"{serial}@example.org" if facts.has_email else ""
    return SampleRow(
        serial,
        name=f"Person {serial}",
        la="Leeds",
        region=facts.values["region"],
        ofsted=facts.values["ofsted"],
        email=email,
        recontact="yes",
        phones=phones,
    )


def _declined(study: Study) -> int:
    return _kind(study, DECLINED)


def _kind(study: Study, label: str) -> int:
    """How many a row of the study's table of kinds counts; 0 where it has none."""
    if study.id not in KINDS:
        return 0
    return next(number(row["Respondents (n)"]) for row in table(KINDS[study.id]) if row["row"] == label)


def _said_online(
    study: Study, complete: list[str], silent: list[str], groups: Mapping[str, str]
) -> Iterator[OnlineRow]:
    from cati.desk import OnlineRow

    partial = max(0, _kind(study, STARTED) - sum(each == "breaking_off" for each in groups.values()))
    said: list[tuple[Status, str]] = [("complete", serial) for serial in complete]
    said += [("partial", serial) for serial in silent[:partial]]
    yield from (OnlineRow(at, serial, status) for at, (status, serial) in enumerate(said, 2))
    for at, (region, ofsted) in enumerate(_open_link(study)):
        yield OnlineRow(at, "", "complete", region=region, ofsted=ofsted)


def _open_link(study: Study) -> Iterator[tuple[str, str]]:
    """Region and rating of each complete of the open link."""
    rows = responses(RESPONSES[study.id])
    lists = [
        [row.value for row in rows if row.variable == heading for _ in range(row.open_link or 0)]
        for heading in ("Region", "Ofsted")
    ]
    return zip(*lists, strict=True)


def responses_counted(store: Store, study: Study) -> tuple[dict[tuple[str, str, str], str], str]:
    """The cells of the study's response tables as cati counts them, and the response table as cati prints it."""
    from cati.desk import response_tables
    from cati.outcomes.table import whole_percent
    from cati.reports import Provenance, ResponsePart, ResponseReport, laid_out, render_response

    name = RESPONSES[study.id].replace("_", ".").upper()
    cells: dict[tuple[str, str, str], str] = {}
    layout = study.scheme.response
    assert layout is not None
    found = response_tables(store, study, [each.variable for each in layout.breakdowns])
    overall, open_link = found.overall, found.open_link
    parts = []
    for each in layout.breakdowns:
        came = dict(found.open_link_by[each.variable])
        counts = laid_out(found.by[each.variable], each.values, tuple(came))
        parts.append(ResponsePart(each.variable, each.label, counts, came))
    rows = [("Overall", "Overall", overall, open_link)]
    rows += [
        (part.label, count.value, count, part.open_link.get(count.value, 0)) for part in parts for count in part.counts
    ]
    for variable, value, count, came_openly in rows:
        if not value:  # who did not agree has no region here
            continue
        where = value if variable == "Overall" else f"{variable} {value}"
        for column, base in zip(_COLUMNS, ("online_base", "telephone_base", "sample"), strict=True):
            n = getattr(count, column)
            cells[name, where, f"{column} n"] = f"{n:,}"
            cells[name, where, f"{column} %"] = f"{whole_percent(n, getattr(count, base))}%"
        if layout.open_link:
            cells[name, where, "open link n"] = f"{came_openly:,}"
            cells[name, where, "with open link n"] = f"{count.total + came_openly:,}"
    if study.id in KINDS:
        for key in _KIND_KEYS:
            n = getattr(overall, key)
            cells["A.12", key, "n"] = f"{n:,}"
            cells["A.12", key, "%"] = f"{whole_percent(n, overall.loaded)}%"
    report = ResponseReport(overall, open_link, parts, layout.open_link)
    shown = render_response(study.scheme, report, "text", provenance=Provenance(store.time(), None, study.timezone))
    assert isinstance(shown, str)
    return cells, f"Table {name}: {shown}"


_KIND_KEYS = ("loaded", "total", "non_responders", "not_agreed", "not_engaged", "started", "gave_refusal")


def compare_responses(cells: Mapping[tuple[str, str, str], str]) -> list[tuple[str, str, str, str, str]]:
    """Every cell of a study's response tables that differs: table, row, column, as published, as cati has it."""
    printed = _printed(next(name for name, _, _ in cells))
    return [
        (*place, printed.get(place, "no cell"), cells.get(place, "no cell"))
        for place in dict.fromkeys([*printed, *cells])
        if printed.get(place) != cells.get(place)
    ]


def _printed(name: str) -> dict[tuple[str, str, str], str]:
    cells: dict[tuple[str, str, str], str] = {}
    file = name.replace(".", "_").lower()
    for row in table(file):
        _, variable, value, *rest = row.values()
        where = value if variable == "Overall" else f"{variable} {value}"
        columns = [f"{column} {what}" for column in _COLUMNS for what in ("n", "%")]
        columns += ["open link n", "with open link n"][: len(rest) - len(columns)]
        cells |= {(name, where, column): cell for column, cell in zip(columns, rest, strict=True)}
    if file == RESPONSES["wave2"]:
        for key, row in zip(_KIND_KEYS, table(KINDS["wave2"]), strict=True):
            cells["A.12", key, "n"] = row["Respondents (n)"]
            cells["A.12", key, "%"] = row["Respondents as % of Wave 1 achieved sample"]
    return cells
