"""What is typed to find somebody, as a condition."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, or_

from cati.desk.words import storable


def contains(text: str, *columns: Column[str]) -> ColumnElement[bool]:
    """Does any of the columns contain the text, whatever its capitals?

    SQLite's own comparison knows the capitals of plain letters alone; so the text is looked for as typed, in capitals,
    without, and as names are written.
    """
    text = " ".join(storable(text).split())
    others = () if text.isascii() else (text.lower(), text.upper(), text.title(), text.casefold())
    spellings = dict.fromkeys((text, *others))
    return or_(*(column.icontains(each, autoescape=True) for each in spellings for column in columns))
