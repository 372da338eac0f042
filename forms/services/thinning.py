"""Which answers go before the rest, which stay for statistics, and how the first go."""

from collections import Counter
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from forms.compiler import digest_of, fields_of
from forms.corrected import last_of
from forms.forms.controls import control_of
from forms.models import (
    Attachment,
    CorrectedAnswer,
    FormDefinition,
    IndexedAnswer,
    Submission,
)

SHORT, LONG = "short", "long"


def keys_of_class(document: dict[str, Any], name: str) -> list[str]:
    """The questions of a document with this retention class.

    A group to repeat is short-lived as a whole if one of its questions is; a file never
    stays for statistics, and neither do groups: both tell of persons.
    """
    return [q["key"] for q in fields_of(document) if class_of(q) == name]


def class_of(question: dict[str, Any]) -> str:
    inner = [row.get("retention") for row in question.get("fields") or []]
    if SHORT in [question.get("retention"), *inner]:
        return SHORT
    known = question.get("retention") or ""
    if known == LONG and question["type"] in ("file", "repeat"):
        return ""
    return known


def with_short_lived(form: FormDefinition) -> list[int]:
    """The versions of a form that have short-lived questions."""
    rows = form.versions.values_list("pk", "document")
    return [key for key, document in rows if keys_of_class(document, SHORT)]


def left_for_statistics(
    submission: Submission,
) -> tuple[dict[str, Any], list[CorrectedAnswer]]:
    """What stays when the rest is cleared: answers as sent, and corrections instead.

    Of a corrected answer the last correction stays, without its reason, and not what it
    corrected: a figure counts what is right.
    """
    keys = keys_of_class(submission.version.document, LONG)
    corrections = {
        key: row
        for key, row in last_of(submission.corrections.all()).items()
        if key in keys
    }
    left = {
        key: value
        for key, value in submission.answers.items()
        if key in keys and key not in corrections
    }
    bare = [
        CorrectedAnswer(
            submission=submission,
            key=key,
            value=row.value,
            is_empty=row.is_empty,
            at=row.at,
            by_id=row.by_id,
        )
        for key, row in corrections.items()
    ]
    return left, bare


def short_lived(submission: Submission) -> dict[str, QuerySet]:
    """What hangs from the short-lived answers: files, corrections, search entries."""
    keys = keys_of_class(submission.version.document, SHORT)
    of_it = {"submission": submission}
    return {
        "files": Attachment.objects.filter(**of_it, field_key__in=keys),
        "corrections": CorrectedAnswer.objects.filter(**of_it, key__in=keys),
        "indexed": IndexedAnswer.objects.filter(
            **of_it, pk__in=_found_by(submission, keys)
        ),
    }


def _found_by(submission: Submission, keys: list[str]) -> list[int]:
    """The entries of the search whose slot one of these questions fills.

    Where another question fills the same slot too, its text goes with it: an entry is
    one text, and rather too little is found than too much kept. A corrected answer may
    have filled other slots than the one that was sent.
    """
    names = set()
    corrected = submission.corrections.values_list("key", "value")
    values = [*submission.answers.items(), *corrected]
    for question in fields_of(submission.version.document):
        if question["key"] in keys and question.get("slot"):
            names.add(question["slot"])
            for key, value in values:
                if key == question["key"] and value is not None:
                    names.update(control_of(question).slots(question, value))
    rows = submission.indexed.values_list("pk", "slot")
    return [pk for pk, slot in rows if slot.partition("-")[0] in names]


def count_short_lived(submission: Submission, counts: Counter) -> None:
    keys = keys_of_class(submission.version.document, SHORT)
    counts["answers"] += sum(key in submission.answers for key in keys)
    for name, rows in short_lived(submission).items():
        counts[name] += rows.count()


def thin(submission: Submission) -> None:
    """Clear the short-lived answers and what hangs from them; the rest stays as sent.

    The row first: only from then on do the locks of the database let the rest go.
    """
    belongings = short_lived(submission)
    keys = keys_of_class(submission.version.document, SHORT)
    left = {k: v for k, v in submission.answers.items() if k not in keys}
    Submission.objects.filter(pk=submission.pk).update(
        thinned_at=timezone.now(), answers=left, sha256=digest_of(left)
    )
    for rows in belongings.values():
        rows.delete()
