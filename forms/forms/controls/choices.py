"""Choices: one, several, a box to tick, yes or no, a grade, a consent, a school."""

from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forms.forms import text
from forms.forms.controls.base import Control, Field, one_line, part_of
from staff.models import Partner

OTHER_TEXT = 200


def option_of(field: Field, key: str) -> Field | None:
    return next((o for o in field["options"] if o["key"] == key), None)


def key_of_part(part: Any) -> str:
    """The key of one chosen option, with words of its own or without."""
    return part.get("key", "") if isinstance(part, Mapping) else part


def picked(typed: Any) -> tuple[list[str], dict[str, str]]:
    """What is chosen, and the words beside it, from a draft's shape or an answer's."""
    if isinstance(typed, Mapping) and "chosen" in typed:
        words = typed.get("texts")
        chosen = typed["chosen"] if isinstance(typed["chosen"], list) else []
        return (
            [key for key in chosen if isinstance(key, str)],
            {k: v for k, v in words.items() if isinstance(v, str)}
            if isinstance(words, Mapping)
            else {},
        )
    parts = typed if isinstance(typed, list) else [typed]
    chosen, texts = [], {}
    for part in parts:
        key = key_of_part(part)
        if isinstance(key, str) and key:
            chosen.append(key)
            if part_of(part, "text"):
                texts[key] = part["text"]
    return chosen, texts


class Choice(Control):
    """Options from a list; some have a text box of their own.

    An option alone is stored as its key, one with words as ``{"key", "text"}``.
    """

    is_group = True

    def target(self, field, part):
        return "-0"

    def text_name(self, field, option) -> str:
        return f"{field['key']}-{option['key']}-text"

    def read(self, field, post):
        chosen = [text.tidy(v)[:40] for v in post.getlist(field["key"])][:200]
        chosen = [key for key in chosen if key]
        texts = {
            option["key"]: text.tidy(post.get(self.text_name(field, option), ""))
            for option in field["options"]
            if option.get("free_text")
        }
        if texts:
            return {"chosen": chosen, "texts": texts}
        return chosen

    def is_empty(self, typed):
        return not picked(typed)[0]

    def chosen(self, field, typed) -> list[Any]:
        """The options chosen, in their order; what was never offered is dropped."""
        keys, texts = picked(typed)
        found = []
        for option in field["options"]:
            if option["key"] in keys:
                words = one_line(texts.get(option["key"], ""))
                if not option.get("free_text") or not words:
                    found.append(option["key"])
                    continue
                text.refuse_unreadable(field["label"], words)
                text.refuse_length(field["label"], words, OTHER_TEXT)
                found.append({"key": option["key"], "text": words})
        return found

    def in_words(self, field, part) -> str:
        option = option_of(field, key_of_part(part))
        label = option["label"] if option else ""
        words = part_of(part, "text")
        return f"{label}（{words}）" if words else label

    def as_code(self, field, part) -> Any:
        option = option_of(field, key_of_part(part))
        if option is None:
            return None
        words = part_of(part, "text")
        return {"code": option["code"], "text": words} if words else option["code"]

    def missing(self, field):
        return _("Choose “%(label)s”.") % {"label": field["label"]}


class OneChoice(Choice):
    """Radio buttons, or a list to pick from."""

    def __init__(self, template: str, is_group: bool):
        self.template, self.is_group = template, is_group

    def target(self, field, part):
        return "-0" if self.is_group else ""

    def read(self, field, post):
        typed = super().read(field, post)
        return typed if isinstance(typed, dict) else (typed or [""])[0]

    def clean(self, field, typed):
        return next(iter(self.chosen(field, typed)), None)

    def show(self, field, value):
        return self.in_words(field, value)

    def raw(self, field, value):
        return self.as_code(field, value)


class Checkboxes(Choice):
    template = "forms/controls/checkboxes.html"
    empty: Any = []

    def clean(self, field, typed):
        found = self.chosen(field, typed) or None
        most, least = field.get("most"), field.get("least")
        if found and most and len(found) > most:
            raise ValidationError(
                _("Choose at most %(limit)s under “%(label)s”.")
                % {"label": field["label"], "limit": most}
            )
        if found and least and len(found) < least:
            raise ValidationError(
                _("Choose at least %(limit)s under “%(label)s”.")
                % {"label": field["label"], "limit": least}
            )
        return found

    def missing(self, field):
        return _("Choose at least one under “%(label)s”.") % {"label": field["label"]}

    def show(self, field, value):
        return "\n".join(self.in_words(field, part) for part in value)

    def raw(self, field, value):
        codes = [self.as_code(field, part) for part in value]
        return [code for code in codes if code is not None]


class Confirm(Control):
    """One box to tick."""

    template = "forms/controls/confirm.html"

    def parse(self, field, typed):
        return "yes" if typed == "yes" else None

    def missing(self, field):
        return _("Please read “%(label)s” and tick the box.") % {
            "label": field["label"]
        }

    def show(self, field, value):
        return _("Ticked")


class Consent(OneChoice):
    """A text and what the person says to it: yes, not yet, or why not.

    The answer keeps which text was shown. Whatever is said, nothing is held back.
    """

    def __init__(self):
        super().__init__("forms/controls/consent.html", is_group=True)

    def target(self, field, part):
        return "-reason" if part == "reason" else "-0"

    def read(self, field, post):
        chosen = text.tidy(post.get(field["key"], ""))[:40]
        reason = text.tidy(post.get(f"{field['key']}-reason", ""))
        return {"key": chosen, "reason": reason} if chosen or reason else ""

    def is_empty(self, typed):
        return not key_of_part(typed)

    def clean(self, field, typed):
        key = key_of_part(typed)
        if not isinstance(key, str) or option_of(field, key) is None:
            return None
        reason = one_line(part_of(typed, "reason")) if key == "cannot" else ""
        text.refuse_unreadable(field["label"], reason)
        if key == "cannot" and not reason:
            raise ValidationError(
                _("“%(label)s”: please write the reason too.")
                % {"label": field["label"]},
                params={"part": "reason"},
            )
        text.refuse_length(field["label"], reason, 300)
        return {"key": key, "reason": reason, "shown": field["text_sha256"]}

    def show(self, field, value):
        label = self.in_words(field, value["key"])
        return f"{label}（{value['reason']}）" if value.get("reason") else label

    def raw(self, field, value):
        return self.as_code(field, value["key"])


class PartnerList:
    """The schools and groups in use, asked for once whatever needs them how often."""

    @cached_property
    def all(self) -> list[Partner]:
        return list(Partner.objects.filter(is_active=True))

    def of_kind(self, kind: str | None) -> list[Partner]:
        return [p for p in self.all if not kind or p.kind == kind]

    @cached_property
    def by_code(self) -> dict[str, Partner]:
        return {partner.code: partner for partner in self.all}


_partners: ContextVar[PartnerList | None] = ContextVar("partners", default=None)


@contextmanager
def one_partner_list():
    """Within this block the list of schools and groups is asked for at most once."""
    token = _partners.set(_partners.get() or PartnerList())
    try:
        yield
    finally:
        _partners.reset(token)


class PartnerChoice(Control):
    """A school from the list, or its name typed. The answer keeps its name of today."""

    template = "forms/controls/partner.html"
    is_group = True

    def read(self, field, post):
        typed = {
            "code": text.tidy(post.get(field["key"], ""))[:20],
            "name": text.tidy(post.get(f"{field['key']}-other", "")),
        }
        return typed if any(typed.values()) else ""

    def is_empty(self, typed):
        return not (part_of(typed, "code") or part_of(typed, "name").strip())

    def clean(self, field, typed):
        if self.is_empty(typed):
            return None
        name = one_line(part_of(typed, "name"))
        text.refuse_unreadable(field["label"], name)
        if name and not part_of(typed, "code"):
            return {"code": "", "name": self.checked(field, name)}
        listed = self.listed(part_of(typed, "code"))
        if listed and name in ("", listed["name"]):
            return listed
        return {"code": "", "name": self.checked(field, name)} if name else None

    def listed(self, code: str) -> dict[str, str] | None:
        partner = (_partners.get() or PartnerList()).by_code.get(code)
        return {"code": partner.code, "name": partner.name} if partner else None

    def missing(self, field):
        return _("Choose “%(label)s” from the list, or write its name.") % {
            "label": field["label"]
        }

    def show(self, field, value):
        return value["name"]

    def raw(self, field, value):
        return value["name"]

    def retype(self, field, value):
        return {"code": value["code"], "name": "" if value["code"] else value["name"]}
