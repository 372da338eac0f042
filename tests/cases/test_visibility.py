"""Who sees which record, asked of the queryset and of every address of the screens."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Assessment, Case, Child, Consent, ContactLog, Referral
from cases.models.facts import FOR_CASEWORK, FOR_OPERATORS, FOR_THE_CITY, facts_of
from cases.viewsets import assessment_viewset, case_viewset, referral_viewset
from programs.models import Site
from staff.models import AuditEvent, Unit
from tests.conftest import EVERYBODY
from tests.factories import (
    AssessmentFactory,
    CaseFactory,
    ContactLogFactory,
    DecisionFactory,
    EnrolmentFactory,
    ReferralFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

WORKERS = {"intake", "caseworker", "caseworker-lead", "protection"}
PROGRAMME = {"programme", "programme-lead"}
OPERATOR = {"operator", "operator-staff"}
CITY = WORKERS | PROGRAMME | {"head"}
Visibility = ContactLog.Visibility


@pytest.fixture
def world(cast, case, enrolment, referral):
    """An open case at the site of ``operator``, and a restricted one at the other's."""
    author = UserFactory(username="author")
    restricted = CaseFactory(restricted=True)
    EnrolmentFactory(case=restricted, site=Site.objects.get(slug="other"))
    records = {
        "case": case,
        "child": case.child,
        "restricted case": restricted,
        "restricted child": restricted.child,
        "referral": referral,
        "restricted referral": ReferralFactory(
            restricted=True, submission__partner=None
        ),
        "draft": AssessmentFactory(case=case, author=author),
        "confirmed": AssessmentFactory(case=CaseFactory(), confirmed=True),
        "restricted draft": AssessmentFactory(case=restricted, author=author),
        "consent": Consent.objects.create(
            case=case,
            topic="operator",
            method="none",
            missing_reason="未",
            author=author,
        ),
    }
    for visibility in Visibility.values:
        records[f"{visibility} log"] = ContactLogFactory(
            case=case, kind="phone", visibility=visibility, author=author
        )
    records["hearing"] = ContactLogFactory(case=case, kind="hearing", author=author)
    records["restricted hearing"] = ContactLogFactory(
        case=None, referral=records["restricted referral"], author=author
    )
    return records


SEES = {
    "case": CITY | OPERATOR,
    "child": CITY | OPERATOR,
    "restricted case": {"protection", "head", "other-operator"} | PROGRAMME,
    "restricted child": {"protection", "head", "other-operator"} | PROGRAMME,
    "referral": CITY,
    "restricted referral": {"protection", "head"},
    "draft": WORKERS,
    "confirmed": CITY,
    "restricted draft": {"protection"},
    "consent": CITY | OPERATOR,
    "operator log": CITY | OPERATOR,
    "city log": CITY,
    "restricted log": {"caseworker", "caseworker-lead", "head"},
    "hearing": WORKERS | {"head"},
    "restricted hearing": {"protection", "head"},
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_record_is_visible_to_exactly_those_it_is_for(world, cast, who):
    seen = {
        name
        for name, record in world.items()
        if type(record).objects.visible_to(cast[who]).filter(pk=record.pk).exists()
    }

    assert seen == {name for name, readers in SEES.items() if who in readers}


@pytest.mark.parametrize(("days", "sees"), [(62, True), (63, False)])
def test_an_operator_sees_a_child_from_two_months_before_the_first_day(
    cast, case, site, days, sees
):
    first = timezone.localdate() + timedelta(days=days)
    EnrolmentFactory(case=case, site=site, starts_on=first, ends_on=None)

    assert (case in Case.objects.visible_to(cast["operator"])) is sees


def test_nobody_sees_anything_without_logging_in(world):
    for model in (Case, Child, Referral, ContactLog, Assessment, Consent):
        assert not model.objects.visible_to(AnonymousUser()).exists()


def test_a_membership_that_ended_yesterday_opens_nothing(world, cast):
    cast["protection"].memberships.update(
        valid_to=timezone.localdate() - timedelta(days=1)
    )
    for model in (Case, Child, Referral, ContactLog, Assessment):
        assert not model.objects.visible_to(cast["protection"]).exists()


VIEWSETS = {
    "referral": (referral_viewset, "restricted referral"),
    "case": (case_viewset, "restricted case"),
    "draft": (assessment_viewset, "restricted draft"),
}
SCREENS = [
    (name, pattern.name)
    for name, (viewset, _hidden) in VIEWSETS.items()
    for pattern in viewset.get_urlpatterns()
    if "<int:pk>" in str(pattern.pattern)
]


def body_of(response, pk):
    return response.content.replace(f"/{pk}/".encode(), b"/N/")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "screen"), SCREENS)
def test_hidden_and_missing_answer_alike_at_every_address(
    log_in, world, name, screen, method
):
    viewset, hidden = VIEWSETS[name]
    client = log_in("intake")
    address = viewset.get_url_name(screen)
    for_hidden = getattr(client, method)(reverse(address, args=[world[hidden].pk]))
    for_missing = getattr(client, method)(reverse(address, args=[98765432]))

    assert for_hidden.status_code == for_missing.status_code == 404
    assert body_of(for_hidden, world[hidden].pk) == body_of(for_missing, 98765432)
    denied = AuditEvent.objects.filter(action="denied", record=str(world[hidden]))
    assert denied.count() == 1


@pytest.mark.parametrize("who", ["operator", "other-operator", "auditor", "school"])
@pytest.mark.parametrize(("name", "screen"), SCREENS)
def test_no_address_opens_for_those_without_business_there(
    log_in, world, name, screen, who
):
    viewset, hidden = VIEWSETS[name]
    if who == "other-operator" and name == "case":
        hidden = "case"
    address = reverse(viewset.get_url_name(screen), args=[world[hidden].pk])

    expected = 302 if who == "school" else 404
    assert log_in(who).get(address).status_code == expected


OPENS = [("intake", "referral"), ("caseworker", "case"), ("caseworker", "draft")]


@pytest.mark.parametrize(("who", "name"), OPENS)
def test_each_page_that_opens_writes_one_event_with_the_numbers(
    log_in, world, cast, who, name
):
    record = world[name]
    assert log_in(who).get(record.get_admin_url()).status_code == 200

    event = AuditEvent.objects.get(by=cast[who], action="view")
    assert event.record == str(record)
    assert event.subject == record.audit_subject


@pytest.mark.parametrize(("name", "screen"), SCREENS)
def test_without_an_event_there_is_no_page(log_in, world, monkeypatch, name, screen):
    def broken(*args, **kwargs):
        raise RuntimeError("no audit")

    monkeypatch.setattr("staff.services.record_event", broken)
    viewset, _hidden = VIEWSETS[name]
    address = reverse(viewset.get_url_name(screen), args=[world[name].pk])
    who = "caseworker" if screen not in ("confirm", "return") else "caseworker-lead"
    with pytest.raises(RuntimeError):
        log_in(who).get(address)


@pytest.mark.parametrize(
    ("who", "names"),
    [
        *((who, FOR_CASEWORK) for who in [*sorted(WORKERS), "head"]),
        *((who, FOR_THE_CITY) for who in sorted(PROGRAMME)),
        *((who, FOR_OPERATORS) for who in sorted(OPERATOR)),
        *((who, frozenset()) for who in ["auditor", "admin", "school", "editor"]),
    ],
)
def test_a_reader_gets_the_facts_of_the_role_and_no_other(case, cast, who, names):
    assert set(facts_of(case, cast[who])) == names


def test_operators_get_no_word_about_the_list_the_unit_or_the_worker():
    secret = {"is_restricted", "unit", "worker", "referrals", "assessments", "consents"}

    assert not FOR_OPERATORS & (secret | {"addresses", "child_number"})
    assert not FOR_THE_CITY & {"is_restricted", "unit", "worker"}


def test_nothing_tells_the_programme_which_child_is_on_the_list(
    log_in, case, cast, site
):
    restricted = CaseFactory(restricted=True, worker=cast["protection"])
    Unit.objects.filter(function="protection").update(name="秘密の課", phone="06-1111")
    cast["protection"].full_name = "秘密　太郎"
    cast["protection"].save()
    decision = DecisionFactory(case=restricted, site=site, circulated=True)
    client = log_in("programme")
    for address in (
        restricted.get_admin_url(),
        reverse("cases:index"),
        decision.get_admin_url(),
        reverse("decisions:draft_end", args=[restricted.pk]),
    ):
        page = client.get(address)
        html = page.content.decode()
        assert page.status_code == 200
        assert "秘密" not in html
        assert "06-1111" not in html

    for record in (restricted, case):
        page = client.get(record.get_admin_url()).content.decode()
        assert "ケース担当" in page
        form = client.get(reverse("cases:contact", args=[record.pk])).context["form"]
        assert form["visibility"].value() == "city"
    rows = client.get(reverse("cases:index")).context["table"].columns
    assert {"unit", "worker"}.isdisjoint(rows)
    form = log_in("protection").get(reverse("cases:contact", args=[restricted.pk]))
    assert form.context["form"]["visibility"].value() == "restricted"


def test_the_page_of_an_operator_shows_what_is_needed_and_nothing_else(
    log_in, world, cast
):
    case = world["case"]
    case.child.guardians.create(
        name="架空　母", relation="母", phone="090-0000-0000", address="秘密町1-1"
    )
    case.worker = cast["caseworker"]
    case.save()
    Unit.objects.filter(pk=case.unit_id).update(name="秘密の係", phone="06-1111-1111")
    world["draft"].delete()
    AssessmentFactory(
        case=case, confirmed=True, shared_summary="共有の要約", risks="秘密の危険"
    )
    for name, body in [("operator", "共有の記録"), ("city", "秘密の記録")]:
        ContactLogFactory(case=case, body=body, visibility=name, kind="phone")
    Referral.objects.filter(pk=world["referral"].pk).update(case=case)

    html = log_in("operator").get(case.get_admin_url()).content.decode()

    for word in (case.child.full_name, "架空　母", "090-0000-0000", "共有の要約"):
        assert word in html
    assert "共有の記録" in html
    for word in ("秘密", "06-1111-1111", case.child.number, world["referral"].number):
        assert word not in html
    assert str(cast["caseworker"]) not in html


def test_the_list_of_an_operator_names_neither_unit_nor_worker(log_in, world, cast):
    Unit.objects.filter(pk=world["case"].unit_id).update(name="秘密の係")
    html = log_in("operator").get(reverse("cases:index")).content.decode()

    assert world["case"].number in html
    assert "秘密の係" not in html
    assert world["restricted case"].number not in html


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_list_holds_a_name(log_in, world, who):
    client = log_in(who)
    for name in ("referrals", "cases", "assessments"):
        for page in ("index", "index_results"):
            html = client.get(reverse(f"{name}:{page}")).content.decode()
            assert world["child"].family_name not in html


@pytest.mark.parametrize("name", ["referrals", "cases", "assessments"])
def test_a_list_has_only_rows_that_are_visible(log_in, world, cast, name):
    model = {"referrals": Referral, "cases": Case, "assessments": Assessment}[name]
    for who in ("intake", "protection", "programme", "head"):
        page = log_in(who).get(reverse(f"{name}:index"))
        visible = model.objects.visible_to(cast[who])
        assert set(page.context["object_list"]) == set(visible)


@pytest.mark.parametrize("name", ["referrals", "cases", "assessments"])
def test_a_list_is_not_exported_by_the_way(log_in, world, name):
    for file_format in ("csv", "xlsx"):
        address = reverse(f"{name}:index")
        answer = log_in("intake").get(address, {"export": file_format})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("referrals", lambda: ReferralFactory()),
        ("cases", lambda: CaseFactory(worker=UserFactory())),
        ("assessments", lambda: AssessmentFactory(case=CaseFactory())),
    ],
)
def test_a_list_asks_the_same_number_of_queries_for_many_rows(
    log_in, cast, name, make, django_assert_num_queries
):
    address = reverse(f"{name}:index")
    make()
    client = log_in("caseworker")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _row in range(12):
        make()
    with django_assert_num_queries(len(few)):
        assert len(client.get(address).context["object_list"]) == 13


def test_the_check_of_the_list_is_shown_to_case_workers_and_the_head(log_in, referral):
    Referral.objects.filter(pk=referral.pk).update(
        council_note="台帳で確認した", council_check="not_listed"
    )
    for who, shown in [("caseworker", True), ("head", True), ("programme", False)]:
        client = log_in(who)
        page = client.get(referral.get_admin_url())
        assert ("台帳で確認した" in page.content.decode()) is shown
        columns = client.get(reverse("referrals:index")).context["table"].columns
        assert ("check" in columns) is shown
