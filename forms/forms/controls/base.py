"""What every control can do. The others say where they differ.

``read`` takes what was typed out of a POST and keeps it as typed (that is what a draft
stores). ``clean`` turns it into the answer, or raises a sentence that names the
question and says what to do; None is no answer. ``show`` is the answer for people,
``raw`` the answer as a machine outside wants it: option codes, ISO days and times.
``retype`` is the way back: what somebody would have typed to give this answer.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from forms.forms import text

Field = Mapping[str, Any]


class Control:
    """A single text box."""

    template = "forms/controls/text.html"
    input_type = "text"
    input_mode = ""
    autocomplete = "off"
    is_group = False
    is_answer = True
    is_typed = True
    # The script of a page cannot compare what only the server can read.
    is_read_by_server = False
    empty: Any = ""

    def read(self, field: Field, post: QueryDict) -> Any:
        return text.tidy(post.get(field["key"], ""))

    def stay(self, field: Field, post: QueryDict) -> str:
        """The part of the page to return to: a button of the control was pressed."""
        return ""

    def target(self, field: Field, part: str) -> str:
        """What a link to the control adds to ``id_<key>``."""
        return ""

    def is_empty(self, typed: Any) -> bool:
        return not typed or not str(typed).strip()

    def clean(self, field: Field, typed: Any) -> Any:
        """The answer; None if there is none. ValidationError says what to change."""
        if not isinstance(typed, str) or self.is_empty(typed):
            return None
        text.refuse_unreadable(field["label"], typed)
        return self.parse(field, typed)

    def parse(self, field: Field, typed: str) -> Any:
        return self.checked(field, one_line(typed))

    def checked(self, field: Field, value: str) -> str:
        text.refuse_length(field["label"], value, field.get("max") or 0)
        if field.get("is_name"):
            text.refuse_emoji(field["label"], value)
        return value

    def missing(self, field: Field) -> str:
        return _("Enter “%(label)s”.") % {"label": field["label"]}

    def show(self, field: Field, value: Any) -> str:
        return str(value)

    def raw(self, field: Field, value: Any) -> Any:
        return value

    def retype(self, field: Field, value: Any) -> Any:
        return value

    def slots(self, field: Field, value: Any) -> dict[str, str]:
        """What lists show of the answer, by what it is to the city."""
        return {field["slot"]: self.show(field, value)}


class Untyped(Control):
    """What stands on a page and is not filled in: it reads nothing out of a POST."""

    is_typed = False

    def read(self, field, post):
        return ""

    def clean(self, field, typed):
        return None


class Notice(Untyped):
    """Text to read: it asks nothing and keeps nothing."""

    template = "forms/controls/information.html"
    is_answer = False


CONTROLS: dict[str, Control] = {}


def control_of(field: Field) -> Control:
    """The control of a question of a published document."""
    return CONTROLS[field["type"]]


def one_line(typed: str) -> str:
    return " ".join(typed.split("\n")).strip()


def part_of(typed: Any, name: str) -> str:
    """One text box of a control that has several; nothing where there is none."""
    found = typed.get(name) if isinstance(typed, Mapping) else None
    return found if isinstance(found, str) else ""


def refuse_part(field: Field, part: str, words: str) -> ValidationError:
    """The refusal of one text box among several, so that the link goes to it."""
    return ValidationError(words % {"label": field["label"]}, params={"part": part})
