"""Telephone numbers: what may be called, in its one form. Shared by all that take a number from somebody."""

from cati.phones.drama import DRAMA_PREFIXES, drama_number, is_drama_number
from cati.phones.reading import PhoneError, read_phone

__all__ = ["DRAMA_PREFIXES", "PhoneError", "drama_number", "is_drama_number", "read_phone"]
