"""What nobody types: calculated answers, presets, and the notice that stops."""

from typing import Any

from forms.forms.controls.base import Control, Notice, Untyped


class Calculated(Untyped):
    """A value made of other answers, by the evaluator."""

    template = "forms/controls/calculated.html"

    def is_empty(self, typed: Any) -> bool:
        return True

    def show(self, field, value):
        unit = field.get("unit") or ""
        # 7歳, but 7 years: words of letters stand apart from a number.
        return f"{value} {unit}" if unit[:1].isascii() and unit else f"{value}{unit}"


class Preset(Untyped):
    """A value that comes with the form or with the link, and only a listed one."""

    template = "forms/controls/preset.html"

    def clean(self, field, typed):
        if not field.get("parameter"):
            return field["value"]
        if isinstance(typed, str) and typed in field["allowed"]:
            return typed
        return field.get("value") or None

    def arrived(self, field, query) -> str:
        """What the link says, if it is one of the values the form allows."""
        given = query.get(field["parameter"], "") if field.get("parameter") else ""
        return given if given in field.get("allowed", []) else ""


class Stop(Notice):
    """A message that ends the journey and says whom to call."""

    def target(self, field, part):
        return "-field"


class FileList(Control):
    """Attached files; how they arrive is added by the module of uploads."""

    template = "forms/controls/file.html"
    is_typed = False
    empty: Any = []

    def read(self, field, post):
        return []

    def clean(self, field, typed):
        return typed if isinstance(typed, list) and typed else None

    def show(self, field, value):
        return "\n".join(item["name"] for item in value)
