"""What the script of the editor says: the same words as the map of the form."""

from typing import Any

from django.utils.translation import gettext as _

from forms.calculations import GRADES
from forms.compiler import CONSENT_LABELS, GRADE_LABELS, UNKNOWN
from forms.words import comparisons_in_words


def words_of_editor() -> dict[str, Any]:
    """Sentences and fixed choices, in the language of who edits."""
    grades = {key: _(GRADE_LABELS[key[0]]) % {"year": key[1]} for key in GRADES}
    unknown = {"unknown": _(UNKNOWN)}
    return {
        "choose": _("Choose"),
        "none_picked": _("Nothing picked"),
        "unknown": _("%(name)s (cannot be picked here)"),
        "review": _("The review of the answers"),
        "today": _("today"),
        "checked": _("checked"),
        "comparisons": comparisons_in_words(),
        "and": _(" and "),
        "or": _(" or "),
        "none": _("none of these is true: %(conditions)s"),
        "sentence": _("In words: %(conditions)s"),
        "fixed": {
            "yes_no": choices({"yes": _("Yes"), "no": _("No")} | unknown),
            "grade": choices(grades | {"other": _("Other")} | unknown),
            "consent": choices({key: _(word) for key, word in CONSENT_LABELS.items()}),
        },
        "examples": {
            "date": _("today, or 2026/11/23, or another date of this form"),
            "number": _("like 10"),
            "count": _("like 2"),
            "time": _("like 16:30"),
        },
        "add": {
            "pages": _("Add a page"),
            "fields": _("Add a question"),
            "options": _("Add a choice"),
            "conditions": _("Add a condition"),
            "groups": _("Add a group of conditions"),
            "goto": _("Add a way to a later page"),
            "checks": _("Add a check"),
            "translations": _("Add a translation"),
            "questions": _("Add a question to work with"),
            "allowed": _("Add a value"),
        },
        "used": _(
            "“%(name)s” is used here:\n%(users)s\n\nIf it is removed, the form"
            " cannot be published until that is changed. Remove it?"
        ),
        "remove": _(
            "Remove “%(name)s”? Until the draft is saved, it comes back when the page"
            " is opened again."
        ),
    }


def choices(labels: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in labels.items()]
