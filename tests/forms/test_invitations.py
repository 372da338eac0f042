"""Links that let somebody fill in one form: once or so many times, until a day."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forms.models import Invitation, Submission
from forms.services.invitations import invite, revoke
from staff.models import AuditEvent, Partner, Unit
from tests.forms.conftest import question
from tests.forms.journey import Journey

pytestmark = pytest.mark.django_db

NAME = question("short_text", "name", "お名前")
SCHOOL = question("partner", "school", "学校")


@pytest.fixture
def form(publish):
    return publish([NAME, SCHOOL], access="invited")


@pytest.fixture
def invited(form, cast):
    def make(**settings):
        return invite(
            form,
            by=cast["caseworker"],
            unit=Unit.objects.get(function="casework"),
            **{"expires_at": timezone.now() + timedelta(days=7), **settings},
        )

    return make


def opened(token):
    journey = Journey(Client(), slug="small")
    return journey.open(f"/forms/invitation/{token}/")


def test_the_last_day_is_shown_as_it_was_typed(invited, log_in):
    midnight = timezone.make_aware(datetime(2027, 1, 21))
    made, _token = invited(expires_at=midnight)
    for address in ("/admin/invitations/", made.get_admin_url()):
        page = log_in("caseworker").get(address).content.decode()
        assert "令和9年1月20日" in page
        assert "令和9年1月21日" not in page


def test_a_link_opens_the_form_for_one_sending_bound_to_partner_and_child(
    invited, cast
):
    partner = Partner.objects.get(code="S-OWN")
    made, token = invited(partner=partner, reference="C-00012")
    journey = opened(token)
    assert journey.url == "/forms/small/"
    assert "C-00012" not in journey.text
    journey.begin().walk({"name": "花"}).send()
    submission = Submission.objects.get()
    assert submission.partner == partner
    assert submission.invitation.reference == "C-00012"
    assert journey.page.select("form[action$='/sibling/']") == []
    assert "利用できません" in opened(token).text
    assert Journey(journey.client, slug="small").begin().response.status_code == 404


def test_the_link_shows_no_page_under_its_own_address(invited):
    _made, token = invited()
    answer = Client().get(f"/forms/invitation/{token}/")
    assert answer.status_code == 302
    assert token not in answer["Location"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store, private"
    cookie = answer.cookies["invitation"]
    assert cookie["path"] == "/forms/small/" and cookie["httponly"]


def test_opening_a_link_uses_nothing_up_and_two_drafts_give_one_sending(invited):
    made, token = invited()
    first, second = opened(token).begin(), opened(token).begin()
    first.walk({"name": "花", "school": "架空小"})
    second.walk({"name": "西", "school": "架空小"})
    first.send()
    second.send()
    assert second.response.status_code == 409
    assert "西" in second.open(second.draft_address + "review/").text
    assert Invitation.objects.get().state == "used"
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("end", ["revoked", "over", "unknown"])
def test_a_link_that_is_over_answers_one_clear_page(invited, cast, end, caplog):
    made, token = invited()
    journey = opened(token).begin().walk({"name": "花", "school": "架空小"})
    if end == "revoked":
        revoke(made, by=cast["caseworker"])
    if end == "over":
        Invitation.objects.update(expires_at=timezone.now())
    page = opened("x" + token if end == "unknown" else token)
    assert page.response.status_code == 404
    assert "この招待リンクは利用できません" in page.text
    assert token not in caplog.text
    if end != "unknown":
        assert journey.send().response.status_code == 409
        assert not Submission.objects.exists()


def test_an_invited_form_is_in_no_list_and_needs_its_link(form, client):
    assert "/forms/small/" not in client.get("/forms/").content.decode()
    answer = client.get("/forms/small/")
    assert answer.status_code == 404
    assert "招待リンク" in answer.content.decode()
    assert client.post("/forms/small/").status_code == 404


def test_the_desk_invites_copies_the_link_once_and_revokes(form, log_in, cast):
    client = log_in("caseworker")
    unit = Unit.objects.get(function="casework")
    last_day = timezone.localdate() + timedelta(days=3)
    answer = client.post(
        "/admin/invitations/invite/",
        {
            "form": form.pk,
            "unit": unit.pk,
            "reference": "C-00012",
            "max_uses": "2",
            "last_day": last_day.isoformat(),
        },
    )
    made = Invitation.objects.get()
    assert answer["Location"] == f"/admin/invitations/{made.pk}/"
    page = Journey(client).open(answer["Location"]).page
    link = page.select_one("#invitation-link")["value"]
    assert opened(link.rstrip("/").rsplit("/", 1)[1]).url == "/forms/small/"
    assert not Journey(client).open(answer["Location"]).page.select("#invitation-link")
    assert made.number in client.get("/admin/invitations/").content.decode()
    client.post(f"/admin/invitations/{made.pk}/revoke/")
    assert Invitation.objects.get().state == "revoked"
    events = AuditEvent.objects.filter(event__startswith="portal_forms.invitation.")
    assert {event.event.rsplit(".")[-1] for event in events} >= {"created", "revoked"}


@pytest.mark.parametrize("who", ["intake", "form-editor", "operator", "editor"])
def test_invitations_of_another_unit_are_hidden(invited, log_in, who):
    made, _token = invited()
    client = log_in(who)
    assert client.get(f"/admin/invitations/{made.pk}/").status_code == 404
    assert client.post(f"/admin/invitations/{made.pk}/revoke/").status_code == 404
    assert Invitation.objects.get().revoked_at is None
