"""Who may go on with a draft, and who may look up what was sent."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from forms.answers import pages_of
from forms.models import Draft, FormDefinition, Submission
from forms.services import change_status, look_up
from home.models import ContactSettings
from staff.models import AuditEvent, Partner
from tests.factories import PartnerFactory
from tests.forms.conftest import question
from tests.forms.journey import REFERRAL, Journey

pytestmark = pytest.mark.django_db


def test_the_cookie_opens_one_draft_only_and_no_script_reads_it(journey):
    journey.begin()
    cookie = journey.posted.cookies["draft_key"]
    assert cookie["httponly"]
    assert cookie["path"] == journey.draft_address
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("page", ["1/", "review/", "done/", "copy.pdf", "leave/"])
def test_without_the_key_a_draft_does_not_exist(journey, page):
    journey.begin()
    url = journey.draft_address + page
    posted = 405 if page in ("done/", "copy.pdf") else 404
    for stranger in (Client(), Client(headers={"cookie": "draft_key=wrong"})):
        assert stranger.get(url).status_code == 404
        assert stranger.post(url, {"draft_key": "wrong"}).status_code == posted
        assert stranger.post(url, {}).status_code == posted


def test_a_key_of_one_draft_does_not_open_another(referral_form):
    one, other = Journey().begin(), Journey().begin()
    data = one.state()
    assert other.client.post(one.url, other.state()).status_code == 404
    assert one.client.post(other.url, data).status_code == 404


def test_a_lost_cookie_or_csrf_token_in_the_middle_loses_nothing(referral_form):
    journey = Journey(Client(enforce_csrf_checks=True))
    page = journey.client.get(journey.start)
    token = page.context["csrf_token"]
    started = journey.client.post(journey.start, {"csrfmiddlewaretoken": str(token)})
    journey.follow(started)
    data = journey.typed({"kind": "use", "urgency": "normal"})
    journey.client.cookies.clear()
    journey.follow(journey.client.post(journey.url, data))
    assert journey.url.endswith("/2/")
    journey.walk(REFERRAL).send()
    assert journey.receipt


def test_a_session_that_ends_in_the_middle_loses_nothing(referral_form, log_in, cast):
    journey = Journey(log_in("school")).begin()
    journey.next({"kind": "use", "urgency": "normal"})
    assert journey.page.select_one('select option[selected][value="S-OWN"]')
    data = journey.typed({"writer_name": "試験太郎", "writer_role": "担任"})
    journey.client.logout()
    answer = journey.client.post(journey.url, data)
    assert answer["Location"].startswith("/accounts/login/?next=/forms/")
    assert journey.client.get(journey.url).status_code == 302
    journey.client.force_login(
        cast["school"], backend="staff.backends.MembershipBackend"
    )
    journey.open(journey.url)
    assert journey.value("writer_name") == ["試験太郎"]
    journey.walk({k: v for k, v in REFERRAL.items() if k != "school"}).send()
    submission = Submission.objects.get()
    assert submission.partner.code == "S-OWN"
    assert submission.submitted_by == cast["school"]


def test_the_next_person_at_the_computer_does_not_find_the_draft(referral_form, cast):
    client = Client()
    as_user = {"backend": "staff.backends.MembershipBackend"}
    client.force_login(cast["school"], **as_user)
    journey = Journey(client).begin()
    cookie = client.cookies["draft_key"]
    client.force_login(cast["group"], **as_user)
    client.cookies["draft_key"] = cookie.value
    assert client.get(journey.url).status_code == 404


def test_an_expired_draft_is_gone(journey):
    journey.begin()
    Draft.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert journey.client.get(journey.url).status_code == 404
    other = Journey().begin()
    assert Draft.objects.get().uuid == UUID(other.draft_address.split("/")[-2])


def test_password_and_copy_are_shown_for_an_hour(journey, monkeypatch):
    journey.begin().walk(REFERRAL).send()
    password = journey.page.select_one("[data-password]").get_text()
    receipt = journey.receipt
    again = journey.open(journey.url)
    assert again.page.select_one("[data-password]").get_text() == password
    submission = look_up(receipt, password)
    assert submission.receipt == receipt
    assert password not in str(list(Submission.objects.values()))
    late = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    journey.open(journey.url)
    assert journey.receipt == receipt
    assert journey.page.select_one("[data-password]") is None
    copy = journey.draft_address + "copy.pdf"
    assert journey.client.get(copy).status_code == 404


def test_the_copy_is_a_pdf_under_a_neutral_name(journey):
    journey.begin().walk(REFERRAL).send()
    response = journey.client.get(journey.draft_address + "copy.pdf")
    assert response.content.startswith(b"%PDF")
    assert journey.receipt in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store, private"


def look(client, receipt, password):
    typed = {"receipt": receipt, "password": password}
    return client.post("/status/", typed, follow=True).content.decode()


def test_number_and_password_show_the_coarse_state_and_nothing_else(journey, cast):
    journey.begin().walk(REFERRAL).send()
    receipt = journey.receipt
    password = journey.page.select_one("[data-password]").get_text()
    typed = password.upper().replace("-", " ")
    page = look(Client(), f" {receipt.lower()} ", typed)
    assert 'data-status="received"' in page
    assert "𠮷田" not in page
    change_status(Submission.objects.get(), "in_review", by=cast["intake"])
    assert "確認中" in look(Client(), receipt, password)


def test_a_wrong_number_and_a_wrong_password_are_told_apart_by_nobody(journey):
    journey.begin().walk(REFERRAL).send()
    wrong = "受付番号または照会用パスワードが違います"
    pages = [look(Client(), number, "x") for number in (journey.receipt, "R8-9999")]
    assert all(wrong in page for page in pages)
    assert all("data-status" not in page for page in pages)


def test_after_ten_wrong_attempts_the_look_up_waits(journey):
    journey.begin().walk(REFERRAL).send()
    password = journey.page.select_one("[data-password]").get_text()
    for _attempt in range(10):
        look(Client(), journey.receipt, "wrong")
    page = look(Client(), journey.receipt, password)
    assert "15分待って" in page
    assert "data-status" not in page


@pytest.mark.parametrize("receipt", ["", "x" * 5000, "R8-\x000001", "😀", "' OR 1=1"])
def test_whatever_is_typed_into_the_look_up_is_answered(db, receipt):
    response = Client().post("/status/", {"receipt": receipt, "password": receipt})
    assert response.status_code == 200
    assert "data-status" not in response.content.decode()


def test_a_school_sees_its_own_and_no_other(referral_form, log_in, cast):
    journey = Journey(log_in("school")).begin()
    journey.walk({k: v for k, v in REFERRAL.items() if k != "school"}).send()
    receipt = journey.receipt
    assert receipt in journey.client.get("/status/").content.decode()
    page = journey.client.get(f"/status/{receipt}/").content.decode()
    assert "𠮷田" in page
    assert AuditEvent.objects.filter(record=receipt, action="view").exists()
    paper = journey.client.get(f"/status/{receipt}/copy.pdf")
    assert paper.content.startswith(b"%PDF")
    journey.client.force_login(
        cast["group"], backend="staff.backends.MembershipBackend"
    )
    for url in (f"/status/{receipt}/", f"/status/{receipt}/copy.pdf", "/status/R8-9/"):
        assert journey.client.get(url).status_code == 404
    assert receipt not in journey.client.get("/status/").content.decode()
    assert Client().get(f"/status/{receipt}/")["Location"] == "/status/?over=1"


@pytest.mark.parametrize("username", ["form-editor", "operator", "admin", "intake"])
def test_staff_find_no_answers_behind_the_senders_door(
    referral_form, log_in, cast, username
):
    partner = cast["school"].partner
    Journey().begin().walk(REFERRAL).send()
    receipt = Submission.objects.get().receipt
    assert partner
    assert log_in(username).get(f"/status/{receipt}/").status_code == 404


def test_a_form_for_partners_asks_for_a_login_and_admits_only_them(
    publish, log_in, client
):
    publish([question("short_text", "a")], access="partner")
    assert client.get("/forms/small/")["Location"].startswith("/accounts/login/")
    assert log_in("intake").get("/forms/small/").status_code == 404
    assert "/forms/small/" not in client.get("/forms/").content.decode()
    assert log_in("school").get("/forms/small/").status_code == 200


def test_an_unpublished_form_is_closed_but_a_draft_may_end(publish, client):
    publish([question("short_text", "a")])
    journey = Journey(client, "small").begin()
    FormDefinition.objects.filter(slug="small").update(live=False)
    assert client.get("/forms/small/").status_code == 404
    assert client.post("/forms/small/").status_code == 404
    journey.next({"a": "答え"}).send()
    assert journey.receipt


def test_a_listed_school_is_offered_only_while_it_is_in_use(journey, db):
    PartnerFactory(code="OLD", name="廃校小学校", is_active=False)
    journey.begin().next({"kind": "use", "urgency": "normal"})
    assert "廃校小学校" not in journey.text
    name = journey.page.select_one('select[data-code="school"]')["name"]
    data = journey.typed(REFERRAL) | {name: ["OLD"], f"{name}-other": [""]}
    journey.follow(journey.client.post(journey.url, data))
    assert "「学校名」を一覧から選ぶか" in journey.errors[0]


def send_as_school(client):
    answers = {k: v for k, v in REFERRAL.items() if k != "school"}
    return Journey(client).begin().walk(answers).send()


def test_a_stolen_key_saves_at_most_and_shows_nothing(referral_form, log_in, cast):
    other = Client()
    other.force_login(cast["group"], backend="staff.backends.MembershipBackend")
    journey = Journey(log_in("school")).begin()
    journey.next({"kind": "use", "urgency": "normal"})
    page, state = journey.url, journey.state()
    key = state["draft_key"][0]
    for stranger in (Client(), other):
        saved = stranger.post(page, state)
        login = f"/accounts/login/?next={page}"
        assert (saved.status_code, saved["Location"]) == (303, login)
        for name in ("review/", "leave/"):
            answer = stranger.post(journey.draft_address + name, {"draft_key": key})
            assert answer.status_code == (404 if stranger is other else 302)
            assert "login" in answer.get("Location", "login")
    assert Draft.objects.exists()
    journey.open(journey.draft_address + "1/")
    journey.walk({k: v for k, v in REFERRAL.items() if k != "school"}).send()
    password = journey.page.select_one("[data-password]").get_text()
    for stranger in (Client(), other):
        for name in ("copy.pdf", "done/", "review/", "1/"):
            url = journey.draft_address + name
            for answer in (
                stranger.post(url, {"draft_key": key}),
                stranger.get(url, headers={"cookie": f"draft_key={key}"}),
            ):
                text = answer.content.decode(errors="replace")
                assert answer.status_code in (302, 303, 404, 405), name
                assert not text.startswith("%PDF")
                assert password not in text
                assert journey.receipt not in text


def downloads(receipt):
    rows = AuditEvent.objects.filter(record=receipt, action="download")
    return list(rows.values_list("event", "by__username"))


def test_no_copy_leaves_without_an_event(referral_form, log_in, monkeypatch):
    journey = send_as_school(log_in("school"))
    copy = journey.draft_address + "copy.pdf"
    status_copy = f"/status/{journey.receipt}/copy.pdf"
    event = ("portal_forms.submission.downloaded", "school")
    assert journey.client.get(copy).content.startswith(b"%PDF")
    assert downloads(journey.receipt) == [event]
    assert journey.client.get(status_copy).content.startswith(b"%PDF")
    assert downloads(journey.receipt) == [event] * 2
    views = AuditEvent.objects.filter(record=journey.receipt, action="view")
    assert not views.exists()

    def broken(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("forms.views.receipt.record_event", broken)
    for url in (copy, status_copy):
        with pytest.raises(DatabaseError):
            journey.client.get(url)


def end_post_of(user):
    yesterday = timezone.localdate() - timedelta(days=1)
    user.memberships.update(valid_from=yesterday, valid_to=yesterday)


def test_a_post_that_ended_no_longer_sends_as_the_school(referral_form, log_in, cast):
    school = Partner.objects.get(code="S-OWN").name
    journey = Journey(log_in("school")).begin()
    journey.walk({k: v for k, v in REFERRAL.items() if k != "school"})
    end_post_of(cast["school"])
    journey.send()
    submission = Submission.objects.get(receipt=journey.receipt)
    assert submission.partner is None
    assert submission.referral.partner is None
    assert submission.submitted_by == cast["school"]
    assert school in str(pages_of(submission))


def test_a_form_for_schools_is_refused_to_a_post_that_ended(publish, log_in, cast):
    publish([question("short_text", "a")], access="partner")
    contact = ContactSettings.load()
    contact.office_name, contact.office_phone = "架空市こども課", "0668580000"
    contact.save()
    journey = Journey(log_in("school"), "small").begin().next({"a": "答え"})
    memberships = list(cast["school"].memberships.values("pk", "valid_from"))
    end_post_of(cast["school"])
    journey.send()
    assert "送信できません" in journey.text
    assert "架空市こども課 0668580000" in journey.text
    assert "答え" in journey.text
    assert not Submission.objects.exists()
    for row in memberships:
        rows = cast["school"].memberships.filter(pk=row["pk"])
        rows.update(valid_from=row["valid_from"], valid_to=None)
    journey.send()
    assert Submission.objects.get().partner.code == "S-OWN"
