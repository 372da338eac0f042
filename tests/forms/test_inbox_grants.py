"""Who reads received answers: by grant, by the matter they became, never by editing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from forms.handlers import way_on
from forms.models import AnswerGrant, Handling, IndexedAnswer, Submission
from forms.services import inbox as services
from staff.models import AuditEvent, Partner, Unit
from tests.conftest import EVERYBODY
from tests.factories import CaseFactory, PartnerFactory, ReferralFactory
from tests.forms import inbox

pytestmark = pytest.mark.django_db
Function = Unit.Function


@pytest.fixture
def consult(cast):
    """A form whose answers are only kept."""
    return inbox.version(inbox.form())


def readers_of(submission, cast) -> set[str]:
    return {
        name
        for name, user in cast.items()
        if Submission.objects.visible_to(user).filter(pk=submission.pk).exists()
    }


def forget_rights(cast):
    for user in cast.values():
        user.__dict__.pop("_answer_rights", None)


def test_f37_without_a_grant_nobody_reads_answers_that_became_nothing(consult, cast):
    assert readers_of(inbox.received(consult), cast) == set()


@pytest.mark.parametrize(
    ("by", "readers"),
    [
        ("unit", {"intake"}),
        ("role", {"programme", "programme-lead"}),
        ("user", {"form-editor"}),
    ],
)
def test_a_grant_opens_one_form_to_a_unit_a_role_or_a_person(
    consult, cast, by, readers
):
    holder = {
        "unit": Unit.objects.get(function=Function.INTAKE),
        "role": "programme_manager",
        "user": cast["form-editor"],
    }[by]
    inbox.grant(consult.form, **{by: holder})
    other = inbox.received(inbox.version(inbox.form("other")))
    assert readers_of(inbox.received(consult), cast) == readers
    assert readers_of(other, cast) == set()


def test_a_grant_ends_with_its_last_day_and_begins_with_its_first(consult, cast):
    today, day = timezone.localdate(), timedelta(days=1)
    submission = inbox.received(consult)
    one = inbox.grant(consult.form, role="programme_manager", valid_to=today)
    assert "programme" in readers_of(submission, cast)
    for dates in (
        {"valid_from": today - 2 * day, "valid_to": today - day},
        {"valid_from": today + day, "valid_to": None},
    ):
        AnswerGrant.objects.filter(pk=one.pk).update(**dates)
        forget_rights(cast)
        assert readers_of(submission, cast) == set()


def test_a_grant_for_every_form_opens_every_form(consult, cast):
    inbox.grant(None, unit=Unit.objects.get(function=Function.INTAKE))
    other = inbox.received(inbox.version(inbox.form("other")))
    assert readers_of(other, cast) == {"intake"}


@pytest.mark.parametrize("name", ["operator", "operator-staff", "school", "group"])
def test_nobody_outside_the_city_reads_by_grant(consult, cast, name):
    inbox.grant(consult.form, user=cast[name])
    assert readers_of(inbox.received(consult), cast) == set()


def test_a_grant_never_opens_a_confidential_matter(consult, cast):
    inbox.grant(consult.form, role="programme_manager")
    open_one, hidden = inbox.received(consult), inbox.received(consult)
    ReferralFactory(
        submission=open_one, unit=Unit.objects.get(function=Function.INTAKE)
    )
    ReferralFactory(submission=hidden, restricted=True)
    assert "programme" in readers_of(open_one, cast)
    assert readers_of(hidden, cast) == {"protection", "head"}
    listed = {row.pk for row in Handling.objects.visible_to(cast["programme"])}
    assert listed == {open_one.pk}
    assert not IndexedAnswer.objects.visible_to(cast["programme"]).filter(
        submission=hidden
    )


def test_what_is_attached_to_a_restricted_case_is_read_with_the_case(consult, cast):
    inbox.grant(consult.form, role="case_worker")
    submission = inbox.received(consult)
    protection = Unit.objects.get(function=Function.PROTECTION)
    case = CaseFactory(unit=protection, is_restricted=True)
    made = services.hand_on(
        submission,
        by=cast["protection"],
        way=way_on("attach-to-case"),
        typed=case.number,
    )
    assert made == case
    forget_rights(cast)
    expected = {"protection", "head", "programme", "programme-lead"}
    assert readers_of(submission, cast) == expected


def test_f36_a_school_sees_its_own_and_nothing_of_another(consult, cast, log_in):
    own = Partner.objects.get(code="S-OWN")
    mine = inbox.received(consult, partner=own)
    theirs = inbox.received(consult, partner=PartnerFactory())
    school = cast["school"]
    assert set(Submission.objects.visible_to(school)) == {mine}
    assert set(IndexedAnswer.objects.visible_to(school).values_list("submission")) == {
        (mine.pk,)
    }
    browser = log_in("school")
    for submission in (mine, theirs):
        for name in ("detail", "sheet", "assign", "correct"):
            address = reverse(f"inbox:{name}", args=[submission.pk])
            assert browser.get(address).status_code in (302, 403)
    assert browser.get(f"/status/{theirs.receipt}/").status_code == 404
    assert browser.get(f"/status/{mine.receipt}/").status_code == 200


@pytest.mark.parametrize("name", ["form-editor", "editor", "admin", "auditor"])
def test_f37_who_edits_forms_or_accounts_finds_no_answer(consult, log_in, name):
    submission = inbox.received(consult)
    browser = log_in(name)
    missing = reverse("inbox:detail", args=[submission.pk + 1])
    hidden = reverse("inbox:detail", args=[submission.pk])
    assert browser.get(hidden).status_code == browser.get(missing).status_code == 404
    for address in ("inbox:index", "inbox:enter"):
        page = browser.get(reverse(address))
        assert page.status_code in (302, 403)
        assert submission.receipt not in page.content.decode()
    page = browser.get("/admin/forms/", follow=True).content.decode()
    assert submission.receipt not in page
    assert reverse("inbox:index") not in page


def test_the_same_page_serves_a_form_editor_who_was_granted_the_form(
    consult, cast, log_in
):
    submission = inbox.received(consult)
    inbox.grant(consult.form, user=cast["form-editor"], can_act=False)
    browser = log_in("form-editor")
    page = browser.get(reverse("inbox:detail", args=[submission.pk]))
    assert "夕食を一人で食べている" in page.content.decode()
    assert reverse("inbox:assign", args=[submission.pk]) not in page.content.decode()
    assert submission.receipt in browser.get(reverse("inbox:index")).content.decode()


@pytest.mark.parametrize(
    ("who", "may"),
    [(n, n in ("admin", "programme-lead")) for n in EVERYBODY],
)
def test_rights_are_given_by_administrators_and_the_lead_of_the_programme(
    consult, log_in, who, may
):
    unit = Unit.objects.get(function=Function.INTAKE)
    data = {"form": consult.form_id, "unit": unit.pk, "valid_from": "令和8年11月1日"}
    answer = log_in(who).post("/admin/answer-grants/new/", data)
    assert AnswerGrant.objects.exists() == may
    assert answer.status_code in (302, 403)
    events = AuditEvent.objects.filter(event="portal_forms.answergrant.saved")
    assert events.exists() == may


def test_the_list_of_rights_leads_to_the_page_where_each_is_ended(consult, log_in):
    unit = Unit.objects.get(function=Function.INTAKE)
    grant = AnswerGrant.objects.create(
        form=consult.form, unit=unit, valid_from=date(2026, 11, 1)
    )
    listed = log_in("admin").get("/admin/answer-grants/").content.decode()
    address = reverse("answer-grants:edit", args=[grant.pk])
    assert f'href="{address}"' in listed
    answer = log_in("admin").post(
        address,
        {
            "form": consult.form_id,
            "unit": unit.pk,
            "valid_from": "R8.11.1",
            "valid_to": "R8.11.30",
        },
    )
    assert answer.status_code == 302
    grant.refresh_from_db()
    assert grant.valid_to == date(2026, 11, 30)


def test_nobody_gives_the_right_to_themselves(consult, cast, log_in):
    own = Unit.objects.get(function=Function.PROGRAMME)
    for more in (
        {"unit": own.pk},
        {"role": "programme_manager"},
        {"user": cast["programme-lead"].pk},
    ):
        data = {"form": consult.form_id, "valid_from": "R8.11.1", **more}
        page = log_in("programme-lead").post("/admin/answer-grants/new/", data)
        assert "別の管理者" in page.content.decode()
    assert not AnswerGrant.objects.exists()


@pytest.mark.parametrize("more", [{}, {"role": "case_worker", "unit_id": 1}])
def test_a_right_names_one_holder(consult, more):
    with pytest.raises(ValidationError):
        AnswerGrant(form=consult.form, **more).clean()


def test_a_form_without_a_reader_is_not_published(definition_of, db):
    made = definition_of([{"type": "short_text", "code": "a", "label": "A"}])
    made.handler = "inbox"
    made.save()
    with pytest.raises(ValidationError, match="回答を読める人"):
        made.save_revision().publish()
    inbox.grant(made, role="case_worker")
    made.save_revision().publish()
    assert made.versions.exists()
