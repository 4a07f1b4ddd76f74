"""One person of the sample, as a sample file gives them and as the desk takes them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A checked row of a sample file. Texts are data: kept as given, shown literally."""

    serial: str
    name: str = ""
    la: str = ""
    region: str = ""
    ofsted: str = ""
    phones: tuple[str, ...] = ()
    """Telephone numbers as E.164 (`+441134960123`), each once, in the order of the columns phone, phone2, …"""
    email: str = ""
    link: str = "individual"
    """`individual` or `open`: the kind of online link that was sent."""
    recontact: bool | None = None
    """Whether the person agreed at the last wave to be contacted again; None where the file does not say."""
    batch: str = ""
    timezone: str = ""
    """IANA name; empty for the study's own zone."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Every other column of the file, by its name."""
    given: frozenset[str] | None = None
    """The columns the file has; None for all. What a file leaves out, an update leaves alone."""
