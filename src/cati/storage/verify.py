"""Is the database whole? The file's own checks, and what must be true of cases, calls and answers."""

from __future__ import annotations

from sqlalchemy import Connection, text

from cati.storage import schema
from cati.storage.store import Store

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
        "it waits for an appointment that is not booked",
        """SELECT serial FROM "case" c WHERE c.next_class IN (0, 1) AND NOT EXISTS (
             SELECT 1 FROM appointment a WHERE a.case_id = c.id AND a.status = 'booked')""",
    ),
    (
        "more than one appointment is booked",
        """SELECT c.serial FROM "case" c JOIN appointment a ON a.case_id = c.id
             WHERE a.status = 'booked' GROUP BY c.serial HAVING count(*) > 1""",
    ),
    (
        "an answer belongs to a call of another case, or to no interview",
        """SELECT coalesce(c.serial, 'interview ' || a.interview_id) FROM answer a
             JOIN call k ON k.id = a.call_id LEFT JOIN interview i ON i.id = a.interview_id
             LEFT JOIN "case" c ON c.id = i.case_id WHERE i.id IS NULL OR i.case_id <> k.case_id""",
    ),
    (
        "a call was coded but not ended",
        """SELECT c.serial FROM call k JOIN "case" c ON c.id = k.case_id
             JOIN (SELECT max(id) AS id, call_id FROM call_result GROUP BY call_id) n ON n.call_id = k.id
             JOIN call_result r ON r.id = n.id WHERE k.ended_at IS NULL AND r.outcome IS NOT NULL""",
    ),
)
_SHOWN = 10


def verify(store: Store) -> list[str]:
    """What is wrong with the database, a sentence each; empty when all is well. Reads only."""
    problems: list[str] = []
    with store.read() as connection:
        schema.check_revision(connection, store.location)
        if store.is_sqlite:
            problems += _file(connection)
        if problems:
            return problems  # of a damaged file nothing further can be believed
        for rule, query in _RULES:
            found = sorted(str(row[0]) for row in connection.execute(text(query)))
            if found:
                more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
                problems.append(f"{rule[0].upper()}{rule[1:]}: {', '.join(found[:_SHOWN])}{more}.")
    return problems


def _file(connection: Connection) -> list[str]:
    problems = [
        f"The file is damaged: {row[0]}."
        for row in connection.execute(text("PRAGMA integrity_check(20)"))
        if row[0] != "ok"
    ]
    orphans: dict[tuple[str, str], int] = {}
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        orphans[row[0], row[2]] = orphans.get((row[0], row[2]), 0) + 1
    return problems + [
        f"{count} rows of {child} point to rows of {parent} that are not there."
        for (child, parent), count in orphans.items()
    ]
