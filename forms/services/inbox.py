"""What staff do with received answers: each act one transaction, event and audit row.

The answers themselves are frozen; every act names the revision that the page showed.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exchange.mail import notify
from forms.handlers import WayOn, matters_of
from forms.models import (
    Handling,
    Submission,
    SubmissionEvent,
    SubmissionLink,
)
from forms.news import News
from forms.services.messages import ask_sender
from staff.models import User
from staff.services import record_event

Kind = SubmissionEvent.Kind
State = Handling.State
ONLY_READS = gettext_noop(
    "You may read these answers, and not work on them. Ask those who do."
)


def must_work_on(submission: Submission, by: User) -> None:
    """Refuse whoever reads the answers and may not act on them."""
    works = Submission.objects.worked_by(by)
    if not works.filter(pk=submission.pk).exists():
        raise ValidationError(_(ONLY_READS))


def write_down(
    submission: Submission, kind: str, *, by: User, text: str = "", **detail: Any
) -> SubmissionEvent:
    """One row of the history and one of the audit; the text stays in the first."""
    event = SubmissionEvent(
        submission=submission, kind=kind, by=by, detail=detail, text=text
    )
    event.full_clean(exclude=["submission", "by", "detail"])
    event.save(force_insert=True)
    record_event(f"portal_forms.submission.{kind}", submission, by=by, **detail)
    return event


def take(
    submission: Submission, *, by: User, revision: int | None, **changes: Any
) -> None:
    """Change the row beside a submission, if nobody has changed it since it was shown.

    *revision* None is for acts on many at once, which take each as it stands.
    """
    must_work_on(submission, by)
    rows = Handling.objects.filter(pk=submission.pk)
    if revision is not None:
        rows = rows.filter(revision=revision)
    if not rows.update(revision=F("revision") + 1, **changes):
        raise ValidationError(
            _("This was changed in the meantime. Reload the page and look again."),
            code="taken",
        )


@transaction.atomic
def assign(
    submission: Submission, *, by: User, to: User | None, revision: int | None = None
) -> None:
    """Say whose it is; nobody's with None. Only whoever may read it can be named."""
    if to is not None:
        readers = Submission.objects.visible_to(to).filter(pk=submission.pk)
        if not readers.exists():
            raise ValidationError(
                {"assignee": _("This person may not read these answers.")}
            )
    take(submission, by=by, revision=revision, assignee=to)
    write_down(submission, Kind.ASSIGNED, by=by, to=to.pk if to else None)


@transaction.atomic
def set_state(
    submission: Submission, *, by: User, state: str, revision: int | None = None
) -> None:
    """Go on to another state. What became a referral or a case goes on there."""
    if state not in Handling.OPEN and state != State.DONE:
        raise ValidationError(_("Choose a state."))
    _must_be_no_matter(submission)
    _must_not_be_aside(submission)
    # Saving the state that stands is no step of the history.
    is_same = Handling.objects.filter(pk=submission.pk, state=state).exists()
    take(submission, by=by, revision=revision, state=state)
    if not is_same:
        _tell_sender(submission, state, by)
        write_down(submission, Kind.STATE, by=by, state=state)


def _must_be_no_matter(submission: Submission) -> None:
    matters = matters_of(submission)
    if matters:
        raise ValidationError(
            _(
                "These answers have become %(matter)s. Go on there: the state here"
                " follows it."
            )
            % {"matter": "、".join(f"{m._meta.verbose_name} {m}" for m in matters)}
        )


def _must_not_be_aside(submission: Submission) -> None:
    aside = Handling.objects.filter(pk=submission.pk, state__in=Handling.ASIDE)
    if aside.exists():
        raise ValidationError(_("It was put aside. Take it up again first."))


def _tell_sender(submission: Submission, state: str, by: User) -> None:
    """What the sender sees when looking it up: three words."""
    # The other module follows this one's rows: it is needed only here.
    from forms.services.submissions import change_status

    change_status(submission, Handling.COARSE[State(state)], by=by)


def follow_status(submission: Submission, status: str) -> None:
    """Let the row in the inbox follow what happened elsewhere to the matter."""
    fitting = [state for state, coarse in Handling.COARSE.items() if coarse == status]
    rows = Handling.objects.filter(pk=submission.pk).exclude(state__in=fitting)
    rows.update(state=status, revision=F("revision") + 1)


@transaction.atomic
def ask(
    submission: Submission, *, by: User, text: str, revision: int | None = None
) -> None:
    """Give it back to the sender with questions (差戻し); the answer reopens it."""
    _must_not_be_aside(submission)
    take(submission, by=by, revision=revision, state=State.ASKED)
    ask_sender(submission, text, by=by)
    write_down(submission, Kind.ASKED, by=by)


def follow_sender(submission: Submission, what: News, key: str) -> None:
    """The sender wrote back, or took it back: whoever is assigned is told."""
    rows = Handling.objects.filter(pk=submission.pk)
    if what == News.WITHDRAWN:
        rows.update(state=State.WITHDRAWN, revision=F("revision") + 1)
    else:
        asked = rows.filter(state=State.ASKED)
        asked.update(state=State.IN_REVIEW, revision=F("revision") + 1)
    row = rows.select_related("assignee").first()
    if row is None or row.assignee is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        line = _("News from the sender of %(number)s") % {"number": submission.receipt}
        notify(
            [row.assignee],
            subject=line,
            lines=[line, _("Please log in to read it. This mail carries no names.")],
            path=submission.get_admin_url(),
            key=f"inbox:{key}",
        )


@transaction.atomic
def add_note(submission: Submission, *, by: User, text: str) -> None:
    """A note of the desk's own; the sender never reads it."""
    must_work_on(submission, by)
    if not text.strip():
        raise ValidationError({"text": _("Write the note.")})
    write_down(submission, Kind.NOTE, by=by, text=text)


@transaction.atomic
def put_aside(
    submission: Submission,
    *,
    by: User,
    state: str,
    text: str,
    of: Submission | None = None,
    revision: int | None = None,
) -> None:
    """Mark as a duplicate of another one, or as sent by mistake. It can be undone."""
    _must_be_no_matter(submission)
    _must_not_be_aside(submission)
    if state == State.DUPLICATE and (of is None or of.pk == submission.pk):
        raise ValidationError({"of": _("Give the number of the other submission.")})
    take(
        submission,
        by=by,
        revision=revision,
        state_before=F("state"),
        state=State(state),
        duplicate_of=of,
    )
    _tell_sender(submission, state, by)
    other = of.receipt if of else ""
    write_down(submission, Kind.ASIDE, by=by, text=text, state=state, of=other)


@transaction.atomic
def restore(submission: Submission, *, by: User, revision: int | None = None) -> None:
    """Undo the mark: it stands again as it stood before."""
    row = Handling.objects.get(pk=submission.pk)
    if row.state not in Handling.ASIDE:
        raise ValidationError(_("It was not put aside."))
    before = row.state_before or State.RECEIVED
    take(
        submission,
        by=by,
        revision=revision,
        state=before,
        state_before="",
        duplicate_of=None,
    )
    _tell_sender(submission, before, by)
    write_down(submission, Kind.RESTORED, by=by, state=before)


@transaction.atomic
def link(submission: Submission, other: Submission, *, by: User) -> None:
    """Say that two submissions are about brothers and sisters."""
    must_work_on(submission, by)
    first, second = sorted([submission, other], key=lambda row: row.pk)
    if first == second:
        raise ValidationError({"other": _("Give the number of the other submission.")})
    _row, is_new = SubmissionLink.objects.get_or_create(
        one=first, other=second, defaults={"by": by}
    )
    if not is_new:
        raise ValidationError({"other": _("These two are linked already.")})
    write_down(submission, Kind.LINKED, by=by, other=other.receipt)
    write_down(other, Kind.LINKED, by=by, other=submission.receipt)


@transaction.atomic
def unlink(submission: Submission, other: Submission, *, by: User) -> None:
    """Take the link away; both histories keep that it was there."""
    must_work_on(submission, by)
    first, second = sorted([submission, other], key=lambda row: row.pk)
    if not SubmissionLink.objects.filter(one=first, other=second).delete()[0]:
        raise ValidationError(_("These two are not linked."))
    write_down(submission, Kind.UNLINKED, by=by, other=other.receipt)
    write_down(other, Kind.UNLINKED, by=by, other=submission.receipt)


def linked_with(submission: Submission) -> Iterable[int]:
    """The keys of the submissions linked with this one."""
    pairs = SubmissionLink.objects.filter(Q(one=submission) | Q(other=submission))
    return {pk for pair in pairs.values_list("one", "other") for pk in pair} - {
        submission.pk
    }


@transaction.atomic
def hand_on(submission: Submission, *, by: User, way: WayOn, typed: str = "") -> Any:
    """Make of the answers what *way* makes of them; return what came out."""
    must_work_on(submission, by)
    if not by.has_perm(way.permission):
        raise ValidationError(_("You may not do that. Ask those who may."))
    _must_not_be_aside(submission)
    _must_be_no_matter(submission)
    made = way.run(submission, by=by, typed=typed)
    _tell_sender(submission, State.IN_REVIEW, by)
    write_down(submission, Kind.HANDED_ON, by=by, way=way.name, to=str(made))
    return made


@transaction.atomic
def act_on_many(
    submissions: Iterable[Submission], *, by: User, act: Any, **values: Any
) -> tuple[int, list[str]]:
    """Do one act on each; how many it reached, and why it did not reach the others."""
    done, refused = 0, []
    for submission in submissions:
        try:
            with transaction.atomic():
                act(submission, by=by, **values)
        except ValidationError as error:
            refused.append(f"{submission.receipt}: {' '.join(error.messages)}")
        else:
            done += 1
    return done, refused
