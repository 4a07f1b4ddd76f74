"""The variables of the interview itself: set by the program, never typed by anybody."""

from __future__ import annotations

from collections.abc import Sequence

from cati.exchange.codebook import reserve
from cati.exchange.codebook.variables import Code, Consent, Variable

SURVEY_ID = "SurveyID"
MODE = "Mode"
MODE_FIRST = "ModeFirst"
VERSION = "QVersion"
VERSION_HASH = "QHash"
INTERVIEWER = "IntvID"
START = "IntStart"
END = "IntEnd"
SECONDS = "IntLenSec"
SESSIONS = "NSessions"
CALLS = "NCalls"
STATUS = "Status"
OUTCOME = "Outcome"
REGION = "Region"
RATING = "Rating"
AGREED = "Recontact"

MODE_CODES = {"telephone": 1, "online": 2}
COMPLETE, PARTIAL, SCREENED_OUT = 1, 2, 3


def interview_variables(consents: Sequence[Consent], timezone: str) -> list[Variable]:
    """The variables that stand before those of the questions, in order."""
    other_mode = reserve.reserve_code(reserve.OTHER_MODE)
    unknown = reserve.reserve_code(reserve.NOT_GIVEN)
    modes = (Code(1, "Telephone"), Code(2, "Online"))
    statuses = (Code(COMPLETE, "Complete"), Code(PARTIAL, "Part-interview"), Code(SCREENED_OUT, "Screened out"))
    in_calls = (other_mode, unknown)
    found = [
        _text(SURVEY_ID, "Survey id: random, says nothing of who it is", 16),
        _coded(MODE, "Mode in which the interview was ended; set by the program", modes),
        _coded(MODE_FIRST, "Mode in which the interview was begun; set by the program", modes),
        _text(VERSION, "Version of the questionnaire", 32),
        _text(VERSION_HASH, "Version of the study's files: first 12 of their SHA-256", 12),
        _number(INTERVIEWER, "Interviewer, as a number that says nothing of who it is", in_calls),
        _moment(START, f"Begin of the interview (local time, {timezone})"),
        _moment(END, f"End of the interview (local time, {timezone})"),
        _number(SECONDS, "Length of the interview: seconds of the calls in which questions were answered", in_calls),
        _number(SESSIONS, "Calls in which questions were answered", in_calls),
        _number(CALLS, "Calls made to the case until the interview ended", in_calls),
        _coded(STATUS, "Whether the interview is complete", statuses),
        _text(OUTCOME, "What the case came to: key of the outcome scheme", 64),
        _sample(REGION, "Region on the sample", 64),
        _sample(RATING, "Ofsted rating on the sample", 64),
    ]
    if consents:
        asked = ", ".join(consent.item for consent in consents)
        found.append(
            Variable(
                AGREED,
                "coded",
                f"Agreed to be contacted again ({asked})",
                "derived",
                derivation=f"1 where one of {asked} agrees",
                codes=(
                    Code(1, "Agreed to one of them at least"),
                    Code(0, "Agreed to none"),
                    *(reserve.reserve_code(value) for value in (reserve.OFF_ROUTE, reserve.NOT_GIVEN)),
                ),
            )
        )
    return found


def _text(name: str, label: str, width: int) -> Variable:
    return Variable(name, "text", label, "interview", width=width)


def _sample(name: str, label: str, width: int) -> Variable:
    return Variable(name, "text", label, "sample", width=width)


def _coded(name: str, label: str, codes: tuple[Code, ...]) -> Variable:
    return Variable(name, "coded", label, "interview", codes=codes)


def _number(name: str, label: str, codes: tuple[Code, ...]) -> Variable:
    return Variable(name, "number", label, "interview", codes=codes, measure="scale", low=0)


def _moment(name: str, label: str) -> Variable:
    return Variable(name, "moment", label, "interview", measure="scale")
