"""The rows of the online file as interviews: whose each is, how it stands, what was answered, and a row of data."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cati.desk.merging import Loaded, MergedCase
from cati.desk.online_answers import OnlineAnswers
from cati.exchange.codebook import Codebook, Variable, reserve
from cati.exchange.codebook import interview_variables as own
from cati.exchange.columns import SERIAL
from cati.exchange.encoding import Encoded, Encoder
from cati.exchange.lines import shown
from cati.exchange.merging.findings import Findings, LeftOut, Severity
from cati.exchange.merging.keys import Serials
from cati.exchange.merging.sources import OnlineFile, OnlineRowRead
from cati.exchange.online_columns import AnswerColumns, Misread
from cati.interview.impossible import never_asked
from cati.questionnaire.program import Program

if TYPE_CHECKING:
    from cati.outcomes import Scheme

OWN = frozenset({SERIAL, "status", "at", "link", "region", "ofsted", "test", "version"})
_TEST = -2
_STATUSES = {
    "complete": own.COMPLETE, "1": own.COMPLETE,
    "partial": own.PARTIAL, "part_complete": own.PARTIAL, "part_interview": own.PARTIAL, "2": own.PARTIAL,
    "incomplete": own.PARTIAL,
    "screened_out": own.SCREENED_OUT, "screen_out": own.SCREENED_OUT, "screenout": own.SCREENED_OUT,
    "3": own.SCREENED_OUT,
    "opted_out": 0, "opt_out": 0, "test": _TEST,
}  # fmt: skip
_YES = frozenset({"1", "yes", "true", "y", "test"})
_BY_TELEPHONE = frozenset({"telephone", "phone", "cati", str(own.MODE_CODES["telephone"])})
_MOST_NAMED = 3
_MOST_COMPARED = 100  # to name what differs of a response that is none of those loaded


@dataclass
class Response:
    """A row of the online file. `serial`: "" of the open link; `status`: of own.COMPLETE …, 0 for an opt-out; `at`:
    when it ended, local, without zone; `encoded`: as data."""

    row: int
    serial: str
    case: MergedCase | None
    status: int
    at: datetime | None
    region: str
    ofsted: str
    answers: OnlineAnswers
    encoded: Encoded
    off_route: tuple[str, ...] = ()


@dataclass
class _Misreads:
    """Cells that no answer can be made of: how many, by column, and the first of each."""

    count: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[int, Misread]] = field(default_factory=dict)

    def add(self, row: int, misread: Misread) -> None:
        self.count[misread.column] += 1
        self.first.setdefault(misread.column, (row, misread))


class Reader:
    """Reads the rows of an online file by the questionnaire and the codebook; what it finds goes to `findings`."""

    def __init__(
        self,
        file: OnlineFile,
        book: Codebook,
        program: Program,
        scheme: Scheme,
        cases: Mapping[str, MergedCase],
        zone: ZoneInfo,
        findings: Findings,
        *,
        hold_back: bool,
        open_loaded: Sequence[Loaded] = (),
    ) -> None:
        self.file, self.book, self.program, self.scheme = file, book, program, scheme
        self.cases, self.zone, self.findings, self.hold_back = cases, zone, findings, hold_back
        self.encoder = Encoder(book, program)
        self.serials = Serials.of(cases)
        self.by_name = {variable.name.lower(): variable for variable in book.variables}
        self.columns = AnswerColumns.of([name for name in file.names if self._is_answer(name)], program)
        self._open = [(word, self._without_unread(each)) for word, each in open_loaded]
        self._open_known = {json.dumps(each, sort_keys=True) for _, each in self._open}
        self._misreads = _Misreads()
        self._contradicted: dict[str, list[int]] = defaultdict(list)
        self._no_times: list[tuple[int, str]] = []
        self._untimed: list[int] = []
        dictionary = file.dictionary or {}
        self._labels = {name.lower(): each.labels for name, each in dictionary.items() if name.lower() in OWN}
        self._at_name = next((name for name in ("at", own.END) if name in file.names), None)

    def _is_answer(self, name: str) -> bool:
        variable = self.by_name.get(name.lower())
        derived = variable is not None and variable.source in ("interview", "sample", "derived")
        return name.lower() not in OWN and not derived

    def read(self, progress: Callable[[int], None] = lambda _: None) -> list[Response]:
        """The rows that are somebody's; what cannot be read, or is nobody's, blocks the merge and is told."""
        self._check_columns()
        for number, why in self.file.unreadable:
            self.findings.conflict("", "row", f"row {number}: {why}", "")
        found = []
        for count, row in enumerate(self.file.rows, start=1):
            response = self._response(row)
            if response is not None:
                found.append(response)
            progress(count)
        self._tell_misreads()
        return found

    # columns

    def _check_columns(self) -> None:
        findings = self.findings
        if self.file.encoding:
            findings.differ("", "encoding", "warning", self.file.encoding, "UTF-8")
        if not self.file.rows:
            findings.differ("", "rows", "serious", "none", "")
        elif self.file.cut_off:
            said = f"the last row ({self.file.rows[-1].number}) has no line end: was the file cut off?"
            findings.differ("", "truncated", "warning", said, "")
        for name, text in self.file.mangled.items():
            findings.differ(name, "encoding", "serious", f"{text}: saved in a wrong encoding once", "")
        coded = (each for name, each in (self.file.dictionary or {}).items() if name.lower() in self.by_name)
        if not any(each.labels for each in coded):
            said = "none: labels, the order of codes and reserve codes could not be compared"
            findings.differ("", "dictionary", "warning", said, "codebook.json")
        if "status" not in self.file.names:
            findings.differ("status", "missing", "warning", "no column: found by the route of the answers", "")
        self._check_mode()
        for name in self.columns.strangers:
            findings.differ(name, "extra", "warning", "in the file: left out", "no such variable")
        for name in self.columns.telephone:
            if any(self._plain(name, row.cells.get(name, "")) for row in self.file.rows):
                findings.differ(name, "telephone only", "warning", "has answers: left out", "asked by telephone only")
        online = self._asked_online()
        asked = {step.id: step for step in self.columns.steps.values() if step.id in online}
        for item, step in asked.items():
            if item not in self.columns.by_item:
                severity: Severity = "note" if step.kind == "contact" or step.item.personal else "serious"
                findings.differ(item, "missing", severity, "no column", "asked online")
        unknown = [each.item for each in self.book.consents if each.item in online - set(self.columns.by_item)]
        if unknown:
            findings.differ(own.AGREED, "missing", "serious", f"no column {', '.join(unknown)}", "made from it")
        for write_in in self.program.write_ins.values():
            variable = self.book.by_name.get(write_in.id)
            if variable is not None and "online" in variable.modes and write_in.id not in self.columns.by_item:
                findings.differ(write_in.id, "missing", "warning", "no column", "the words of a code")

    def _check_mode(self) -> None:
        """An online file that calls rows telephone interviews: of which mode they are it cannot say, being online."""
        for name in self.file.names:
            if name.lower() == own.MODE.lower():
                odd = [row.number for row in self.file.rows if row.cells.get(name, "").lower() in _BY_TELEPHONE]
                if odd:
                    said = f"telephone in row {_and_more(odd[0], len(odd))}"
                    self.findings.differ(own.MODE, "mode", "serious", said, "taken as online")

    def _asked_online(self) -> set[str]:
        alone = never_asked(self.program.questionnaire, "online")
        return {
            step.id
            for step in self.program.steps
            if step.kind not in ("message", "end") and step.id.lower() not in alone and not step.item.per_call
        }

    # rows

    def _response(self, row: OnlineRowRead) -> Response | None:
        cells = row.cells
        key = cells.get(SERIAL, "").strip()
        if self._in_words(row, "test").lower() in _YES:
            self._leave_out(key, row, "a test")
            return None
        said = self._status(row)
        if said is None:
            return None
        if said == _TEST:
            self._leave_out(key, row, "a test")
            return None
        serial, known = self._whose(row, key)
        if not known:
            return None
        case = self.cases[serial] if serial else None
        if case is not None and case.withdrew:
            self._leave_out(serial, row, "withdrew from the research")
            return None
        if said == 0:
            self._leave_out(serial, row, "opted out: no interview")
            return None
        answers, misread = self.columns.read({name: self._plain(name, cells.get(name, "")) for name in self.file.names})
        for each in misread:
            self._misreads.add(row.number, each)
        answers = self._as_loaded(row, case, answers, said)
        return self._encoded(row, serial, case, said, answers)

    def _leave_out(self, serial: str, row: OnlineRowRead, why: str) -> None:
        self.findings.left_out.append(LeftOut(serial, "online", row.number, why))

    def _status(self, row: OnlineRowRead) -> int | None:
        """How a row stands; -1 where the file does not say; None, and told, for what is no status."""
        if "status" not in self.file.names:
            return -1
        cell = self._in_words(row, "status")
        word = "_".join(cell.lower().replace("-", " ").replace("_", " ").split())
        status = _STATUSES.get(word, _STATUSES.get(word.removesuffix("d")))
        if status is None:
            self.findings.conflict(
                "status", "status", f"row {row.number}: {shown(cell) or '(blank)'}", "complete, partial"
            )
        return status

    def _in_words(self, row: OnlineRowRead, name: str) -> str:
        """A cell of one of the columns of our own, by the label of its code where the file has labels for it."""
        cell = row.cells.get(name, "").strip()
        return self._labels.get(name, {}).get(cell, cell)

    def _whose(self, row: OnlineRowRead, key: str) -> tuple[str, bool]:
        """The serial that a row's key means; "" for the open link. False, and told, for nobody's."""
        if not key:
            if row.cells.get("link", "").strip().lower() == "open":
                return "", True
            said = f"row {row.number}: blank"
            self.findings.conflict(SERIAL, "key", said, "a serial of the sample, or link = open")
            return "", False
        serial = self.serials.find(key)
        if serial is None:
            several = self.serials.fits(key)
            why = f"could mean {several} serials of the sample" if several else "no serial of the sample"
            self.findings.conflict(SERIAL, "key", f"row {row.number}: {shown(key)}", why)
            return "", False
        if serial != key or row.padded:
            self.findings.differ(
                SERIAL, "key", "note", "written otherwise: blanks, capitals or zeros", "as in the sample"
            )
        return serial, True

    def _plain(self, name: str, cell: str) -> str:
        """A cell without reserve codes of the codebook: a special answer as its word, the reasons for none as blank."""
        variable = self.by_name.get(name.lower())
        if variable is None or not cell.startswith("-"):
            return cell
        if cell not in {str(code.value) for code in variable.reserve}:
            return cell
        code = next(code for code in variable.reserve if str(code.value) == cell)
        return code.key or ""

    def _as_loaded(
        self, row: OnlineRowRead, case: MergedCase | None, answers: OnlineAnswers, said: int
    ) -> OnlineAnswers:
        """What counts of a row that was loaded before: what was corrected since. A contradiction is told."""
        status = {own.COMPLETE: "complete", own.PARTIAL: "partial"}.get(said)
        kept = self._without_unread(answers)
        if case is None and json.dumps(kept, sort_keys=True) in self._open_known:
            return answers
        events = self._open if case is None else [(word, self._without_unread(each)) for word, each in case.loaded]
        loaded = [each for word, each in events if (status is None or word == status) and each]
        if not loaded:
            return answers
        if kept not in loaded:
            nearest = min(loaded[:_MOST_COMPARED], key=lambda each: len(_differing(each, kept)))
            for item in _differing(nearest, kept):
                self._contradicted[item].append(row.number)
            return answers
        if loaded[0] != kept:
            self.findings.differ("", "amended", "note", f"row {row.number}: as loaded", "corrected since: as corrected")
            return OnlineAnswers({**answers.items, **loaded[0]}, answers.rest, answers.contact)
        return answers

    def _without_unread(self, answers: OnlineAnswers) -> dict[str, Any]:
        """The answers to questions that this file has columns for."""
        return {
            item: sorted(value) if isinstance(value, list) else value  # in what order codes were given is no data
            for item, value in answers.items.items()
            if item in self.columns.by_item
        }

    def _encoded(
        self, row: OnlineRowRead, serial: str, case: MergedCase | None, said: int, answers: OnlineAnswers
    ) -> Response:
        cells = row.cells
        region = case.region if case is not None else cells.get("region", "").strip()
        ofsted = case.ofsted if case is not None else cells.get("ofsted", "").strip()
        sample = case.sample if case is not None else {"link": "open", "region": region, "ofsted": ofsted}
        encoded = self.encoder.encode({**answers.items, **answers.contact}, sample, complete=said == own.COMPLETE)
        route = set(encoded.route)
        write_ins = self.program.write_ins
        off = [item for item in answers.items if item not in route and item.lower() not in write_ins]
        return Response(
            row.number, serial, case, self._ended(said, encoded), self._time(row), region, ofsted, answers, encoded,
            tuple(off),
        )  # fmt: skip

    def _ended(self, said: int, encoded: Encoded) -> int:
        """How an interview stands: as the file says; but an end that is no complete is a screen-out."""
        ended = self.scheme.outcomes.get(encoded.end or "")
        if ended is not None and ended.group == "NE":
            return own.SCREENED_OUT
        if said != -1:
            return said
        return own.COMPLETE if ended is not None and ended.group == "I" else own.PARTIAL

    def _time(self, row: OnlineRowRead) -> datetime | None:
        cell = row.cells.get(self._at_name, "").strip() if self._at_name else ""
        if not cell:
            self._untimed.append(row.number)
            return None
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError:
            self._no_times.append((row.number, cell))
            return None
        return moment.astimezone(self.zone).replace(tzinfo=None) if moment.tzinfo else moment

    # what could not be read

    def _tell_misreads(self) -> None:
        for column, (row, misread) in self._misreads.first.items():
            step = self.columns.steps[misread.item]
            said = f"{shown(misread.value) or '(not shown)'} in row {_and_more(row, self._misreads.count[column])}"
            if step.kind == "contact" or step.item.personal:
                self.findings.differ(misread.item, "contact", "note", said, misread.why)
                continue
            kind = _kind(step.kind, misread.value)
            variable = self.by_name.get(column.lower()) if misread.alone else None
            name = variable.name if variable is not None else misread.item
            if self.hold_back:
                self.findings.differ(name, kind, "serious", f"{said}: held back", misread.why)
            else:
                self.findings.conflict(name, kind, said, misread.why)
        if self._no_times:
            row, cell = self._no_times[0]
            said = f"{shown(cell)} in row {_and_more(row, len(self._no_times))}"
            why = "ISO 8601 is read, such as 2019-11-12T14:30; which was completed earlier is not known"
            self.findings.differ(str(self._at_name), "time", "serious", said, why)
        if self._untimed:
            said = (
                "no column"
                if self._at_name is None
                else f"blank in row {_and_more(self._untimed[0], len(self._untimed))}"
            )
            name = self._at_name or "at"
            self.findings.differ(name, "missing", "serious", said, "which was completed earlier is not known")
        for item, rows_ in sorted(self._contradicted.items()):
            named = ", ".join(str(row) for row in rows_[:_MOST_NAMED])
            more = f" and {len(rows_) - _MOST_NAMED} more" if len(rows_) > _MOST_NAMED else ""
            said = f"other answers than those loaded with cati online load, in row {named}{more}"
            self.findings.conflict(item, "loaded", said, "")


def _and_more(row: int, rows: int) -> str:
    return f"{row} and {rows - 1:,} more" if rows > 1 else str(row)


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [item for item in sorted({*one, *other}) if one.get(item) != other.get(item)]


def _kind(step_kind: str, value: str) -> str:
    whole = value.strip().lstrip("-").replace(".", "", 1).isdigit()
    if step_kind in ("single", "multi"):
        return "codes" if whole or step_kind == "multi" else "type"
    return "range" if whole else "type"


def values_of(variables: Iterable[Variable], row: list[Any]) -> int:
    """How many answers stand in a row of the data: neither reserve codes nor blanks."""
    held = (str(reserve.OFF_ROUTE), "")
    return sum(
        variable.source in ("question", "write-in")
        and (value >= 0 if isinstance(value, int) else value not in held and not str(value).startswith("-"))
        for variable, value in zip(variables, row, strict=True)
        if value is not None
    )
