"""Interviews as they are kept, turned into the table of an export and what stands apart from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cati.desk.held_interviews import SET_APART, HeldCall, HeldInterview, HeldVersion
from cati.exchange.codebook import Codebook, Differing, codebook_of, combine, reserve
from cati.exchange.codebook import interview_variables as own
from cati.exchange.encoding import Encoded, Encoder
from cati.exchange.export.reviewing import HOLD, KEEP, Decision, Flagged, Reviewed
from cati.exchange.export.scanning import name_words, suspicions
from cati.exchange.export.table import Column, Table, Trouble
from cati.interview.impossible import never_asked
from cati.studies.study import study_from_texts

if TYPE_CHECKING:
    from cati.outcomes import Scheme
    from cati.questionnaire.program import Program
    from cati.studies import Study

CHUNK = 500
"""Rows that are turned into columns at once."""


ERASED = "complete, but no answers are kept: erased since, or recoded without an interview"


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Somebody who agreed to be contacted again: what the sample says, what the interview says, and to what."""

    case_id: int
    name: str
    email: str
    la: str
    numbers: tuple[str, ...]
    given: dict[str, Any]
    agreed: dict[str, bool]


@dataclass
class Gathered:
    """What an export is made of. `links`: survey id, case id and serial; `versions`: interviews by version of the
    questionnaire and hash of the study's files."""

    table: Table
    contacts: list[ContactRow] = field(default_factory=list)
    links: list[tuple[str, int, str]] = field(default_factory=list)
    flagged: list[Flagged] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    differing: list[Differing] = field(default_factory=list)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Part:
    """What one process took of an export: columns and rows by version id, the decisions it used, and the rest."""

    found: Gathered
    columns: dict[int, tuple[list[Column], int]]
    used: set[tuple[str, str]]


@dataclass
class _Version:
    """A version of the questionnaire at work: its encoder, its table, and what tells its questions apart.

    `proper`: items, and write-ins, of the questionnaire proper: not of the screener; `per_call`: asked in each call.
    """

    held: HeldVersion
    study: Study
    rows: list[list[Any]] = field(default_factory=list)

    @cached_property
    def program(self) -> Program:
        return self.study.program("telephone")

    @cached_property
    def codebook(self) -> Codebook:
        return codebook_of(self.study)

    @cached_property
    def encoder(self) -> Encoder:
        return Encoder(self.codebook, self.program)

    @cached_property
    def table(self) -> Table:
        return Table(self.codebook)

    @cached_property
    def proper(self) -> frozenset[str]:
        screener = never_asked(self.study.questionnaire, "online")
        asked = [
            step
            for step in self.program.steps
            if step.kind not in ("message", "end") and not getattr(step.item, "per_call", False)
        ]
        steps = [step for step in asked if step.id.lower() not in screener] or asked
        ids = {step.id for step in steps}
        return frozenset(ids | {write_in.id for step in steps for write_in in step.write_ins})

    @cached_property
    def apart(self) -> frozenset[str]:
        return frozenset(each.item for each in self.codebook.apart)

    @cached_property
    def per_call(self) -> frozenset[str]:
        return self.program.per_call


class Gathering:
    """Takes interviews one by one and makes an export of them."""

    def __init__(
        self,
        study: Study,
        versions: dict[int, HeldVersion],
        survey_ids: dict[int, str],
        statuses: frozenset[int],
        reviewed: Reviewed,
        only_version: str | None = None,
    ) -> None:
        self._study = study
        self._held_versions = versions
        self._versions: dict[int, _Version] = {}
        self._survey_ids = survey_ids
        self._statuses = statuses
        self._reviewed = reviewed
        self._only_version = only_version
        self._scheme: Scheme = study.scheme
        self._zone: ZoneInfo = study.timezone
        self._found = Gathered(Table(codebook_of(study)))

    def gather(self, interviews: Iterable[HeldInterview], progress: Callable[[int], None] = lambda _: None) -> Gathered:
        """The export of some interviews."""
        self.take(interviews, progress)
        return self.finish()

    def take(self, interviews: Iterable[HeldInterview], progress: Callable[[int], None] = lambda _: None) -> None:
        """Adds interviews to the export."""
        for count, held in enumerate(interviews, start=1):
            self._take(held)
            if not count % CHUNK:
                self._to_columns()
                progress(count)
        self._to_columns()

    def part(self) -> Part:
        """What was taken so far, for another process; nothing of it stays here."""
        found, tables = self._found, {}
        for version_id, version in self._versions.items():
            tables[version_id] = version.table
            version.table = Table(version.codebook)
        self._found = Gathered(found.table)
        return Part(found, {at: (each.columns, each.rows) for at, each in tables.items()}, set(self._reviewed.used))

    def add(self, part: Part) -> None:
        """Adds what another process took."""
        mine, its = self._found, part.found
        for version_id, (columns, rows) in part.columns.items():
            self._version(version_id).table.add(columns, rows)
        mine.contacts += its.contacts
        mine.links += its.links
        mine.flagged += its.flagged
        mine.troubles += its.troubles
        for key, count in its.versions.items():
            mine.versions[key] = mine.versions.get(key, 0) + count
        mine.statuses += its.statuses
        mine.left_out += its.left_out
        self._reviewed.used |= part.used

    def _to_columns(self) -> None:
        for version in self._versions.values():
            version.table.extend(version.rows)
            version.rows.clear()

    def _version(self, version_id: int) -> _Version:
        found = self._versions.get(version_id)
        if found is None:
            held = self._held_versions[version_id]
            texts = dict(held.texts)
            study = self._study if texts == dict(self._study.texts) else study_from_texts(texts, self._study.id)
            found = self._versions[version_id] = _Version(held, study)
        return found

    def _take(self, held: HeldInterview) -> None:
        session = self._session(held)
        if session is None:
            complete = self._scheme.outcome(held.outcome).ends_questionnaire
            self._found.left_out[ERASED if complete else "nothing was asked beyond the screener"] += 1
            return
        version, calls, encoded = session
        status = self._status(held, version, encoded)
        if status not in self._statuses:
            why = {own.COMPLETE: "complete", own.PARTIAL: "part-interview", own.SCREENED_OUT: "screened out"}[status]
            self._found.left_out[f"{why}: not asked for"] += 1
            return
        if self._only_version is not None and version.held.version != self._only_version:
            self._found.left_out[f"questionnaire version {version.held.version}"] += 1
            return
        survey_id = self._survey_ids[held.case_id]
        self._tell(survey_id, status, encoded, version.apart)
        row = encoded.values
        self._interview(row, held, version, calls, status, survey_id)
        self._scan(row, held, version, encoded, survey_id)
        version.rows.append(row)
        self._found.statuses[status] += 1
        key = (version.held.version, version.held.hash)
        self._found.versions[key] = self._found.versions.get(key, 0) + 1
        self._found.links.append((survey_id, held.case_id, held.serial))
        self._contact(held, version, encoded)

    # which call's screener counts

    def _session(self, held: HeldInterview) -> tuple[_Version, list[HeldCall], Encoded] | None:
        """The version the interview was held under last, the calls in which it was held, and its route; None where
        nothing beyond the screener was asked."""
        calls = [made for made in held.calls if made.version_id in self._held_versions]
        sessions = calls if len(calls) == 1 else self._asked_in(held, calls)
        while sessions:
            last = sessions[-1]
            version = self._version(last.version_id)
            encoded = self._encode(held, version, last)
            if self._passed(version, encoded):
                first = sessions[0]
                if len(sessions) > 1 and first.started_at == held.taken_over_at:
                    # what was taken over from the online survey does not say that this call got so far
                    own_version = self._version(first.version_id)
                    if not self._passed(own_version, self._encode(held, own_version, first)):
                        sessions = sessions[1:]
                return version, sessions, encoded
            sessions.pop()
        return None

    def _asked_in(self, held: HeldInterview, calls: list[HeldCall]) -> list[HeldCall]:
        """The calls in which something of the questionnaire proper was answered."""
        given = dict.fromkeys(call_id for call_id, _ in held.answers)
        asked = set()
        for made in calls:
            if made.id in given:
                proper = self._version(made.version_id).proper
                tokens = (token for call_id, tokens in held.answers if call_id == made.id for token in tokens)
                if any(token.partition(SET_APART)[0] in proper for token in tokens):
                    asked.add(made.id)
        return [made for made in calls if made.id in asked]

    def _encode(self, held: HeldInterview, version: _Version, last: HeldCall) -> Encoded:
        tokens: Iterable[str]
        if len(held.answers) == 1 and held.answers[0][0] == last.id:
            tokens = held.answers[0][1]
        else:
            per_call = version.per_call
            tokens = (
                token
                for call_id, given in held.answers
                for token in given
                if call_id == last.id or token.partition(SET_APART)[0] not in per_call
            )
        complete = self._scheme.outcome(held.outcome).ends_questionnaire
        return version.encoder.encode_given(version.encoder.given(tokens), held.sample, complete=complete)

    def _passed(self, version: _Version, encoded: Encoded) -> bool:
        """Was a question of the questionnaire proper answered on this route?"""
        lacking, steps, proper = encoded.lacking, encoded.steps, version.proper
        ids = (steps[slot].id for slot in reversed(encoded.slots))
        return any(item in proper and item not in lacking for item in ids)

    def _status(self, held: HeldInterview, version: _Version, encoded: Encoded) -> int:
        if self._scheme.outcome(held.outcome).ends_questionnaire:
            return own.COMPLETE
        ended = self._scheme.outcomes.get(encoded.end) if encoded.end is not None else None
        at_proper = bool(encoded.slots) and encoded.steps[encoded.slots[-1]].id in version.proper
        if ended is not None and ended.group == "NE" and at_proper:
            return own.SCREENED_OUT
        return own.PARTIAL

    def _tell(self, survey_id: str, status: int, encoded: Encoded, apart: frozenset[str]) -> None:
        troubles = self._found.troubles
        if status == own.COMPLETE:
            ended = self._scheme.outcomes.get(encoded.end or "")
            if ended is None or not ended.ends_questionnaire:
                what = f"coded as a complete, but the route of its answers ends as {encoded.end or 'nothing'}"
                troubles.append(Trouble("", what, survey_id))
            # contact details that were erased since are none of the data
            asked = [item for item in encoded.lacking if item not in apart]
            troubles += [
                Trouble(item, "on the route of a complete, and without an answer", survey_id) for item in asked
            ]
        for refused in encoded.refused:
            why = "" if refused.item in apart else f": {refused.why}"  # which may quote the answer
            what = f"an answer that this version of the questionnaire cannot take is left out{why}"
            troubles.append(Trouble(refused.item, what, survey_id))
        troubles += [Trouble(variable, what, survey_id) for variable, what in encoded.strange]

    # what the program knows

    def _interview(
        self, row: list[Any], held: HeldInterview, version: _Version, calls: list[HeldCall], status: int, survey_id: str
    ) -> None:
        first, last = calls[0], calls[-1]
        ended = last.completed_at or last.ended_at
        seconds = sum(int((made.ended_at - made.started_at).total_seconds()) for made in calls if made.ended_at)
        begun = "telephone" if held.taken_over_at is None else "online"
        values = {
            own.SURVEY_ID: survey_id,
            own.MODE: own.MODE_CODES["telephone"],
            own.MODE_FIRST: own.MODE_CODES[begun],
            own.VERSION: version.held.version,
            own.VERSION_HASH: version.held.hash[:12],
            own.INTERVIEWER: last.interviewer_id,
            own.START: self._local(first.started_at),
            own.END: self._local(ended),
            own.SECONDS: max(seconds, 0) if last.ended_at else reserve.NOT_GIVEN,
            own.SESSIONS: len(calls),
            own.CALLS: sum(made.started_at <= last.started_at for made in held.calls),
            own.STATUS: status,
            own.OUTCOME: held.outcome,
            own.REGION: held.region,
            own.RATING: held.ofsted,
        }
        at = version.codebook.at
        for name, value in values.items():
            row[at[name]] = value

    def _local(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(self._zone).replace(tzinfo=None, microsecond=0)

    # words

    def _scan(self, row: list[Any], held: HeldInterview, version: _Version, encoded: Encoded, survey_id: str) -> None:
        names: frozenset[str] | None = None
        for at, variable in version.encoder.texts:
            text = row[at]
            if not text or text in version.encoder.reserved:
                continue
            if names is None:
                names = name_words((held.name, *_names_given(encoded)))
            why = suspicions(text, names)
            decision = self._reviewed.on(survey_id, variable, text)
            if not why and decision is None:
                continue
            row[at] = _after_review(text, decision)
            self._found.flagged.append(
                Flagged(
                    survey_id,
                    variable,
                    ", ".join(why),
                    text,
                    decision.decision if decision else "",
                    decision.replacement if decision else "",
                )
            )

    # who agreed to what

    def _contact(self, held: HeldInterview, version: _Version, encoded: Encoded) -> None:
        codebook = version.codebook
        agreed = {
            consent.item: encoded.values[codebook.at[consent.item]] in consent.codes for consent in codebook.consents
        }
        if any(agreed.values()) and not held.barred:
            self._found.contacts.append(
                ContactRow(held.case_id, held.name, held.email, held.la, held.numbers, dict(encoded.apart), agreed)
            )

    def finish(self) -> Gathered:
        """The export of all that was taken."""
        found = self._found
        newest_first = [
            version
            for _, version in sorted(
                self._versions.items(), key=lambda pair: self._held_versions[pair[0]].order, reverse=True
            )
            if version.table.rows
        ]
        if newest_first:
            codebook, found.differing = combine([version.codebook for version in newest_first])
            found.table = Table.joined(codebook, [version.table for version in newest_first])
        for decision in sorted(self._reviewed.unused):
            what = "a decision of the review was not used: its words have changed, or it is not in this export"
            found.troubles.append(Trouble(decision[1], what, decision[0]))
        found.table.sort_by(own.SURVEY_ID)
        found.links.sort()
        found.flagged.sort(key=lambda each: (each.survey_id, each.variable))
        return found


def _names_given(encoded: Encoded) -> list[str]:
    """Names that somebody gave of themselves among the contact details."""
    boxes = (given for given in encoded.apart.values() if isinstance(given, dict))
    return [str(text) for given in boxes for box, text in given.items() if box == "name" and isinstance(text, str)]


def _after_review(text: str, decision: Decision | None) -> str:
    if decision is None or decision.decision == HOLD:
        return str(reserve.EDITED_OUT)
    return text if decision.decision == KEEP else decision.replacement
