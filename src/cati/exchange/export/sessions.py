"""In which of its calls an interview was held, under which version of the questionnaire, and along which route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cati.desk.held_interviews import SET_APART, HeldCall, HeldInterview, HeldVersion
from cati.exchange.codebook import Codebook, codebook_of
from cati.exchange.encoding import Encoded, Encoder
from cati.exchange.export.table import Table
from cati.interview.impossible import never_asked
from cati.studies.study import study_from_texts

if TYPE_CHECKING:
    from cati.questionnaire.program import Program
    from cati.studies import Study


@dataclass
class Version:
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


class Sessions:
    """Finds the calls in which an interview was held; the screener is that of the last of them. `versions`: those at
    work, by id."""

    def __init__(self, study: Study, held_versions: Mapping[int, HeldVersion]) -> None:
        self._study = study
        self._held_versions = held_versions
        self.versions: dict[int, Version] = {}

    def version(self, version_id: int) -> Version:
        """A version at work."""
        found = self.versions.get(version_id)
        if found is None:
            held = self._held_versions[version_id]
            texts = dict(held.texts)
            study = self._study if texts == dict(self._study.texts) else study_from_texts(texts, self._study.id)
            found = self.versions[version_id] = Version(held, study)
        return found

    def of(self, held: HeldInterview) -> tuple[Version, list[HeldCall], Encoded] | None:
        """The version the interview was held under last, the calls in which it was held, and its route; None where
        nothing beyond the screener was asked."""
        calls = [made for made in held.calls if made.version_id in self._held_versions]
        sessions = calls if len(calls) == 1 else self._asked_in(held, calls)
        while sessions:
            last = sessions[-1]
            version = self.version(last.version_id)
            encoded = self._encode(held, version, last)
            if self._passed(version, encoded):
                first = sessions[0]
                if len(sessions) > 1 and first.started_at == held.taken_over_at:
                    # what was taken over from the online survey does not say that this call got so far
                    own_version = self.version(first.version_id)
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
                proper = self.version(made.version_id).proper
                tokens = (token for call_id, tokens in held.answers if call_id == made.id for token in tokens)
                if any(token.partition(SET_APART)[0] in proper for token in tokens):
                    asked.add(made.id)
        return [made for made in calls if made.id in asked]

    def _encode(self, held: HeldInterview, version: Version, last: HeldCall) -> Encoded:
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
        complete = self._study.scheme.outcome(held.outcome).ends_questionnaire
        return version.encoder.encode_given(version.encoder.given(tokens), held.sample, complete=complete)

    def _passed(self, version: Version, encoded: Encoded) -> bool:
        """Was a question of the questionnaire proper answered on this route?"""
        lacking, steps, proper = encoded.lacking, encoded.steps, version.proper
        ids = (steps[slot].id for slot in reversed(encoded.slots))
        return any(item in proper and item not in lacking for item in ids)
