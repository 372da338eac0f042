"""What joins the public pages to the outbox and the worker, which they do not know."""

from exchange.handlers import every
from exchange.mail import notify
from home.approval.news import News, listen
from home.approval.schedule import run_schedule
from staff.models import User

OFTEN = 15  # seconds; a page is late by no more than that

every(OFTEN)(run_schedule)


@listen
def mail_about_approval(people: list[User], news: News) -> None:
    """Who asked, who may approve: each hears of it by mail, through the outbox."""
    notify(
        people, subject=news.subject, lines=[news.line], path=news.path, key=news.key
    )
