"""A study: a folder with its questionnaire, code lists, calling rules and outcome scheme, read from files."""

from cati.studies.study import Study, load_study, outcome_scheme_text

__all__ = ["Study", "load_study", "outcome_scheme_text"]
