"""What a form needs to work, apart from its conditions: wording, choices, codes.

Everything wrong is told at once, in sentences that name the question.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from forms import handlers
from forms.forms.controls import control_of
from forms.limits import contradictions

MINIMUM_OF_FREE = ("urgent",)


def check_document(document: dict[str, Any], problems: list[str]) -> None:
    if document["handler"] not in dict(handlers.choices()):
        # Nobody but the sender may read answers that became nothing.
        problems.append(
            _(
                "Choose what is done with the answers: without it, nobody at the city"
                " would see what is sent."
            )
        )
    if not document["pages"]:
        problems.append(_("The form has no page yet."))
    for page in document["pages"]:
        _check_page(page, problems)
    _check_codes(document["pages"], problems)


def _check_page(page: dict, problems: list[str]) -> None:
    names = {"page": page["title"]}
    if not page["title"]:
        problems.append(_("A page has no title."))
    if not page["fields"]:
        problems.append(_("The page “%(page)s” has no question.") % names)
    elif all(question.get("hidden") for question in page["fields"]):
        problems.append(
            _("The page “%(page)s” has hidden values only: it would never be shown.")
            % names
        )
    for question in page["fields"]:
        _check_question(page, question, problems)
        for sub in question.get("fields") or []:
            _check_question(page, sub, problems)


def _check_question(page: dict, question: dict, problems: list[str]) -> None:
    if not question["label"] and question["type"] not in MINIMUM_OF_FREE:
        problems.append(
            _("A question on the page “%(page)s” has no wording.")
            % {"page": page["title"]}
        )
    problems += [text % {"label": question["label"]} for text in _faults(question)]
    problems += contradictions(question)
    if "options" in question:
        _check_options(question, problems)


def _faults(question: dict) -> Iterator[str]:
    """What is wrong with the settings of one question."""
    if question.get("sensitive") and question.get("slot"):
        yield _("“%(label)s” is sensitive: it cannot be shown in lists.")
    if question["type"] == "repeat":
        yield from _faults_of_group(question)
    if question["type"] == "consent" and not question["text"].strip():
        yield _("“%(label)s” has no text to agree to.")
    if question["type"] == "preset" and not _has_value(question):
        yield _(
            "“%(label)s” has neither a value nor a name in the link with values that it"
            " may have."
        )
    low, high = question.get("minimum"), question.get("maximum")
    if low is not None and high is not None and low > high:
        yield _("“%(label)s”: the smallest number is greater than the largest.")


def _has_value(question: dict) -> bool:
    if question["parameter"]:
        return bool(question["allowed"])
    return bool(question["value"])


def _faults_of_group(question: dict) -> Iterator[str]:
    if not any(control_of(sub).is_answer for sub in question["fields"]):
        yield _("The group “%(label)s” has no question.")
    if (question.get("min_rows") or 0) > (question.get("max_rows") or 50):
        yield _("“%(label)s”: the fewest rows are more than the most.")
    if any(sub.get("slot") for sub in question["fields"]):
        yield _("“%(label)s”: what stands in a group cannot be shown in lists.")


def _check_options(question: dict, problems: list[str]) -> None:
    labels = [option["label"] for option in question["options"]]
    codes = [option["code"] for option in question["options"]]
    names = {"label": question["label"]}
    if not labels:
        problems.append(_("“%(label)s” has no choices.") % names)
    if any(not label for label in labels):
        problems.append(_("A choice of “%(label)s” has no wording.") % names)
    for value in [labels, codes]:
        for twice in sorted({v for v in value if v and value.count(v) > 1}):
            problems.append(
                _("“%(label)s” has the choice “%(choice)s” twice.")
                % {**names, "choice": twice}
            )


def _check_codes(pages: list[dict], problems: list[str]) -> None:
    """One code, one question: conditions, lists and exports find it by its code."""
    top = [question for page in pages for question in page["fields"]]
    _check_unique(top, problems)
    for group in top:
        _check_unique(group.get("fields") or [], problems)


def _check_unique(questions: list[dict], problems: list[str]) -> None:
    first: dict[str, dict] = {}
    for question in questions:
        for identity in (question["code"], question["key"]):
            other = first.setdefault(identity, question)
            if other is not question:
                problems.append(
                    _("“%(one)s” and “%(other)s” have the same item code “%(code)s”.")
                    % {
                        "one": other["label"],
                        "other": question["label"],
                        "code": question["code"],
                    }
                )
                break
