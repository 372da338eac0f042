"""The numbered cases of the forms: each a rule, its tests, and the edit without it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).parent / "cases.toml"


@dataclass(frozen=True)
class Edit:
    """A text that stands in a file once, and what stands there without the rule."""

    file: str
    text: str
    instead: str

    def taken_from(self, content: str) -> str:
        """The content without the rule. ValueError where the text is not found once."""
        if content.count(self.text) != 1:
            raise ValueError(f"{self.file}: {self.text!r} is not found once")
        return content.replace(self.text, self.instead)


@dataclass(frozen=True)
class Case:
    """One rule of a numbered case; several may have the same number."""

    number: int
    rule: str
    tests: tuple[str, ...]
    edits: tuple[Edit, ...]
    database: str = ""

    def plays_on(self, url: str) -> bool:
        return not self.database or url.startswith(self.database)


def cases() -> list[Case]:
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["case"]
    return [
        Case(
            number=row["number"],
            rule=row["rule"],
            tests=tuple(row["tests"]),
            edits=tuple(
                Edit(one["file"], one["text"], one["instead"])
                for one in [row, *row.get("also", [])]
            ),
            database=row.get("database", ""),
        )
        for row in rows
    ]
