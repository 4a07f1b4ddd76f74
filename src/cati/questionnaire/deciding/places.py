"""Where the parts of a questionnaire stand in its file, and which decisions speak of them."""

from __future__ import annotations

from typing import Any

from cati.questionnaire import model
from cati.questionnaire.scope import row_id
from cati.questionnaire.yaml_source import Path


class Places:
    """Paths of items, rows and options, by item or row id (compared without case)."""

    def __init__(self, questionnaire: model.Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._items: dict[str, tuple[Any, Path]] = {}
        for section_at, section in enumerate(questionnaire.sections):
            for item_at, item in enumerate(section.items):
                path: Path = ("sections", section_at, "items", item_at)
                self._items[item.id.lower()] = (item, path)
                for row_at, row in enumerate(getattr(item, "rows", ())):
                    self._items.setdefault(row_id(item.id, row.row).lower(), (item, (*path, "rows", row_at)))

    def item(self, item_id: str) -> Any:
        """The item of an id, or of a row's id."""
        return self._items[item_id.lower()][0]

    def path(self, item_id: str, *part: str | int) -> Path:
        """Where an item or a row stands, or a part of it."""
        return (*self._items[item_id.lower()][1], *part)

    def option(self, item_id: str, code: Any) -> Path:
        """Where an option or a special answer stands; its item's place where the option is taken from another."""
        item, path = self.item(item_id), self.path(self.item(item_id).id)
        options = getattr(item, "options", ())
        if isinstance(options, str):
            path, listed = ("option_lists", options), self._questionnaire.option_lists[options]
            return next(((*path, at) for at, each in enumerate(listed) if each.code == code), path)
        for at, option in enumerate(options):
            if option.code == code:
                return (*path, "options", at)
        for at, special in enumerate(getattr(item, "specials", ())):
            if special.key == getattr(code, "name", None):
                return (*path, "specials", at)
        return path

    def settled(self, item_id: str, *words: str) -> bool:
        """Whether the item, or a part of it, names a decision whose sentence speaks of one of `words`.

        What looks odd is then known to be meant, and the file says why.
        """
        item = self.item(item_id)
        parts = [item, *(part for name in ("options", "rows", "specials") for part in getattr(item, name, ()))]
        named = [decision for part in parts if not isinstance(part, str) for decision in part.decisions]
        sentences = [self._questionnaire.decisions.get(decision, "").lower() for decision in named]
        return any(word in sentence for word in words for sentence in sentences)
