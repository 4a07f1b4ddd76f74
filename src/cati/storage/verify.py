"""Is the database whole? The file's own checks, and what must be true of cases, calls and answers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, text

from cati.errors import InputError
from cati.storage import schema
from cati.storage.store import Store
from cati.storage.wholeness import lacking, not_json
from cati.studies.study import Study, study_from_texts

# Each finds the serials (or other names) of what breaks a rule; the sentence says which rule.
_RULES: tuple[tuple[str, str], ...] = (
    (
        "the outcome kept with the case is not the newest of its history",
        """SELECT c.serial FROM "case" c
             LEFT JOIN (SELECT case_id, max(id) AS id FROM outcome_history GROUP BY case_id) n ON n.case_id = c.id
             LEFT JOIN outcome_history h ON h.id = n.id WHERE c.outcome IS DISTINCT FROM h.outcome""",
    ),
    (
        "the number of attempts is not the number of coded calls",
        """SELECT c.serial FROM "case" c LEFT JOIN (
             SELECT r.case_id, count(*) AS coded FROM call_result r
               JOIN (SELECT max(id) AS id FROM call_result GROUP BY call_id) n ON n.id = r.id
               WHERE r.outcome IS NOT NULL GROUP BY r.case_id) k ON k.case_id = c.id
             WHERE c.attempts <> coalesce(k.coded, 0)""",
    ),
    (
        "the time of the last call and the number of attempts contradict each other",
        'SELECT serial FROM "case" WHERE (attempts = 0) <> (last_call_at IS NULL)',
    ),
    (
        "it is held by nobody but has a time until which it is held, or the reverse",
        'SELECT serial FROM "case" WHERE (owner IS NULL) <> (lease_until IS NULL)',
    ),
    (
        "it is to be called but was never issued",
        'SELECT serial FROM "case" WHERE next_class IS NOT NULL AND issued_at IS NULL',
    ),
    (
        "it was held again before it was issued",
        """SELECT c.serial FROM issue_span s JOIN "case" c ON c.id = s.case_id WHERE s.held_at < s.issued_at""",
    ),
    (
        "it was issued twice at once",
        """SELECT c.serial FROM issue_span s JOIN "case" c ON c.id = s.case_id
             WHERE s.held_at > c.issued_at OR EXISTS (SELECT 1 FROM issue_span o WHERE o.case_id = s.case_id
               AND o.id <> s.id AND (o.issued_at < s.held_at AND s.issued_at < o.held_at
                 OR o.issued_at = s.issued_at AND o.held_at = s.held_at AND o.held_at > o.issued_at))""",
    ),
    (
        "it waits for an appointment that is not booked",
        """SELECT serial FROM "case" c WHERE c.next_class IN (0, 1) AND NOT EXISTS (
             SELECT 1 FROM appointment a WHERE a.case_id = c.id AND a.status = 'booked')""",
    ),
    (
        "it has a place in the queue without a group, or a time to be missed without an appointment",
        """SELECT serial FROM "case" WHERE next_class IS NOT NULL AND next_group = ''
             OR (next_until IS NOT NULL) <> coalesce(next_class IN (0, 1), FALSE)""",
    ),
    (
        "it is not to be called, but no rule says why",
        """SELECT serial FROM "case" WHERE next_class IS NULL AND next_rule = ''""",
    ),
    (
        "more than one appointment is booked",
        """SELECT c.serial FROM "case" c JOIN appointment a ON a.case_id = c.id
             WHERE a.status = 'booked' GROUP BY c.serial HAVING count(*) > 1""",
    ),
    (
        "an answer belongs to a call of another case, or to no interview",
        """SELECT coalesce(c.serial, 'interview ' || a.interview_id)
             FROM (SELECT interview_id, call_id FROM answer
                   UNION ALL SELECT interview_id, call_id FROM contact_detail) a
             JOIN call k ON k.id = a.call_id LEFT JOIN interview i ON i.id = a.interview_id
             LEFT JOIN "case" c ON c.id = i.case_id WHERE i.id IS NULL OR i.case_id <> k.case_id""",
    ),
    (
        "an answer and contact details have the same number in an interview",
        """SELECT c.serial FROM answer a
             JOIN contact_detail d ON d.interview_id = a.interview_id AND d.seq = a.seq
             JOIN interview i ON i.id = a.interview_id JOIN "case" c ON c.id = i.case_id""",
    ),
    (
        "an interview or a call was held with a version of the questionnaire whose files are not kept",
        """SELECT c.serial FROM (SELECT case_id, version_id FROM interview
                               UNION ALL SELECT case_id, version_id FROM call) i
             JOIN "case" c ON c.id = i.case_id
             WHERE NOT EXISTS (SELECT 1 FROM study_file f WHERE f.version_id = i.version_id)""",
    ),
    (
        "a call was coded but not ended",
        """SELECT c.serial FROM call k JOIN "case" c ON c.id = k.case_id
             JOIN (SELECT max(id) AS id, call_id FROM call_result GROUP BY call_id) n ON n.call_id = k.id
             JOIN call_result r ON r.id = n.id WHERE k.ended_at IS NULL AND r.outcome IS NOT NULL""",
    ),
    (
        "a call was left open by somebody who no longer holds the case",
        """SELECT c.serial FROM call k JOIN "case" c ON c.id = k.case_id
             WHERE k.ended_at IS NULL AND (c.owner IS NULL OR k.fence <> c.fence)""",
    ),
)
# The same, with the outcomes of the study's scheme: all of them, and those that are final.
_OUTCOME_RULES: tuple[tuple[str, str], ...] = (
    (
        "its outcome is none of the study's scheme",
        'SELECT serial FROM "case" WHERE outcome NOT IN :known',
    ),
    (
        "the result of a call, or what was noted of it otherwise, has an outcome that is none of the study's scheme",
        """SELECT c.serial FROM (SELECT case_id, outcome FROM call_result
                               UNION ALL SELECT case_id, outcome FROM case_event) r
             JOIN "case" c ON c.id = r.case_id WHERE r.outcome NOT IN :known""",
    ),
    (
        "it has a final outcome, but is to be called",
        # a soft refusal may be tried once more, where the calling rules say so
        """SELECT serial FROM "case" WHERE outcome IN :final AND next_class IS NOT NULL
             AND next_rule NOT IN ('conversion', 'appointment', 'interrupted')""",
    ),
    (
        "it has a final outcome, but an appointment is booked",
        """SELECT c.serial FROM "case" c JOIN appointment a ON a.case_id = c.id
             WHERE c.outcome IN :final AND a.status = 'booked' AND c.next_rule = 'final'""",
    ),
)
_SHOWN = 10


def verify(store: Store) -> list[str]:
    """What is wrong with the database, a sentence each; empty when all is well. Reads only."""
    with store.read() as connection:
        schema.check_revision(connection, store.location)
        problems = _damage(connection) if store.is_sqlite else []
        problems = problems or lacking(connection)
        if store.is_sqlite:
            problems = problems or _orphans(connection)
        if problems:
            return problems  # of a damaged file nothing further can be believed
        problems += not_json(connection)
        for rule, query in _RULES:
            problems += _broken(rule, connection.execute(text(query)))
        problems += _of_the_study(connection)
    return problems


def _broken(rule: str, rows: Iterable[Any]) -> list[str]:
    found = sorted({str(row[0]) for row in rows})
    if not found:
        return []
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return [f"{rule[0].upper()}{rule[1:]}: {', '.join(found[:_SHOWN])}{more}."]


def _of_the_study(connection: Connection) -> list[str]:
    newest = "(SELECT id FROM questionnaire_version ORDER BY installed_at DESC, id DESC LIMIT 1)"
    rows = connection.execute(text(f"SELECT path, text FROM study_file WHERE version_id = {newest} ORDER BY path"))
    texts = tuple((row.path, row.text) for row in rows)
    studies, held = connection.execute(text('SELECT (SELECT count(*) FROM study), (SELECT count(*) FROM "case")')).one()
    if held and not (studies and texts):
        return ["There are cases, but the study that they belong to is not there."]
    if not texts:
        return []
    try:
        return _outcomes(connection, _study(texts))
    except InputError as error:
        return [f"The study as installed cannot be read: {error}"]
    except KeyError as error:
        return [f"The study as installed cannot be read: its file {error} is missing."]


def _outcomes(connection: Connection, study: Study) -> list[str]:
    outcomes = study.scheme.outcomes
    known, final = list(outcomes), [key for key, outcome in outcomes.items() if outcome.is_final]
    problems = []
    for rule, query in _OUTCOME_RULES:
        named = {"known": known, "final": final}
        used = {name: values for name, values in named.items() if f":{name}" in query}
        statement = text(query).bindparams(*(bindparam(name, expanding=True) for name in used))
        problems += _broken(rule, connection.execute(statement, used))
    return problems


@lru_cache(maxsize=4)
def _study(texts: tuple[tuple[str, str], ...]) -> Study:
    return study_from_texts(dict(texts), "the study")


def _damage(connection: Connection) -> list[str]:
    return [
        f"The file is damaged: {row[0]}."
        for row in connection.execute(text("PRAGMA integrity_check(20)"))
        if row[0] != "ok"
    ]


def _orphans(connection: Connection) -> list[str]:
    orphans: dict[tuple[str, str], int] = {}
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        orphans[row[0], row[2]] = orphans.get((row[0], row[2]), 0) + 1
    return [
        f"{count} rows of {child} point to rows of {parent} that are not there."
        for (child, parent), count in orphans.items()
    ]
