"""What a careful colleague would say of a form before it goes out: never a refusal.

Accessibility and wording that a program can see in the document: too many questions on
a page, radio buttons without end, “other” without a box to say what, words that only
the office knows. What has to be right for the form to work is the compiler's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from forms.compiler import all_fields_of, fields_of
from forms.forms.controls import control_of
from forms.rules import leaves, rules_of
from forms.words import by_key

QUESTIONS_ON_A_PAGE = 10
RADIO_CHOICES = 9
LONG_LABEL = 60
LONG_SENTENCE = 80
FULL_WIDTH = re.compile("[Ａ-Ｚａ-ｚ０-９]")
MACHINE_DEPENDENT = re.compile("[①-⓿㈠-㉃㊤-㊰㌀-㍿Ⅰ-ⅿ]")
HALF_KANA = re.compile("[｡-ﾟ]")
OTHER = re.compile("^(その他|そのほか|他)")
PRIVATE = re.compile("(病|障害|障がい|アレルギ|服薬|診断|虐待|宗教|国籍|生活保護|暴力)")
OFFICE_WORDS = re.compile(
    "(該当者|当該|左記|右記|前項|速やかに|別途|可及的|貴殿|捺印|押印)"
)
NEGATIVES = re.compile("(ない.*ない|ません.*ない|なく.*ない)")

Field = Mapping[str, Any]


@dataclass(frozen=True)
class Hint:
    """One thing to look at: where it is, by key and in words, and what to do."""

    key: str
    where: str
    words: str


def hints(document: Mapping[str, Any]) -> list[Hint]:
    """Everything worth a second look, in the order of the form."""
    found, fields = list(_of_form(document)), by_key(document)
    for page in document["pages"]:
        found += _of_page(page)
    for field in all_fields_of(document):
        found += _of_field(field)
        found += _of_rules(field, fields)
    return found + list(_of_labels(document))


def _of_form(document: Mapping) -> Iterator[Hint]:
    texts, title = document["texts"], document["title"]
    if not texts.get("intro"):
        yield Hint("", title, _("Write an introduction: what the form is for."))
    if not texts.get("what_you_need"):
        words = _("Say how long it takes and what people should have at hand.")
        yield Hint("", title, words)
    if not texts.get("privacy_note"):
        words = _("Say what the personal data is used for and who sees it.")
        yield Hint("", title, words)
    if not texts.get("next_steps"):
        yield Hint("", title, _("Say what happens after sending, and when."))


def _of_page(page: Mapping) -> Iterator[Hint]:
    asked = [field for field in page["fields"] if control_of(field).is_answer]
    if len(asked) > QUESTIONS_ON_A_PAGE:
        words = _("There are %(count)s questions on this page. Divide it by subject.")
        yield Hint(page["key"], page["title"], words % {"count": len(asked)})


def _of_field(field: Field) -> Iterator[Hint]:
    key, label = field["key"], field["label"]
    for words in [*_of_words(label), *_of_kind(field)]:
        yield Hint(key, label, words)
    for option in field.get("options") or []:
        is_other = OTHER.match(option["label"]) and option["key"] != "other"
        has_box = option.get("free_text") or field["type"] == "select"
        if is_other and not has_box:
            words = _("The choice “%(choice)s” has no text box to say what.")
            yield Hint(key, label, words % {"choice": option["label"]})
    longest = max(map(len, re.split("[。\n]", field.get("help") or "")), default=0)
    if longest > LONG_SENTENCE:
        yield Hint(key, label, _("The explanation has a long sentence. Divide it."))


def _of_rules(field: Field, fields: Mapping[str, Field]) -> Iterator[Hint]:
    """Whoever ticks two boxes has not answered “is the one” with either of them."""
    for _kind, rule in rules_of(field):
        for leaf in leaves(rule):
            asked = fields[leaf["key"]]
            if asked["type"] == "checkboxes" and leaf["op"] in ("is", "is_not"):
                words = _(
                    "Its condition is true only if nothing else is ticked in"
                    " “%(question)s”. To ask whether one is ticked, pick “contains”."
                )
                words %= {"question": asked["label"]}
                yield Hint(field["key"], field["label"], words)


def _of_words(label: str) -> Iterator[str]:
    if len(label) > LONG_LABEL:
        yield _("The question is long. Move a part of it into the explanation.")
    if FULL_WIDTH.search(label):
        yield _("Write letters and digits in half width.")
    if MACHINE_DEPENDENT.search(label) or HALF_KANA.search(label):
        yield _("It has signs that some machines show wrongly, or half-width kana.")
    if OFFICE_WORDS.search(label):
        yield _("It has words that only offices use. Say it in everyday words.")
    if NEGATIVES.search(label):
        yield _("It says “not” twice. Ask it the other way round.")


def _of_kind(field: Field) -> Iterator[str]:
    kind, options = field["type"], field.get("options") or []
    if kind == "radio" and len(options) > RADIO_CHOICES:
        yield _("There are many choices. A list to pick from is easier to use.")
    if kind in ("radio", "select") and len(options) == 1:
        yield _("There is only one choice. A box to confirm is clearer.")
    if kind == "file" and field["required"]:
        yield _("People without a scanner or camera cannot answer. Let it be optional.")
    is_private = PRIVATE.search(field["label"]) and control_of(field).is_answer
    if is_private and not field.get("sensitive"):
        yield _("It asks about something sensitive. Mark it so in its settings.")


def _of_labels(document: Mapping) -> Iterator[Hint]:
    seen: dict[str, str] = {}
    for field in fields_of(document):
        first = seen.setdefault(field["label"], field["key"])
        if first != field["key"] and control_of(field).is_answer:
            words = _(
                "Two questions have the same wording. Nobody can tell them apart."
            )
            yield Hint(field["key"], field["label"], words)
