"""What the tests of merging share: a fieldwork of both modes, its export, and the online file by rehearsing the survey
online: in the form of the codebook, with the codebook beside it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert

from cati.desk import (
    OnlineAnswers,
    OnlineRow,
    Result,
    SampleRow,
    close_call,
    load_online,
    load_sample,
    sign_in,
    start_call,
    take_case,
)
from cati.exchange.codebook import Codebook, codebook_of
from cati.exchange.encoding import Encoder
from cati.exchange.export import Wanted as Exporting
from cati.exchange.export import chosen_formats, export
from cati.interview.rehearsing import random_respondent
from cati.storage import Store, tables
from cati.studies import Study

APART = ("K4_name", "K4_email", "K4_phone", "B4a")


@dataclass
class OnlinePerson:
    """A respondent of the online survey: what the file says of them."""

    serial: str
    status: str
    at: str
    answers: dict[str, Any]
    cells: dict[str, str] = field(default_factory=dict)
    link: str = ""
    region: str = ""


@dataclass
class Fieldwork:
    """A database with interviews in both modes, its export, and who answered online."""

    store: Store
    study: Study
    export: Path
    people: list[OnlinePerson]
    book: Codebook

    @property
    def columns(self) -> list[str]:
        """The columns of the online file."""
        asked = [
            variable.name
            for variable in self.book.variables
            if variable.source in ("question", "write-in") and "online" in variable.modes
        ]
        return ["serial", "status", "at", "link", "region", *asked, *APART]

    def rows(self) -> list[list[str]]:
        """The online file as it should be: a header, and a row a person."""
        known = ("serial", "status", "at", "link", "region")
        return [
            self.columns,
            *(
                [str(getattr(one, name)) if name in known else one.cells.get(name, "") for name in self.columns]
                for one in self.people
            ),
        ]

    def write(self, path: Path, rows: Sequence[Sequence[str]] | None = None, book: Any = None) -> Path:
        """Writes the online file as CSV, its codebook beside it (`book`: another one; False: none)."""
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(self.rows() if rows is None else rows)
        beside = path.with_suffix(".codebook.json")
        if book is not False:
            beside.write_text(json.dumps(self.book.to_json() if book is None else book), encoding="utf-8")
        return path


def interview(
    store: Store, study: Study, clock: Any, serial: str, rng: Random, *, complete: bool = True
) -> dict[str, Any]:
    """Interviews a case by telephone, to its end, or breaks it off half way; the answers."""
    program = study.program("telephone")
    delivery = take_case(store, study, sign_in(store, f"Interviewer {rng.randint(1, 3)}"), serial)
    made = start_call(store, study, delivery.hold, delivery.card.numbers[0].id, per_call=program.per_call)
    sample = {**delivery.card.sample, "interviewer_name": "Ann"}
    answers = completed(study, "telephone", sample, rng)
    clock.forward(minutes=rng.randint(8, 20))
    given = list(answers.items())
    if not complete:
        given = given[: max(5, len(given) // 2)]
    rows = []
    for seq, (item, value) in enumerate(given, made.seq):
        apart = isinstance(value, dict) and set(value) != {"key"}
        rows.append((apart, {"interview_id": made.interview_id, "seq": seq, "call_id": made.call_id, "item": item,
                             "value": json.dumps(value), "at": clock.now}))  # fmt: skip
    with store.write() as connection:
        for apart, table in ((False, tables.answer), (True, tables.contact_detail)):
            chosen = [row for is_apart, row in rows if is_apart == apart]
            if chosen:
                connection.execute(insert(table), chosen)
    close_call(store, study, delivery.hold, made, Result("completed" if complete else "breakdown"))
    clock.forward(minutes=1)
    return answers


def completed(study: Study, mode: Any, sample: Mapping[str, str], rng: Random) -> dict[str, Any]:
    """The answers of a random respondent who completes the questionnaire."""
    from cati.interview.interview import Interview

    fixed = {"S1": 1, "S2": 1, "S4": 1} if mode == "telephone" else {}
    while True:
        answers = random_respondent(study.program(mode), sample, rng, fixed)
        if Interview(study.program(mode), sample, answers).end == "completed":
            return answers


def cells_of(study: Study, book: Codebook, answers: Mapping[str, Any], sample: Mapping[str, str]) -> dict[str, str]:
    """The cells of an online respondent, in the form of the codebook; what stands apart from the data, as given."""
    encoded = Encoder(book, study.program("online")).encode(dict(answers), sample)
    cells = {
        variable.name: str(value)
        for variable, value in zip(book.variables, encoded.values, strict=True)
        if variable.source in ("question", "write-in")
    }
    for item, value in answers.items():
        if isinstance(value, dict) and set(value) != {"key"}:
            for box, text in value.items():
                cells[f"{item}_{box}"] = text["key"] if isinstance(text, dict) else text
        elif item == "B4a":
            cells[item] = value["key"] if isinstance(value, dict) else str(value)
    return cells


def fieldwork(
    store: Store,
    study: Study,
    clock: Any,
    folder: Path,
    *,
    telephone: int,
    online: int,
    seed: int = 1,
    load: bool = True,
) -> Fieldwork:
    """Interviews people in both modes and exports those of the telephone. One in six of the online ones is of the open
    link; the first of the others was begun online and finished by telephone, the second was held twice, the third broke
    off online."""
    rng = Random(seed)
    people = [
        SampleRow(
            serial=f"P{n:04d}", name=f"Q{n}x Z{n}y", la="Leeds", region=("North East", "London")[n % 2], ofsted="Good",
            phones=(f"+441632960{n:03d}",), email=f"q{n}@sample.example", link="individual",
        )
        for n in range(telephone + online)
    ]  # fmt: skip
    load_sample(store, people, study=study)
    book = codebook_of(study)
    found: list[OnlinePerson] = []
    began = clock.now
    for n in range(online):
        is_open = n % 6 == 5
        row = people[telephone + n]
        sample = {"serial": row.serial, "name": row.name, "la": row.la, "region": row.region, "ofsted": row.ofsted,
                  "email": row.email, "link": "open" if is_open else "individual"}  # fmt: skip
        answers = completed(study, "online", sample, rng)
        serial = people[n].serial if n in (0, 1) else "" if is_open else row.serial
        status = "partial" if n in (0, 2) else "complete"
        if status == "partial":
            answers = dict(list(answers.items())[: max(3, len(answers) // 3)])
        at = (began + timedelta(minutes=n)).astimezone(UTC).isoformat()
        one = OnlinePerson(serial, status, at, answers, link="open" if is_open else "", region=row.region)
        one.cells = cells_of(study, book, answers, sample)
        found.append(one)
    if load:
        loaded = [
            OnlineRow(n, one.serial, one.status, datetime.fromisoformat(one.at), one.region, "", kept(one.answers))  # type: ignore[arg-type]
            for n, one in enumerate(found, 2)
        ]
        begun = [row for row in loaded if row.status == "partial"]
        load_online(store, study, begun)
    clock.forward(hours=1)
    for n in range(telephone):
        interview(store, study, clock, people[n].serial, rng)
    if load:
        load_online(store, study, loaded)
    wanted = Exporting(chosen_formats("csv"))
    export(store, study, folder, wanted, now=clock.now, told=lambda *_: lambda _: None)
    return Fieldwork(store, study, folder, found, book)


def kept(answers: Mapping[str, Any]) -> OnlineAnswers:
    """Answers as `cati online load` keeps them."""
    contact = {item: value for item, value in answers.items() if isinstance(value, dict) and set(value) != {"key"}}
    return OnlineAnswers({item: value for item, value in answers.items() if item not in contact}, {}, contact)
