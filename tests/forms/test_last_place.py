"""The last place, and the one use of a link, for many senders at the same moment."""

import threading

import pytest

from tests.forms.senders import BEGIN, Sender, ask, posts_of

pytestmark = pytest.mark.server

SENDERS = 8
ONE_PLACE = (
    BEGIN
    + """
from forms.models import FormDefinition, FormWindow
form = FormDefinition.objects.get(slug="referral")
FormWindow.objects.update_or_create(
    form=form, defaults={"capacity": form.submissions.count() + 1})
"""
)
NO_LIMIT = (
    BEGIN + "from forms.models import FormWindow\nFormWindow.objects.all().delete()"
)
INVITE = (
    BEGIN
    + """
from datetime import timedelta
from django.utils import timezone
from forms.models import FormDefinition
from forms.services.invitations import invite
from staff.models import User
by = User.objects.get(username="caseworker")
_made, token = invite(
    FormDefinition.objects.get(slug="referral"), by=by,
    unit=by.memberships.first().unit, expires_at=timezone.now() + timedelta(days=1))
json.dump(token, sys.stdout)
"""
)
FOUND = (
    BEGIN
    + """
from forms.models import Draft, Submission
uuids = sys.argv[1:]
kept = Draft.objects.filter(uuid__in=uuids, sent_at=None)
json.dump({
    "stored": Submission.objects.filter(
        token__in=[f"draft:{uuid}" for uuid in uuids]).count(),
    "kept": sum(bool(draft.answers) for draft in kept),
    "proved": kept.exclude(refused_at=None).count(),
}, sys.stdout)
"""
)


def press_at_once(senders):
    """The status that each of them is answered with."""
    ready, answers = threading.Barrier(len(senders)), []

    def press(sender):
        ready.wait()
        answer = sender.once("POST", sender.url("review/"), sender.keyed({}))
        answers.append(answer.status_code)

    threads = [threading.Thread(target=press, args=(one,)) for one in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return sorted(answers)


def judge(portal, senders):
    assert press_at_once(senders) == [303] + [409] * (SENDERS - 1)
    found = ask(portal, FOUND, *(sender.uuid for sender in senders))
    assert found == {"stored": 1, "kept": SENDERS - 1, "proved": SENDERS - 1}


def begun(portal, posts, token=""):
    senders = [Sender(portal.url, posts) for _sender in range(SENDERS)]
    for sender in senders:
        if token:
            sender.patiently("GET", f"{portal.url}/forms/invitation/{token}/")
        sender.begin()
    return senders


def test_c22_of_many_at_once_one_gets_the_last_place_and_all_keep_their_answers(portal):
    senders = begun(portal, posts_of(portal.url))
    ask(portal, ONE_PLACE)
    try:
        judge(portal, senders)
    finally:
        ask(portal, NO_LIMIT)


def test_of_many_at_once_one_uses_the_link_up(portal):
    posts, token = posts_of(portal.url), ask(portal, INVITE)
    judge(portal, begun(portal, posts, token))
