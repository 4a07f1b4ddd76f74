"""Whom to call when: calling rules, windows, holidays, appointment times, the next call.

Pure: nothing here reads a clock, a file or a database. Instants come in and go out as timezone-aware `datetime`
(in UTC going out); what people read and type is in the zone of the study.
"""

from __future__ import annotations

from .calling import check_time, next_call, next_opening, within_fieldwork, within_window
from .clock import DoubtfulTimeError
from .rules import ANY_HOURS, CallingRules, Delay, RulesError, Span, Window
from .when import When, WhenError, describe, render
from .when_grammar import parse_when

__all__ = [
    "ANY_HOURS",
    "CallingRules",
    "Delay",
    "DoubtfulTimeError",
    "RulesError",
    "Span",
    "When",
    "WhenError",
    "Window",
    "check_time",
    "describe",
    "next_call",
    "next_opening",
    "parse_when",
    "render",
    "within_fieldwork",
    "within_window",
]
