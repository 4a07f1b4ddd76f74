"""What people do: one function an action, each in a transaction of its own."""

from cati.desk.bookings import check_booking
from cati.desk.by_hand import how_issued
from cati.desk.calling import save_answer, start_call
from cati.desk.casefile import add_note, case_card, log_email_request
from cati.desk.closing import close_call
from cati.desk.counts import SampleCount, in_all, outcome_counts, sample_counts
from cati.desk.delivery import held_by, next_case, release, renew, resume_held, take_case
from cati.desk.errors import HeardFirst, LostHold, MovedOn, UndoRefused
from cati.desk.events import record_event
from cati.desk.explanation import Explanation, explain
from cati.desk.foresee import Foreseen, foresee
from cati.desk.heard import Heard
from cati.desk.heartbeat import Beat, heartbeat
from cati.desk.issuing import Held, Issued, Stratum, hold_sample, issue_sample
from cati.desk.online import OnlineCounts, OnlineRow, load_online
from cati.desk.online_answers import OnlineAnswers
from cati.desk.records import (
    BatchLoad,
    Booked,
    Booking,
    CaseCard,
    Closed,
    Day,
    DayAppointment,
    Delivery,
    EmailRequest,
    HeldCase,
    Hold,
    InstalledStudy,
    Interviewer,
    LoadCounts,
    Note,
    OpenCall,
    PastCall,
    PhoneNumber,
    Refusal,
    Result,
    SampleRow,
)
from cati.desk.releasing import Release
from cati.desk.sample import load_sample, would_load
from cati.desk.shift import PRESENCE, day, find_interviewer, known_interviewer, present, sign_in, sign_out
from cati.desk.study import install_study, installed_study, open_study
from cati.desk.undo import UNDO_TIME, undo_close

__all__ = [
    "PRESENCE",
    "UNDO_TIME",
    "BatchLoad",
    "Beat",
    "Booked",
    "Booking",
    "CaseCard",
    "Closed",
    "Day",
    "DayAppointment",
    "Delivery",
    "EmailRequest",
    "Explanation",
    "Foreseen",
    "Heard",
    "HeardFirst",
    "Held",
    "HeldCase",
    "Hold",
    "InstalledStudy",
    "Interviewer",
    "Issued",
    "LoadCounts",
    "LostHold",
    "MovedOn",
    "Note",
    "OnlineAnswers",
    "OnlineCounts",
    "OnlineRow",
    "OpenCall",
    "PastCall",
    "PhoneNumber",
    "Refusal",
    "Release",
    "Result",
    "SampleCount",
    "SampleRow",
    "Stratum",
    "UndoRefused",
    "add_note",
    "case_card",
    "check_booking",
    "close_call",
    "day",
    "explain",
    "find_interviewer",
    "foresee",
    "heartbeat",
    "held_by",
    "hold_sample",
    "how_issued",
    "in_all",
    "install_study",
    "installed_study",
    "issue_sample",
    "known_interviewer",
    "load_online",
    "load_sample",
    "log_email_request",
    "next_case",
    "open_study",
    "outcome_counts",
    "present",
    "record_event",
    "release",
    "renew",
    "resume_held",
    "sample_counts",
    "save_answer",
    "sign_in",
    "sign_out",
    "start_call",
    "take_case",
    "undo_close",
    "would_load",
]
