"""How the online survey says that somebody stands, and which of several events is the newest."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import case

from cati.storage.tables import case_event

Status = Literal["complete", "partial", "opted_out"]
COMPLETE: Status = "complete"
PARTIAL: Status = "partial"
OPTED_OUT: Status = "opted_out"

# of two at one instant (a survey that tells the day alone) the one that says more is the newer
_WEIGHT = case((case_event.c.status == COMPLETE, 2), (case_event.c.status == OPTED_OUT, 1), else_=0)
NEWEST = (case_event.c.at.desc(), _WEIGHT.desc(), case_event.c.id.desc())
"""The order of a case's events, the newest first, in whatever order they were loaded."""
