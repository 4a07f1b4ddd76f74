"""The tabs by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cati.console.supervisor.cases import Cases
from cati.console.supervisor.interviewers import Interviewers
from cati.console.supervisor.messages import Messages
from cati.console.supervisor.progress import Progress
from cati.console.supervisor.quality import Quality
from cati.console.supervisor.queue import Queue
from cati.console.supervisor.shift import Shift

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.console.supervisor.state import State

_TABS: dict[str, type[State]] = {
    each.name: each for each in (Shift, Queue, Cases, Progress, Interviewers, Quality, Messages)
}


def make_tab(name: str, console: Controller) -> State:
    """The tab of that name, as it is at first."""
    return _TABS[name](console)
