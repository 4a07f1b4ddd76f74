"""The parts of the README that are made from the program, so that they are never out of date."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def generated() -> dict[str, str]:
    """The text of each generated part, by the name in its marks."""
    from cati.cli.registry import help_page
    from cati.console.interviewer.keys import key_table
    from cati.console.supervisor.keys import REGISTRY

    return {
        "help": f"```text\n{help_page()}\n```\n",
        "keys": f"\n{key_table().strip()}\n\n",
        "supervisor-keys": f"\n{REGISTRY.key_table().strip()}\n\n",
    }


def brought_up_to_date(text: str) -> str:
    """The README with its generated parts made anew. Raises ValueError where the marks of one are missing."""
    for name, part in generated().items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not marks.search(text):
            raise ValueError(f"README.md has no part marked <!-- {name} -->")
        text = marks.sub(lambda found, part=part: found[1] + part + found[2], text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    README.write_text(brought_up_to_date(README.read_text(encoding="utf-8")), encoding="utf-8")
