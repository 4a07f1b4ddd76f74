"""What people do: one function an action, each in a transaction of its own."""

from cati.desk.calling import save_answer, start_call
from cati.desk.casefile import add_note, case_card, log_email_request
from cati.desk.closing import close_call
from cati.desk.counts import outcome_counts
from cati.desk.delivery import held_by, next_case, release, renew, resume_held
from cati.desk.errors import LostHold, MovedOn, UndoRefused
from cati.desk.events import record_event
from cati.desk.foresee import Foreseen, foresee
from cati.desk.records import (
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
from cati.desk.sample import issue_sample, load_sample
from cati.desk.shift import day, known_interviewer, sign_in
from cati.desk.study import install_study, installed_study, open_study
from cati.desk.undo import UNDO_TIME, undo_close

__all__ = [
    "UNDO_TIME",
    "Booked",
    "Booking",
    "CaseCard",
    "Closed",
    "Day",
    "DayAppointment",
    "Delivery",
    "EmailRequest",
    "Foreseen",
    "HeldCase",
    "Hold",
    "InstalledStudy",
    "Interviewer",
    "LoadCounts",
    "LostHold",
    "MovedOn",
    "Note",
    "OpenCall",
    "PastCall",
    "PhoneNumber",
    "Refusal",
    "Result",
    "SampleRow",
    "UndoRefused",
    "add_note",
    "case_card",
    "close_call",
    "day",
    "foresee",
    "held_by",
    "install_study",
    "installed_study",
    "issue_sample",
    "known_interviewer",
    "load_sample",
    "log_email_request",
    "next_case",
    "open_study",
    "outcome_counts",
    "record_event",
    "release",
    "renew",
    "resume_held",
    "save_answer",
    "sign_in",
    "start_call",
    "undo_close",
]
