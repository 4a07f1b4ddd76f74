"""What a call came to: outcome schemes, a case's outcome from its calls, the outcome table, the AAPOR rates.

Everything here is a pure function of its arguments. No outcome and no row is named in the code: they are data,
in the scheme (`outcomes/<study>.yaml`).
"""

from cati.outcomes.derive import Derived, Event, EventKind, NumberState, derive, number_states
from cati.outcomes.intervals import Margin, margin_of_error, wilson
from cati.outcomes.rates import RATE_DEFINITIONS, Rates, group_counts, pooled_e, rates
from cati.outcomes.scheme import (
    GROUPS,
    Column,
    Disposition,
    Outcome,
    OutcomeKind,
    PrecedenceClass,
    ResponseBreakdown,
    ResponseLayout,
    Row,
    Scheme,
    Setting,
    TableRate,
)
from cati.outcomes.table import (
    ComparedRow,
    RateValue,
    Table,
    TableRow,
    compare_tables,
    count_outcomes,
    outcome_table,
)

__all__ = [
    "GROUPS",
    "RATE_DEFINITIONS",
    "Column",
    "ComparedRow",
    "Derived",
    "Disposition",
    "Event",
    "EventKind",
    "Margin",
    "NumberState",
    "Outcome",
    "OutcomeKind",
    "PrecedenceClass",
    "RateValue",
    "Rates",
    "ResponseBreakdown",
    "ResponseLayout",
    "Row",
    "Scheme",
    "Setting",
    "Table",
    "TableRate",
    "TableRow",
    "compare_tables",
    "count_outcomes",
    "derive",
    "group_counts",
    "margin_of_error",
    "number_states",
    "outcome_table",
    "pooled_e",
    "rates",
    "wilson",
]
