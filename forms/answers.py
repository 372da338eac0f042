"""Answers: from what was typed to what it means, and from there to words.

One reading and one rendering for page, POST, review, receipt, PDF and staff screens.
Received answers always read as they were asked: by the document of their own version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from forms.compiler import fields_of
from forms.forms.controls import control_of
from forms.models import Submission
from forms.rules import relevant


@dataclass
class Reading:
    """What a set of typed answers amounts to.

    ``values`` holds the valid answers to questions that are asked; ``asked`` the keys
    of the pages and questions that are asked; ``errors`` a sentence for each question
    that is asked and not answered as it must be; ``parts`` which text box is at fault.
    """

    values: dict[str, Any]
    asked: set[str]
    errors: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


@dataclass
class AnswerItem:
    """One question as it was asked, and its answer in words; no text if unanswered."""

    key: str
    code: str
    label: str
    type: str
    text: str
    is_former: bool = False


@dataclass
class AnswerPage:
    """One page as it was asked."""

    number: int
    title: str
    items: list[AnswerItem]


def read(document: Mapping, typed: Mapping[str, Any], today: date) -> Reading:
    """Read typed answers; keys that the document does not know are not looked at."""
    values, faults = {}, {}
    for question in fields_of(document):
        given = typed.get(question["key"])
        try:
            value = control_of(question).clean(question, given)
        except ValidationError as error:
            faults[question["key"]] = error
        else:
            if value is not None:
                values[question["key"]] = value
    asked = relevant(document, values, today)
    reading = Reading({k: v for k, v in values.items() if k in asked}, asked)
    for question in fields_of(document):
        if question["key"] in asked:
            _judge(reading, question, faults.get(question["key"]))
    return reading


def _judge(reading: Reading, question: Mapping, fault: ValidationError | None) -> None:
    key = question["key"]
    if fault:
        reading.errors[key] = fault.messages[0]
        reading.parts[key] = (getattr(fault, "params", None) or {}).get("part", "")
    elif question["required"] and key not in reading.values:
        reading.errors[key] = control_of(question).missing(question)


def pages_in_words(
    document: Mapping,
    values: Mapping[str, Any],
    asked: set[str],
    current: set[str] | None = None,
) -> list[AnswerPage]:
    """Pages and questions that were asked, with the answers in words.

    *current* are the keys that the form asks today: other questions are marked.
    """
    pages = []
    for number, page in enumerate(document["pages"], start=1):
        items = [
            _item(question, values.get(question["key"]), current)
            for question in page["fields"]
            if question["key"] in asked and control_of(question).is_answer
        ]
        if page["key"] in asked and items:
            pages.append(AnswerPage(number, page["title"], items))
    return pages


def _item(question: Mapping, value: Any, current: set[str] | None) -> AnswerItem:
    return AnswerItem(
        key=question["key"],
        code=question["code"],
        label=question["label"],
        type=question["type"],
        text="" if value is None else control_of(question).show(question, value),
        is_former=current is not None and question["key"] not in current,
    )


def pages_of(submission: Submission) -> list[AnswerPage]:
    """The received answers in the words of their own version.

    Questions that the form no longer asks are marked ``is_former``. Conditions on
    "today" are read as of the day of sending.
    """
    document = submission.version.document
    day = timezone.localtime(submission.submitted_at).date()
    asked = relevant(document, submission.answers, day)
    return pages_in_words(document, submission.answers, asked, current_keys(submission))


def current_keys(submission: Submission) -> set[str] | None:
    """The questions that the form asks today; None where this is today's version."""
    latest = submission.form.latest_version()
    if latest is None or latest.pk == submission.version_id:
        return None
    return {question["key"] for question in fields_of(latest.document)}


def answer(submission: Submission, code: str) -> str | list[str] | None:
    """One received answer by its item code: option codes, ISO days and times, or text.

    None where the question was not asked, not answered or does not exist.
    """
    for question in fields_of(submission.version.document):
        if question["code"] == code:
            value = submission.answers.get(question["key"])
            return None if value is None else control_of(question).raw(question, value)
    return None
