"""Interviews as they are kept, turned into the table of an export and what stands apart from it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cati.desk.held_interviews import HeldCall, HeldInterview, HeldVersion
from cati.exchange.codebook import codebook_of, combine, reserve
from cati.exchange.codebook import interview_variables as own
from cati.exchange.encoding import Encoded
from cati.exchange.export.gathered import ContactRow, Gathered, Part
from cati.exchange.export.reviewing import HOLD, KEEP, Decision, Flagged, Reviewed
from cati.exchange.export.scanning import name_words, suspicions
from cati.exchange.export.sessions import Sessions, Version
from cati.exchange.export.table import Table, Trouble
from cati.exchange.plain_text import no_code, one_line

if TYPE_CHECKING:
    from cati.outcomes import Scheme
    from cati.studies import Study

CHUNK = 500
"""Rows that are turned into columns at once."""


ERASED = "complete, but no answers are kept: erased since, or recoded without an interview"


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
        self._held_versions = versions
        self._sessions = Sessions(study, versions)
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
        for version_id, version in self._sessions.versions.items():
            tables[version_id] = version.table
            version.table = Table(version.codebook)
        self._found = Gathered(found.table)
        return Part(found, {at: (each.columns, each.rows) for at, each in tables.items()}, set(self._reviewed.used))

    def add(self, part: Part) -> None:
        """Adds what another process took."""
        mine, its = self._found, part.found
        for version_id, (columns, rows) in part.columns.items():
            self._sessions.version(version_id).table.add(columns, rows)
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
        for version in self._sessions.versions.values():
            version.table.extend(version.rows)
            version.rows.clear()

    def _take(self, held: HeldInterview) -> None:
        session = self._sessions.of(held)
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

    def _status(self, held: HeldInterview, version: Version, encoded: Encoded) -> int:
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
        self, row: list[Any], held: HeldInterview, version: Version, calls: list[HeldCall], status: int, survey_id: str
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
            own.REGION: one_line(held.region),
            own.RATING: one_line(held.ofsted),
        }
        for name, kept in ((own.REGION, held.region), (own.RATING, held.ofsted)):
            if values[name] != kept:
                what = "blanks or control characters of the sample were written as one blank"
                self._found.troubles.append(Trouble(name, what, survey_id))
        at = version.codebook.at
        for name, value in values.items():
            row[at[name]] = value

    def _local(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(self._zone).replace(tzinfo=None, microsecond=0)

    # words

    def _scan(self, row: list[Any], held: HeldInterview, version: Version, encoded: Encoded, survey_id: str) -> None:
        looked_for: frozenset[str] | None = None
        for at, variable in version.encoder.texts:
            text = row[at]
            if not text or text in version.encoder.reserved:
                continue
            if looked_for is None and not held.erased:
                looked_for = name_words((held.name, *_names_given(encoded)))
            why = suspicions(text, looked_for)
            decision = self._reviewed.on(survey_id, variable, text)
            if not why and decision is None:
                continue
            row[at] = _after_review(text, decision, version.encoder.reserved)
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

    def _contact(self, held: HeldInterview, version: Version, encoded: Encoded) -> None:
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
                self._sessions.versions.items(), key=lambda pair: self._held_versions[pair[0]].order, reverse=True
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


def _after_review(text: str, decision: Decision | None, reserved: Container[str]) -> str:
    if decision is None or decision.decision == HOLD:
        return str(reserve.EDITED_OUT)
    return text if decision.decision == KEEP else no_code(one_line(decision.replacement), reserved)
