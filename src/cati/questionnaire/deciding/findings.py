"""Every finding of the deciding part, to stand beside the problems that loading found."""

from __future__ import annotations

from cati.questionnaire.compiling import Findings
from cati.questionnaire.deciding.decision import Decision, decide
from cati.questionnaire.deciding.places import Places
from cati.questionnaire.deciding.troubles import note_jumps, note_troubles
from cati.questionnaire.deciding.unreachable import note_unreachable
from cati.questionnaire.deciding.written import note_written
from cati.questionnaire.loading import Loaded
from cati.questionnaire.problems import Problem


def findings(loaded: Loaded) -> list[Problem]:
    """What is wrong with a questionnaire that was loaded without errors, decided across both modes, by line.

    Something counts as reached if it is reached in one mode; what goes wrong in either is told once.
    """
    found = Findings(loaded.source, loaded.line_of)
    places = Places(loaded.questionnaire)
    note_written(loaded.questionnaire, places, found)
    decisions = [decide(program) for program in loaded.programs.values()]
    for decision in decisions:
        _note_undecided(decision, places, found)
    note_unreachable(decisions, places, found)
    told: set[tuple[str, int, str]] = set()
    for decision in decisions:
        fresh = Findings(loaded.source, loaded.line_of)
        note_troubles(decision, places, fresh)
        for problem in fresh.problems:
            key = (problem.kind, problem.line or 0, problem.what.split(" (")[0])
            if key not in told:
                told.add(key)
                found.problems.append(problem)
    note_jumps(decisions, places, found)
    return sorted(found.problems, key=lambda problem: problem.line or 0)


def _note_undecided(decision: Decision, places: Places, found: Findings) -> None:
    name = decision.undecided_from
    if name is not None:
        found.warning("not-decided", places.path(name), name,
                      f"from here on nothing was decided by {decision.program.mode}: too many answers are told apart",
                      "Let fewer conditions look at the same many codes.")  # fmt: skip
