"""Deciding what respondents can reach in a questionnaire, what goes wrong for them, and where two versions differ."""

from cati.questionnaire.deciding.decision import Decision, decide
from cati.questionnaire.deciding.differences import Difference, Undecided, compare
from cati.questionnaire.deciding.findings import findings
from cati.questionnaire.deciding.targets import Target

__all__ = ["Decision", "Difference", "Target", "Undecided", "compare", "decide", "findings"]
