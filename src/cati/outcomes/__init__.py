"""What a call came to: outcome schemes, a case's outcome from its calls, the outcome table, the AAPOR rates.

Everything here is a pure function of its arguments. No outcome and no row is named in the code: they are data,
in the scheme (`outcomes/<study>.yaml`).
"""

from cati.outcomes.derive import Derived, Event, EventKind, NumberState, derive, number_states
from cati.outcomes.rates import RATE_DEFINITIONS, Rates, group_counts, rates
from cati.outcomes.scheme import (
    GROUPS,
    Column,
    Disposition,
    Outcome,
    OutcomeKind,
    PrecedenceClass,
    Row,
    Scheme,
    Setting,
    TableRate,
)
from cati.outcomes.table import RateValue, Table, TableRow, count_outcomes, outcome_table

__all__ = [
    "GROUPS",
    "RATE_DEFINITIONS",
    "Column",
    "Derived",
    "Disposition",
    "Event",
    "EventKind",
    "NumberState",
    "Outcome",
    "OutcomeKind",
    "PrecedenceClass",
    "RateValue",
    "Rates",
    "Row",
    "Scheme",
    "Setting",
    "Table",
    "TableRate",
    "TableRow",
    "count_outcomes",
    "derive",
    "group_counts",
    "number_states",
    "outcome_table",
    "rates",
]
