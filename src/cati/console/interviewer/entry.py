"""The entry line: a text and the place in it."""

from __future__ import annotations


class Entry:
    """What has been typed. `at` is where the next character goes."""

    __slots__ = ("at", "text")

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.at = len(text)

    def set(self, text: str) -> None:
        """Another text, the place at its end."""
        self.text = text
        self.at = len(text)

    def press(self, key: str) -> bool:
        """A character or an editing key; False where the key is neither."""
        if len(key) == 1:
            self.text = self.text[: self.at] + key + self.text[self.at :]
            self.at += 1
        elif key == "backspace":
            self.text = self.text[: max(0, self.at - 1)] + self.text[self.at :]
            self.at = max(0, self.at - 1)
        elif key == "delete":
            self.text = self.text[: self.at] + self.text[self.at + 1 :]
        elif key == "ctrl+u":
            self.set("")
        elif key == "left":
            self.at = max(0, self.at - 1)
        elif key == "right":
            self.at = min(len(self.text), self.at + 1)
        elif key == "home":
            self.at = 0
        elif key == "end":
            self.at = len(self.text)
        else:
            return False
        return True
