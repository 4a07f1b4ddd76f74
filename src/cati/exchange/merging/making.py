"""The table of a merge: the rows that are kept, each under its survey id, words that may name somebody held back."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b32encode
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cati.desk.merging import merge_key
from cati.desk.survey_ids import survey_ids
from cati.exchange.codebook import interview_variables as own
from cati.exchange.codebook import reserve
from cati.exchange.export.reviewing import HOLD, KEEP, Flagged, Reviewed
from cati.exchange.export.scanning import name_words, suspicions
from cati.exchange.export.table import Table
from cati.exchange.merging.by_mode import by_mode, look_reversed
from cati.exchange.merging.choosing import Candidate
from cati.exchange.merging.merged import Merged, Wanted, serial_of
from cati.exchange.merging.responses import Response
from cati.exchange.merging.telephone import Row

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

_LENGTH = 10


def make_table(store: Store, study: Study, merged: Merged, kept: Sequence[Candidate], wanted: Wanted) -> None:
    """Makes the table of the interviews that are kept, sorted by survey id, and looks at it by mode."""
    file = merged.telephone
    book = file.book
    online = [each.what for each in kept if each.mode == "online"]
    ids = _survey_ids(store, online, wanted)
    rows = []
    for each in kept:
        serial = serial_of(each, merged)
        if each.mode == "telephone":
            row = list(each.what)
            survey_id = str(row[book.at[own.SURVEY_ID]])
        else:
            survey_id = ids[id(each.what)]
            row = _online_row(study, merged, each.what, survey_id, wanted)
        rows.append(row)
        merged.links.append((survey_id, serial))
    table = Table(book)
    table.extend(rows)
    table.sort_by(own.SURVEY_ID)
    merged.table = table
    merged.links.sort()
    merged.flagged.sort(key=lambda one: (one.survey_id, one.variable))
    merged.findings.by_mode = by_mode(table)
    look_reversed(table, merged.findings)


def _survey_ids(store: Store, online: Sequence[Response], wanted: Wanted) -> dict[int, str]:
    """The survey id of each online interview, by the identity of its response: that of its case, which it keeps; of the
    open link, one that the same row gets again."""
    of_cases = {each.case.id: each for each in online if each.case is not None}
    drawn = {case: f"trial {case}" for case in of_cases} if wanted.trial else survey_ids(store, of_cases)
    found = {id(each): drawn[case] for case, each in of_cases.items()}
    key = merge_key(store, make=not wanted.trial)
    copies: Counter[str] = Counter()
    for each in online:
        if each.case is None:
            text = json.dumps(
                [str(each.at), each.region, each.ofsted, each.answers.items, each.answers.contact], sort_keys=True
            )
            copies[text] += 1
            digest = hmac.new(key, f"{copies[text]}\x00{text}".encode(), hashlib.sha256).digest()
            found[id(each)] = b32encode(digest).decode()[:_LENGTH]
    return found


def _online_row(study: Study, merged: Merged, response: Response, survey_id: str, wanted: Wanted) -> Row:
    book = merged.telephone.book
    row = list(response.encoded.values)
    here = merged.telephone.study
    ended = study.scheme.outcomes.get(response.encoded.end or "")
    outcome = response.case.outcome if response.case is not None else ended.key if ended is not None else ""
    values = {
        own.SURVEY_ID: survey_id,
        own.MODE: own.MODE_CODES["online"],
        own.MODE_FIRST: own.MODE_CODES["online"],
        own.VERSION: here.questionnaire.version,
        own.VERSION_HASH: merged.telephone.newest_hash[:12],
        own.INTERVIEWER: reserve.OTHER_MODE,
        own.START: None,
        own.END: response.at,
        own.SECONDS: reserve.OTHER_MODE,
        own.SESSIONS: reserve.OTHER_MODE,
        own.CALLS: reserve.OTHER_MODE,
        own.STATUS: response.status,
        own.OUTCOME: outcome,
        own.REGION: response.region,
        own.RATING: response.ofsted,
    }
    for name, value in values.items():
        row[book.at[name]] = value
    _hold_back_words(merged, response, row, survey_id, wanted.reviewed)
    return row


def _hold_back_words(merged: Merged, response: Response, row: Row, survey_id: str, reviewed: Reviewed) -> None:
    """Words that may say who somebody is are held back, as an export does, until they are reviewed."""
    given = [value.get("name") for value in response.answers.contact.values() if isinstance(value, dict)]
    names = name_words(
        [response.case.name if response.case else "", *(text for text in given if isinstance(text, str))]
    )
    book = merged.telephone.book
    for variable in book.variables:
        text = row[book.at[variable.name]]
        if (
            variable.kind != "text"
            or not variable.item
            or not text
            or text in {str(code.value) for code in variable.codes}
        ):
            continue
        why = suspicions(text, None if response.case is not None and response.case.erased else names)
        decision = reviewed.on(survey_id, variable.name, text)
        if not why and decision is None:
            continue
        said = decision.decision if decision else ""
        held = not said or said == HOLD
        row[book.at[variable.name]] = (
            str(reserve.EDITED_OUT) if held else text if said == KEEP else decision.replacement if decision else text
        )
        merged.flagged.append(
            Flagged(survey_id, variable.name, ", ".join(why), text, said, decision.replacement if decision else "")
        )
