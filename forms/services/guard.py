"""What is held back for a person's look before anything is done with it."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.mail import notify
from forms.deliveries import enqueue_deliveries
from forms.guard_querysets import ONLY_KEPT
from forms.handlers import handle
from forms.models import (
    AnswerGrant,
    Draft,
    FormDefinition,
    HeldSubmission,
    Submission,
)
from forms.services.entering import entered_for
from forms.services.inbox import ONLY_READS
from forms.services.mails import confirm_by_mail, people_told, tell_units
from forms.services.tally import count_one, is_this_machine
from forms.services.windows import settings_of
from staff.models import User
from staff.people import holders
from staff.services import record_event

HOUR = timedelta(hours=1)
HIGHEST_PER_FORM = 500
HIGHEST_BEGUN = 200


class TooMany(ValidationError):
    """One address begins more forms than people can fill in."""


def is_known(draft: Draft) -> bool:
    """Whether a registered school or group sends, somebody invited, or the city."""
    is_partner = draft.partner_id and (draft.owner_id or draft.sent_with_id)
    return bool(draft.invitation_id or is_partner or entered_for(draft))


def refuse_flood(form: FormDefinition, *, by: User | None, address: str) -> None:
    """TooMany where one unknown address begins form after form; never for a school."""
    if (by is not None and by.partner) or is_this_machine(address):
        return
    if count_one(f"begun:{form.pk}", address, HOUR) > HIGHEST_BEGUN:
        raise TooMany(
            _(
                "Very many forms were begun from this connection within an hour. Please"
                " wait an hour, or call the office. Schools and groups can log in and"
                " go on at once."
            )
        )


def suspicions(draft: Draft, address: str) -> list[str]:
    """What speaks for a machine; empty for a school or group, and mostly for people."""
    if is_known(draft):
        return []
    found = ["trap"] if draft.is_trapped else []
    if is_this_machine(address):
        return found
    form = draft.version.form
    conduct = settings_of(form)
    if timezone.now() - draft.started_at < timedelta(seconds=conduct.least_seconds):
        found.append("quick")
    if count_one(f"sent:{form.pk}", address, HOUR) > conduct.hourly:
        found.append("many")
    if count_one(f"sent:{form.pk}", "*", HOUR) > HIGHEST_PER_FORM:
        found.append("flood")
    return found


def people_who_judge(form: FormDefinition) -> list[User]:
    """Who may look at what was held back by grant, where that is how it is read."""
    if form.handler not in ONLY_KEPT:
        return []
    grants = AnswerGrant.objects.in_force().filter(Q(form=None) | Q(form=form))
    grants = grants.filter(can_act=True)
    people = holders(
        Q(unit__in=grants.exclude(unit=None).values("unit"))
        | Q(role__in=grants.exclude(role="").values("role"))
        | Q(user__in=grants.exclude(user=None).values("user")),
    )
    may = "portal_forms.change_heldsubmission"
    return [person for person in people if person.has_perm(may)]


def hold(submission: Submission, reasons: list[str]) -> HeldSubmission:
    """Keep received answers back; the units of the form are told once an hour."""
    held = HeldSubmission.objects.create(submission=submission, reasons=reasons)
    notify(
        people_who_judge(submission.form) or people_told(submission.form),
        subject=_("Answers were held back for a look"),
        lines=[
            _("Something was sent that looks as if a machine had sent it."),
            _("Please look at it and release it if a person sent it."),
        ],
        path="/admin/held/",
        key=f"held:{submission.form_id}:{timezone.now():%Y%m%d%H}",
    )
    record_event(
        "portal_forms.submission.held",
        submission,
        form=submission.form.slug,
        of=reasons,
    )
    return held


def proceed(submission: Submission) -> None:
    """What follows once answers are received and not held back."""
    handle([submission])
    announce(submission)


def announce(submission: Submission) -> None:
    """Write down whom to tell: other systems, the sender, the units of the form."""
    enqueue_deliveries(submission)
    confirm_by_mail(submission)
    tell_units(submission)


@transaction.atomic
def release(held: HeldSubmission, *, by: User) -> HeldSubmission:
    """A person sent it: what follows a receipt follows now."""
    held = _judge(held, HeldSubmission.Outcome.RELEASED, by)
    proceed(held.submission)
    return held


@transaction.atomic
def set_aside(held: HeldSubmission, *, by: User) -> HeldSubmission:
    """A machine sent it: nothing is done with it, and its place is free again."""
    return _judge(held, HeldSubmission.Outcome.SPAM, by)


def _judge(held: HeldSubmission, outcome: str, by: User) -> HeldSubmission:
    """One judgement: a released one stays released, spam may still be released."""
    if not HeldSubmission.objects.worked_by(by).filter(pk=held.pk).exists():
        raise ValidationError(_(ONLY_READS))
    before = [HeldSubmission.Outcome.WAITING]
    if outcome == HeldSubmission.Outcome.RELEASED:
        before.append(HeldSubmission.Outcome.SPAM)
    changed = HeldSubmission.objects.filter(pk=held.pk, outcome__in=before).update(
        outcome=outcome, judged_by=by, judged_at=timezone.now()
    )
    if not changed:
        raise ValidationError(_("Somebody else has judged this already."))
    fresh = HeldSubmission.objects.select_related(
        "submission__form", "submission__version"
    ).get(pk=held.pk)
    record_event(f"portal_forms.submission.{outcome}", fresh.submission, by=by)
    return fresh
