"""A study: a folder with its questionnaire, code lists, calling rules and outcome scheme, read from files."""

from cati.studies.study import SHIPPED, Study, demo_script, load_study, outcome_scheme_text, starter_files

__all__ = ["SHIPPED", "Study", "demo_script", "load_study", "outcome_scheme_text", "starter_files"]
