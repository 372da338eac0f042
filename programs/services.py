"""Writes about the public facts that are more than the saving of one form."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.mail import notify
from home.models import Notice, NoticeText
from programs.models import OpeningException, Site
from staff.models import Membership, User
from staff.people import holders
from staff.services import record_event


@transaction.atomic
def publish_notice(
    values: dict[str, Any], *, sites: list[Site], closing: str, by: User, ip: str
) -> Notice:
    """Put a notice above every page; *closing* is the reason to close its sites today.

    The same token gives the same notice: pressed twice, it stands there once.
    """
    known = Notice.objects.filter(token=values["token"], by=by).first()
    if known is not None:
        return known
    notice = Notice(**values, by=by)
    notice.full_clean()
    notice.save(force_insert=True)
    notice.sites.set(sites)
    if closing:
        for site in sites:
            close_today(site, notice, closing)
    record_event(
        "home.notice.published",
        notice,
        by=by,
        ip=ip,
        level=notice.level,
        sites=[site.pk for site in sites],
        closed_today=bool(closing),
    )
    tell_programme(notice, by=by, is_closing=bool(closing))
    return notice


def close_today(site: Site, notice: Notice, reason: str) -> OpeningException:
    """Close a site for the rest of the day, for the reason that the notice gives."""
    return OpeningException.objects.create(
        site=site, date=timezone.localdate(), reason=reason, notice=notice
    )


@transaction.atomic
def withdraw_notice(notice: Notice, *, reopens: bool, by: User, ip: str) -> Notice:
    """Take a notice down before its end; *reopens* takes its closures back as well."""
    taken = Notice.objects.filter(pk=notice.pk, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by=by
    )
    if not taken:
        raise ValidationError(_("This notice was withdrawn already."))
    if reopens:
        for closure in closures_from(notice, timezone.localdate()):
            closure.delete()
    notice.refresh_from_db()
    record_event("home.notice.withdrawn", notice, by=by, ip=ip, reopened=reopens)
    tell_programme(notice, by=by, is_closing=False)
    return notice


def closures_from(notice: Notice, today: date):
    """The closures that a notice brought and that are not past."""
    return OpeningException.objects.filter(notice=notice, date__gte=today)


def tell_programme(notice: Notice, *, by: User, is_closing: bool) -> None:
    """Mail to everybody who runs the programme, but not to whoever did it."""
    role = Membership.Role.PROGRAMME_MANAGER
    people = holders(role=role).exclude(pk=by.pk)
    act = "withdrawn" if notice.withdrawn_at else "published"
    with translation.override(settings.LANGUAGE_CODE):
        subject = {
            "published": _("An emergency notice was published: %(number)s"),
            "withdrawn": _("An emergency notice was withdrawn: %(number)s"),
        }[act] % {"number": notice}
        lines = [_("Please look at it on the page below.")]
        if is_closing:
            lines.append(_("A site was closed for today in the same act."))
        notify(
            people,
            subject=subject,
            lines=lines,
            path=notice.get_admin_url(),
            key=f"notice:{notice.pk}:{act}",
        )


STARTING_TEXTS = [
    {
        "name": "台風・大雨による休所",
        "title": "【緊急】本日の{site}は休所します",
        "body": "台風・大雨のため、本日は休所します。"
        "明日以降は、このページでお知らせします。",
        "closes_today": True,
        "reason": "台風・大雨のため",
    },
    {
        "name": "設備の故障による休所",
        "title": "【緊急】本日の{site}は休所します",
        "body": "設備の故障のため、本日は休所します。"
        "再開の日は、このページでお知らせします。",
        "closes_today": True,
        "reason": "設備の故障のため",
    },
    {
        "name": "感染症による休所",
        "title": "【緊急】本日の{site}は休所します",
        "body": "感染症が広がるのを防ぐため、本日は休所します。",
        "closes_today": True,
        "reason": "感染症の予防のため",
    },
    {
        "name": "電話がつながらないとき",
        "level": "information",
        "title": "{site}の電話がつながりにくくなっています",
        "body": "ご用のかたは、市の担当課へお電話ください。",
    },
]


def load_notice_texts() -> None:
    """The texts to start from, where there are none; the city edits them."""
    if not NoticeText.objects.exists():
        NoticeText.objects.bulk_create(NoticeText(**row) for row in STARTING_TEXTS)
