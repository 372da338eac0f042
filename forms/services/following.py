"""Open drafts when their form is published anew: which follow, when, and how.

A draft follows a change of wording as soon as it is looked at again. Over a breaking
change it stays on its version; once the day that staff set is over, it follows too,
keeps what still fits, and the person is told what is asked as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from forms.answers import Reading, read
from forms.changes import is_same_question
from forms.forms.bound import BoundField
from forms.models import Draft, FormDefinition, FormVersion
from forms.services.drafts import document_of
from forms.words import by_key


@dataclass
class Added:
    """A question that a draft is asked since it followed: where, and whether anew."""

    number: int
    item: BoundField
    is_new: bool


def is_over(form: FormDefinition) -> bool:
    """Whether the day is over until which drafts go out as they were begun."""
    return is_past(form.drafts_until)


def is_past(day: date | None) -> bool:
    return day is not None and timezone.localdate() > day


def open_drafts(form: FormDefinition) -> dict[int, int]:
    """How many people are filling in a form now, by the number of their version."""
    kept = Draft.objects.open().filter(sent_at=None, sent_with=None)
    found = kept.filter(version__form=form).values_list("version__number")
    return dict(found.annotate(n=Count("pk")).order_by("version__number"))


def is_behind(draft: Draft) -> bool:
    """Whether the form of a draft was published again since."""
    newest, _end = FormVersion.objects.newest(draft.version.form_id)
    return newest > draft.version.number


def version_to_follow(version: FormVersion) -> FormVersion | None:
    """The newest version that a draft of this one may or must go on with; else None."""
    newer = FormVersion.objects.filter(
        form=version.form_id, number__gt=version.number
    ).order_by("number")
    steps = newer.values_list("pk", "is_breaking")
    if not must_leave(version):
        steps = takewhile(lambda step: not step[1], steps)
    steps = list(steps)
    return FormVersion.objects.get(pk=steps[-1][0]) if steps else None


def must_follow(draft: Draft) -> bool:
    """Whether a draft may no longer be sent with the version it runs from.

    Whoever has looked over a form whose wording is corrected meanwhile has seen theirs.
    """
    return not draft.sent_with_id and must_leave(draft.version)


def must_leave(version: FormVersion) -> bool:
    """Whether the day is over that drafts of this version had, after a breaking change.

    The day of the last change, or that of an earlier one, before it was set anew.
    """
    newest, end = FormVersion.objects.newest(version.form_id)
    last = newest if is_over(version.form) else end
    return version.number < last and breaks_until(version, last)


def breaks_until(version: FormVersion, number: int) -> bool:
    """Whether a breaking change lies between a version and a later one."""
    later = FormVersion.objects.filter(form=version.form_id, number__gt=version.number)
    return later.filter(number__lte=number, is_breaking=True).exists()


@transaction.atomic
def follow(draft: Draft) -> Draft:
    """Let a draft follow its form, if it is time; what was typed is kept.

    Whatever tab or process comes second finds it done.
    """
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("version__form")
        .defer("version__form__pages", "version__form__translations")
        .get(pk=draft.pk)
    )
    target = version_to_follow(draft.version)
    if target is None or draft.sent_at:
        return draft
    old, new = draft.version, target
    if breaks_until(old, new.number):
        draft.moved_from = draft.moved_from or old
    draft.answers = carried(draft.answers, old.document, new.document)
    if draft.page:
        draft.page = same_number(old.document, draft.page, new.document)
    draft.version = target
    draft.save(update_fields=["version", "moved_from", "answers", "page", "changed_at"])
    return draft


def carried(answers: Mapping[str, Any], old: Mapping, new: Mapping) -> dict[str, Any]:
    """What was typed, without what stands under a question that is another one now.

    What is no longer asked stays in the draft as what is not asked at the moment does.
    """
    before, after = by_key(old), by_key(new)

    def fits(key: str) -> bool:
        is_known = key in before and key in after
        return not is_known or is_same_question(before[key], after[key])

    def kept(value: Any) -> Any:
        if isinstance(value, list):
            return [
                {k: v for k, v in row.items() if fits(k)}
                if isinstance(row, Mapping)
                else row
                for row in value
            ]
        return value

    return {key: kept(value) for key, value in answers.items() if fits(key)}


def same_number(old: Mapping, number: int, new: Mapping) -> int:
    """The number that a page has in another version; the nearest where it is gone."""
    keys = [page["key"] for page in new["pages"]]
    key = old["pages"][number - 1]["key"]
    return keys.index(key) + 1 if key in keys else min(number, len(keys))


def added_questions(draft: Draft, reading: Reading) -> list[Added]:
    """What a draft that followed a breaking change is asked and was not before.

    New questions until their page is kept once, and every answer that was sound and is
    not any more.
    """
    if not draft.moved_from_id:
        return []
    today = timezone.localdate()
    before = by_key(draft.moved_from.document)
    was = read(draft.moved_from.document, draft.answers, today)
    found = []
    for number, page in enumerate(document_of(draft)["pages"], 1):
        for question in page["fields"]:
            if question["key"] not in reading.asked or question.get("hidden"):
                continue
            old = before.get(question["key"])
            is_new = old is None or not is_same_question(old, question)
            item = BoundField(question, draft.answers.get(question["key"]))
            if is_new:
                is_open = _asks(item) and question["key"] not in draft.answers
            else:
                is_open = not was.is_wrong(question)
            if is_open and is_new or is_open and reading.is_wrong(question):
                found.append(Added(number, item, old is None))
    return found


def _asks(item: BoundField) -> bool:
    return item.control.is_typed or item.field["type"] == "file"


def last_day_of(draft: Draft) -> date | None:
    """Until when a draft goes out as it was begun, where a breaking change waits."""
    day = draft.version.form.drafts_until
    return day if day and is_behind(draft) else None
