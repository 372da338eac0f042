"""Corrections: the right answer beside the one that was sent, which stays as it is.

What was reckoned from a corrected answer is reckoned anew in the same transaction, as
of the day of sending, and stands in the history with why.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forms.compiler import fields_of
from forms.corrected import UNTYPED, last_of, values_of
from forms.deliveries import enqueue_correction
from forms.forms.controls import Repeat, control_of, sub_key
from forms.limits import as_of
from forms.models import CorrectedAnswer, IndexedAnswer, Submission, SubmissionEvent
from forms.news import Correction, spread_correction
from forms.reckoning import Answers, unknown_of, what_follows
from forms.rules import walk
from forms.services.inbox import must_work_on, write_down
from forms.services.submissions import entries_of
from forms.services.thinning import SHORT, class_of, keys_of_class
from staff.models import User


@transaction.atomic
def correct(
    submission: Submission,
    *,
    by: User,
    key: str,
    typed: Any,
    reason: str,
    seen: int | None = None,
) -> CorrectedAnswer:
    """Write a correction, and with it what follows from the answer.

    *seen* is the last correction of this answer that the person saw (0: none): what
    somebody else corrected meanwhile is not undone unseen. What was cleared at the end
    of its time is not written anew.
    """
    must_work_on(submission, by)
    # Two corrections at once: the second reckons with what the first wrote.
    rows = Submission.objects.select_for_update(of=("self",))
    submission = rows.select_related("form", "version").get(pk=submission.pk)
    refuse_withdrawn(submission)
    question = question_of(submission, key)
    if is_cleared(submission, question):
        raise ValidationError(_("The time for which this answer is kept is over."))
    if seen is not None and seen != last_correction(submission, key):
        raise ValidationError(
            _(
                "Somebody else has corrected this answer in the meantime. Go back to"
                " the page and look again."
            )
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Write why, and who said so.")})
    known = values_of(submission, last_of(submission.corrections.all()))
    value = _cleaned(submission, question, typed, known)
    if known.get(key) == value:
        raise ValidationError(_("This is the answer that stands already."))
    row = _write(submission, question, value, by=by, reason=reason)
    also = _write_what_follows(submission, question, known, row)
    write_down(
        submission,
        SubmissionEvent.Kind.CORRECTED,
        by=by,
        code=question["code"],
        **({"also": also} if also else {}),
    )
    codes = frozenset([question["code"], *also])
    enqueue_correction(submission, row, codes)
    spread_correction(submission, Correction(codes, by, str(row.pk)))
    return row


def refuse_withdrawn(submission: Submission) -> None:
    """What the sender took back stays as it is: nobody goes on with it."""
    if submission.status == Submission.Status.WITHDRAWN:
        raise ValidationError(
            _("The sender has taken these answers back. They are not corrected.")
        )


def is_cleared(submission: Submission, question: Mapping[str, Any]) -> bool:
    """Whether the time of an answer is over: nothing may take its place."""
    if submission.anonymised_at:
        return True
    return bool(submission.thinned_at) and class_of(question) == SHORT


def last_correction(submission: Submission, key: str) -> int:
    """The number of the last correction of an answer; 0 where there is none."""
    rows = submission.corrections.filter(key=key).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def can_be_corrected(question: Mapping[str, Any]) -> bool:
    """Whether an answer is typed: files are not, and sums follow from others."""
    control = control_of(question)
    return control.is_answer and control.is_typed and question["type"] not in UNTYPED


def question_of(submission: Submission, key: str) -> dict[str, Any]:
    """The question with this key, if its answer can be corrected by typing."""
    for question in fields_of(submission.version.document):
        if question["key"] == key and can_be_corrected(question):
            return question
    raise ValidationError(_("This question does not exist."))


def without_files(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question as it is typed when it is corrected: a group without its files."""
    if question.get("fields") is None:
        return dict(question)
    typed = [sub for sub in question["fields"] if sub["type"] not in UNTYPED]
    return {**question, "fields": typed}


def fault_of(submission: Submission, question: Mapping, typed: Any) -> str:
    """What is wrong with an answer that was typed; empty where nothing is."""
    known = values_of(submission, last_of(submission.corrections.all()))
    try:
        _cleaned(submission, question, typed, known)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _cleaned(
    submission: Submission, question: Mapping, typed: Any, known: Mapping
) -> Any:
    control, question = control_of(question), as_of(question, day_of(submission))
    if not isinstance(control, Repeat):
        return control.clean(question, typed)
    rows, faults = control.clean_rows(without_files(question), typed)
    for fault in faults.values():
        raise fault
    before = {row["id"]: row for row in known.get(question["key"]) or []}
    for row in rows:
        for sub in question["fields"]:
            kept = before.get(row["id"], {}).get(sub["key"])
            if sub["type"] in UNTYPED and kept is not None:
                row[sub["key"]] = kept
    rows = [row for row in rows if len(row) > 1]
    found = _reckoned(submission, known, {**known, question["key"]: rows})
    rows = found.get(question["key"], rows)
    rows = _asked_only(submission, question, rows, known)
    if sentence := control.check_number(question, len(rows)):
        raise ValidationError(sentence)
    return rows or None


def _asked_only(
    submission: Submission, group: Mapping, rows: list[dict], known: Mapping
) -> list[dict]:
    """Each row with what is asked in it, given the other answers in it.

    Where that hangs from an answer that was cleared nobody can tell: then it stays.
    """
    values = {**known, group["key"]: rows}
    unknown = _unknown(submission)
    asked = walk(submission.version.document, values, day_of(submission)).asked
    if group["key"] in asked:
        rows = [
            {
                key: value
                for key, value in row.items()
                if key == "id"
                or key in unknown
                or sub_key(group["key"], row["id"], key) in asked
            }
            for row in rows
        ]
    return [row for row in rows if len(row) > 1]


def day_of(submission: Submission) -> date:
    return timezone.localtime(submission.submitted_at).date()


def _write(
    submission: Submission, question: Mapping, value: Any, *, by: User, reason: str
) -> CorrectedAnswer:
    row = CorrectedAnswer(
        submission=submission,
        key=question["key"],
        value=value,
        is_empty=value is None,
        reason=reason,
        by=by,
    )
    row.full_clean(exclude=["submission", "by", "value"])
    row.save(force_insert=True)
    return row


def _write_what_follows(
    submission: Submission, question: Mapping, known: Mapping, row: CorrectedAnswer
) -> list[str]:
    """Correct what is reckoned from the answers; the codes of these questions.

    The reason of a short-lived answer goes with it: it is not copied to others.
    """
    now = {**known, question["key"]: row.value}
    found = _reckoned(submission, known, now)
    reason = _("Worked out anew after the correction of “%(label)s”") % {
        "label": question["label"]
    }
    if class_of(question) != SHORT:
        reason = f"{reason}：{row.reason}"
    codes = []
    for one in fields_of(submission.version.document):
        if one["key"] in found:
            codes.append(one["code"])
            _write(submission, one, found[one["key"]], by=row.by, reason=reason[:300])
    _find_by_corrected(submission, known, now | found)
    return codes


def _reckoned(submission: Submission, known: Mapping, now: Mapping) -> dict[str, Any]:
    """What comes out otherwise with the answers of now, as of the day of sending."""
    document = submission.version.document
    was = walk(document, known, day_of(submission))
    return what_follows(document, Answers(known, now, was, _unknown(submission)))


def _unknown(submission: Submission) -> set[str]:
    """The questions of which nobody can tell any more whether they were asked."""
    document = submission.version.document
    cleared = keys_of_class(document, SHORT) if submission.thinned_at else []
    return unknown_of(document, cleared)


def _find_by_corrected(submission: Submission, before: Mapping, now: Mapping) -> None:
    """Index what the corrected answers amount to; the index only grows.

    Old and new are found, and lists show the last entry. A slot of several questions
    is written whole; one that has no answer any more gets an empty entry.
    """
    known = {row.slot: row.text for row in entries_of(submission, before)}
    found = {row.slot: row for row in entries_of(submission, now)}
    for slot in known.keys() | found.keys():
        row = found.get(slot) or IndexedAnswer(submission=submission)
        if row.text != known.get(slot, ""):
            count = submission.indexed.filter(slot__startswith=slot).count()
            row.slot = f"{slot}-{count}"
            row.save(force_insert=True)
