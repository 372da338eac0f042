"""What joins the public pages to outbox and worker; what follows a changed fact."""

from django.db.models import Q
from django.utils import timezone

from exchange.handlers import every
from exchange.mail import notify
from home.approval.news import News, listen
from home.approval.schedule import run_schedule
from programs.models import (
    SchoolHoliday,
    Site,
    SitePage,
)
from programs.planned import is_planning, take_over
from staff.models import User

OFTEN = 15  # seconds; a page is late by no more than that

every(OFTEN)(run_schedule)


@listen
def mail_about_approval(people: list[User], news: News) -> None:
    """Who asked, who may approve: each hears of it by mail, through the outbox."""
    notify(
        people, subject=news.subject, lines=[news.line], path=news.path, key=news.key
    )


def on_site_page(sender, instance, **kwargs) -> None:
    """A page of a site was published: what it planned becomes fact with it."""
    if is_planning(instance):
        take_over(instance)


FACTS = ("Site", "OpeningHours", "OpeningException", "SchoolHoliday")


def on_fact(sender, instance, raw: bool = False, **kwargs) -> None:
    """A fact was saved or deleted: the sites it is about are dated anew."""
    if raw:
        return
    sites_of(instance).update(facts_at=timezone.now())
    if isinstance(instance, Site) and not instance.is_public:
        withdraw_pages(instance)


def sites_of(instance):
    """The sites whose days or facts depend on it."""
    if isinstance(instance, SchoolHoliday):
        return Site.objects.all()
    pk = instance.pk if isinstance(instance, Site) else instance.site_id
    return Site.objects.filter(Q(pk=pk) | Q(parent=pk))


def withdraw_pages(site: Site) -> None:
    """The pages of a hidden site go with it, from every list, search and output."""
    for page in SitePage.objects.live().filter(site=site):
        page.unpublish()
