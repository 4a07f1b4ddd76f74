"""Figures of fieldwork, as plain values: what reports print and the supervisor's screen shows.

The database groups, so that they take seconds at half a million calls. Definitions: docs/fieldwork_reports.md.
"""

from cati.desk.figures.appointments import AppointmentFigures, StatusCount, appointment_figures
from cati.desk.figures.calls import CallCount, CallFigures, NotCounted, call_figures
from cati.desk.figures.counted import CAME, CAME_LABELS, Came
from cati.desk.figures.interviewers import BREAK, Corrected, Hours, InterviewerFigures, interviewer_figures
from cati.desk.figures.lengths import SPEEDING, LengthFigures, Speeder, length_figures
from cati.desk.figures.period import Period, monday_of
from cati.desk.figures.progress import DayProgress, GroupProgress, ProgressFigures, progress_figures

__all__ = [
    "BREAK",
    "CAME",
    "CAME_LABELS",
    "SPEEDING",
    "AppointmentFigures",
    "CallCount",
    "CallFigures",
    "Came",
    "Corrected",
    "DayProgress",
    "GroupProgress",
    "Hours",
    "InterviewerFigures",
    "LengthFigures",
    "NotCounted",
    "Period",
    "ProgressFigures",
    "Speeder",
    "StatusCount",
    "appointment_figures",
    "call_figures",
    "interviewer_figures",
    "length_figures",
    "monday_of",
    "progress_figures",
]
