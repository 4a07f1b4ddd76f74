"""Whom to call when: calling rules, windows, holidays, appointment times, the next call.

Pure: nothing here reads a clock, a file or a database. Instants come in and go out as timezone-aware `datetime`
(in UTC going out); what people read and type is in the zone of the study.
"""

from __future__ import annotations

from .calling import check_time, next_call, next_opening, within_fieldwork, within_window
from .clock import DoubtfulTimeError, day_name
from .elsewhere import apart, clocks_there, zone_name
from .explaining import PLACE_WORDS, Asking, Holder, Verdict, verdict
from .planning import (
    HARD,
    SOFT,
    TURN,
    Appointed,
    Called,
    Held,
    Plan,
    Refused,
    Situation,
    interrupted,
    number_to_dial,
    plan,
    times_in_a_row,
    to_convert,
)
from .rules import ANY_HOURS, CallingRules, Delay, RulesError, Span, Window
from .turns import Group, Place, Turns, draw, fresh_first
from .when import When, WhenError, describe, render
from .when_grammar import parse_when

__all__ = [
    "ANY_HOURS",
    "HARD",
    "PLACE_WORDS",
    "SOFT",
    "TURN",
    "Appointed",
    "Asking",
    "Called",
    "CallingRules",
    "Delay",
    "DoubtfulTimeError",
    "Group",
    "Held",
    "Holder",
    "Place",
    "Plan",
    "Refused",
    "RulesError",
    "Situation",
    "Span",
    "Turns",
    "Verdict",
    "When",
    "WhenError",
    "Window",
    "apart",
    "check_time",
    "clocks_there",
    "day_name",
    "describe",
    "draw",
    "fresh_first",
    "interrupted",
    "next_call",
    "next_opening",
    "number_to_dial",
    "parse_when",
    "plan",
    "render",
    "times_in_a_row",
    "to_convert",
    "verdict",
    "within_fieldwork",
    "within_window",
    "zone_name",
]
