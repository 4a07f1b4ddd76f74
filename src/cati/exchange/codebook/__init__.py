"""The codebook: one description of the data, made from the questionnaire, that every file is written from."""

from __future__ import annotations

from .building import build, codebook_of
from .combining import Differing, combine
from .names import check_names
from .variables import Apart, Code, Codebook, Consent, MultiSet, Variable

__all__ = [
    "Apart",
    "Code",
    "Codebook",
    "Consent",
    "Differing",
    "MultiSet",
    "Variable",
    "build",
    "check_names",
    "codebook_of",
    "combine",
]
