"""Files in and out: the sample, what the online survey says, and the synthetic sample of the demonstration."""

from __future__ import annotations

from .online_file import OnlineReport, load_online_file, read_online
from .report import LoadReport, Refusal
from .sample_file import load_sample_file, read_sample
from .synthetic import WAVE2_REGIONS, synthetic_sample
from .write_sample import write_sample_csv

__all__ = [
    "WAVE2_REGIONS",
    "LoadReport",
    "OnlineReport",
    "Refusal",
    "load_online_file",
    "load_sample_file",
    "read_online",
    "read_sample",
    "synthetic_sample",
    "write_sample_csv",
]
