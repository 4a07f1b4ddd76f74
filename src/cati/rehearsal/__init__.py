"""Rules on trial: whole fieldworks simulated through the real desk, before anybody is called.

Real are the study's files, its calling rules, the claim of the next case, the call, the questionnaire and its routing,
the outcomes and the database. Simulated are the clock, the people and the interviewers' hands. See docs/rehearsal.md.
"""

from cati.rehearsal.comparing import LEVEL, MEASURES, Difference, Measure, difference, mean_of
from cati.rehearsal.findings import Findings, Hard, PartOfWeek, Soft
from cati.rehearsal.orders import ORDERS
from cati.rehearsal.population import Population
from cati.rehearsal.population_file import SHIPPED, check_against, population_text, read_population
from cati.rehearsal.running import Job, days_of, full_hours, hours_of, run_all, run_one, study_of, usual_processes

__all__ = [
    "LEVEL",
    "MEASURES",
    "ORDERS",
    "SHIPPED",
    "Difference",
    "Findings",
    "Hard",
    "Job",
    "Measure",
    "PartOfWeek",
    "Population",
    "Soft",
    "check_against",
    "days_of",
    "difference",
    "full_hours",
    "hours_of",
    "mean_of",
    "population_text",
    "read_population",
    "run_all",
    "run_one",
    "study_of",
    "usual_processes",
]
