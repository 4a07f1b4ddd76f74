"""What people do: one function an action, each in a transaction of its own."""

from cati.desk.actors import Actor, allow, is_locked, own_clock, permit, sign_in_as
from cati.desk.acts import ACTS, ROLES, Act, Role
from cati.desk.agreed import AsSeen, Overtaken, Previewed, as_seen, do_as_previewed, preview
from cati.desk.amending import Amended, amend_answer
from cati.desk.behind import CaseBehind, cases_behind
from cati.desk.bookings import check_booking
from cati.desk.by_hand import how_issued
from cati.desk.callback_queue import APPOINTMENTS, CallBack, Wanted, call_back_counts, call_back_page, call_backs
from cati.desk.calling import save_answer, start_call
from cati.desk.case_history import WholeCase, whole_case
from cati.desk.casefile import add_note, case_card, log_email_request
from cati.desk.changes import Change, case_log
from cati.desk.closing import close_call
from cati.desk.counts import SampleCount, in_all, sample_counts
from cati.desk.data_requests import REQUEST_KINDS, DataRequest, RequestKind, answered, data_requests, log_request
from cati.desk.delivery import held_by, next_case, release, renew, resume_held, take_case
from cati.desk.erasure import Purged, Withdrawn, purge, withdraw_respondent
from cati.desk.errors import HeardFirst, LostHold, MovedOn, UndoRefused
from cati.desk.events import record_event
from cati.desk.explanation import Explanation, explain
from cati.desk.finding import Found, find_cases
from cati.desk.foresee import Foreseen, foresee
from cati.desk.heard import Heard
from cati.desk.heartbeat import Beat, heartbeat
from cati.desk.interviews_checked import CheckedInterview, checked_interviews, programs_of
from cati.desk.issuing import Held, Issued, Stratum, hold_sample, issue_sample
from cati.desk.messages import ShiftNote, leave_note, list_messages, mark_read, send_message, shift_notes
from cati.desk.online import OnlineCounts, OnlineRow, load_online
from cati.desk.online_answers import OnlineAnswers
from cati.desk.opting_out import Listed, bar_case, opt_out_counts, opt_out_details, take_off_list
from cati.desk.outbox import Promise, export_outbox, list_outbox, mark_sent, take_back_sent
from cati.desk.paging import Leaf, Page
from cati.desk.personal_copy import respondent_copy
from cati.desk.quality import (
    BACK_CHECK_RESULTS,
    LISTENING_RESULTS,
    CallToHear,
    Quality,
    calls_to_hear,
    listenings,
    quality_now,
    record_back_check,
    record_listening,
)
from cati.desk.recoding import recode_call
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
    Message,
    Note,
    OpenCall,
    PastCall,
    PhoneNumber,
    Refusal,
    Result,
    SampleRow,
)
from cati.desk.releasing import Release
from cati.desk.renumbering import add_number, correct_number, mark_number
from cati.desk.repairing import Repaired, RowChange, foresee_repair
from cati.desk.repairs import (
    cancel_appointment,
    move_appointment,
    opt_out_case,
    reassign_case,
    release_case,
    reopen_case,
)
from cati.desk.responses import (
    CaseResponse,
    ResponseCount,
    ResponseTables,
    open_link_counts,
    response_cases,
    response_counts,
    response_tables,
)
from cati.desk.sample import load_sample, would_load
from cati.desk.shift import PRESENCE, day, find_interviewer, known_interviewer, present, sign_in, sign_out
from cati.desk.stood import WeekCounts, outcome_counts, outcome_counts_across, outcome_counts_by_week
from cati.desk.study import install_study, installed_study, open_study
from cati.desk.taking_back import undo_repair
from cati.desk.undo import UNDO_TIME, undo_close
from cati.desk.users import (
    User,
    add_user,
    appoint_administrator,
    disable_user,
    enable_user,
    list_users,
    set_pin,
    set_role,
)
from cati.desk.watching import Seat, hours_today, in_detail, midnight, shift_now

__all__ = [
    "ACTS",
    "APPOINTMENTS",
    "BACK_CHECK_RESULTS",
    "LISTENING_RESULTS",
    "PRESENCE",
    "REQUEST_KINDS",
    "ROLES",
    "UNDO_TIME",
    "Act",
    "Actor",
    "Amended",
    "AsSeen",
    "BatchLoad",
    "Beat",
    "Booked",
    "Booking",
    "CallBack",
    "CallToHear",
    "CaseBehind",
    "CaseCard",
    "CaseResponse",
    "Change",
    "CheckedInterview",
    "Closed",
    "DataRequest",
    "Day",
    "DayAppointment",
    "Delivery",
    "EmailRequest",
    "Explanation",
    "Foreseen",
    "Found",
    "Heard",
    "HeardFirst",
    "Held",
    "HeldCase",
    "Hold",
    "InstalledStudy",
    "Interviewer",
    "Issued",
    "Leaf",
    "Listed",
    "LoadCounts",
    "LostHold",
    "Message",
    "MovedOn",
    "Note",
    "OnlineAnswers",
    "OnlineCounts",
    "OnlineRow",
    "OpenCall",
    "Overtaken",
    "Page",
    "PastCall",
    "PhoneNumber",
    "Previewed",
    "Promise",
    "Purged",
    "Quality",
    "Refusal",
    "Release",
    "Repaired",
    "RequestKind",
    "ResponseCount",
    "ResponseTables",
    "Result",
    "Role",
    "RowChange",
    "SampleCount",
    "SampleRow",
    "Seat",
    "ShiftNote",
    "Stratum",
    "UndoRefused",
    "User",
    "Wanted",
    "WeekCounts",
    "WholeCase",
    "Withdrawn",
    "add_note",
    "add_number",
    "add_user",
    "allow",
    "amend_answer",
    "answered",
    "appoint_administrator",
    "as_seen",
    "bar_case",
    "call_back_counts",
    "call_back_page",
    "call_backs",
    "calls_to_hear",
    "cancel_appointment",
    "case_card",
    "case_log",
    "cases_behind",
    "check_booking",
    "checked_interviews",
    "close_call",
    "correct_number",
    "data_requests",
    "day",
    "disable_user",
    "do_as_previewed",
    "enable_user",
    "explain",
    "export_outbox",
    "find_cases",
    "find_interviewer",
    "foresee",
    "foresee_repair",
    "heartbeat",
    "held_by",
    "hold_sample",
    "hours_today",
    "how_issued",
    "in_all",
    "in_detail",
    "install_study",
    "installed_study",
    "is_locked",
    "issue_sample",
    "known_interviewer",
    "leave_note",
    "list_messages",
    "list_outbox",
    "list_users",
    "listenings",
    "load_online",
    "load_sample",
    "log_email_request",
    "log_request",
    "mark_number",
    "mark_read",
    "mark_sent",
    "midnight",
    "move_appointment",
    "next_case",
    "open_link_counts",
    "open_study",
    "opt_out_case",
    "opt_out_counts",
    "opt_out_details",
    "outcome_counts",
    "outcome_counts_across",
    "outcome_counts_by_week",
    "own_clock",
    "permit",
    "present",
    "preview",
    "programs_of",
    "purge",
    "quality_now",
    "reassign_case",
    "recode_call",
    "record_back_check",
    "record_event",
    "record_listening",
    "release",
    "release_case",
    "renew",
    "reopen_case",
    "respondent_copy",
    "response_cases",
    "response_counts",
    "response_tables",
    "resume_held",
    "sample_counts",
    "save_answer",
    "send_message",
    "set_pin",
    "set_role",
    "shift_notes",
    "shift_now",
    "sign_in",
    "sign_in_as",
    "sign_out",
    "start_call",
    "take_back_sent",
    "take_case",
    "take_off_list",
    "undo_close",
    "undo_repair",
    "whole_case",
    "withdraw_respondent",
    "would_load",
]
