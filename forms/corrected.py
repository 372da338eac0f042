"""Received answers with what staff corrected since: the original always beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from forms.answers import (
    AnswerItem,
    AnswerPage,
    answer,
    asked_when_sent,
    current_keys,
    keys_answered,
    pages_in_words,
)
from forms.compiler import fields_of
from forms.forms.controls import control_of
from forms.models import CorrectedAnswer, Submission
from forms.rules import relevant
from staff.prepared import Given, Prepared

# Their answers are not typed: a file is sent, a notice is read.
UNTYPED = ("file", "urgent")
# Asked once more for each form that is received.
corrections_of = Prepared(
    lambda: CorrectedAnswer.objects.filter(
        submission=Given("submission", CorrectedAnswer, "submission")
    )
)


@dataclass
class ShownItem:
    """A question with its answer of today, and with the original where they differ."""

    item: AnswerItem
    original: str = ""
    can_be_corrected: bool = False
    correction: CorrectedAnswer | None = None

    @property
    def is_corrected(self) -> bool:
        return self.correction is not None


@dataclass
class ShownPage:
    """One page as it was asked."""

    title: str
    items: list[ShownItem]


def last_of(corrections: Iterable[CorrectedAnswer]) -> dict[str, CorrectedAnswer]:
    """The correction that counts for each question; emptied rows count for nothing."""
    return {
        row.key: row for row in corrections if row.value is not None or row.is_empty
    }


def values_of(
    submission: Submission, corrections: Mapping[str, CorrectedAnswer]
) -> dict[str, Any]:
    """The answers as they stand today: the original ones, corrected."""
    values = dict(submission.answers)
    for key, row in corrections.items():
        if row.is_empty:
            values.pop(key, None)
        else:
            values[key] = row.value
    return values


def answer_today(submission: Submission, code: str) -> str | list[str] | None:
    """One answer by its item code as it stands today."""
    found = [] if submission.is_new else corrections_of(submission=submission.pk)
    corrections = last_of(found)
    return answer(submission, code, values_of(submission, corrections))


def asked_of(submission: Submission, values: Mapping[str, Any]) -> set[str]:
    """What was asked, and what is asked once it is corrected: nothing disappears."""
    document = submission.version.document
    day = timezone.localtime(submission.submitted_at).date()
    asked = asked_when_sent(submission) | relevant(document, values, day)
    if submission.thinned_at or submission.anonymised_at:
        asked |= keys_answered(document, values)
    return asked


def shown_pages(
    submission: Submission, corrections: Mapping[str, CorrectedAnswer]
) -> list[ShownPage]:
    """The answers of today in the words of their version, with their originals."""
    document = submission.version.document
    values = values_of(submission, corrections)
    asked = asked_of(submission, values)
    pages = pages_in_words(document, values, asked, current_keys(submission))
    questions = {question["key"]: question for question in fields_of(document)}
    return [_page(page, submission, corrections, questions) for page in pages]


def _page(page: AnswerPage, submission, corrections, questions) -> ShownPage:
    items = []
    for item in page.items:
        row = corrections.get(item.key)
        original = ""
        if row is not None and item.key in submission.answers:
            question, value = questions[item.key], submission.answers[item.key]
            original = control_of(question).show(question, value)
        question = questions[item.key]
        typed = control_of(question).is_typed and question["type"] not in UNTYPED
        items.append(ShownItem(item, original, typed, row))
    return ShownPage(page.title, items)
