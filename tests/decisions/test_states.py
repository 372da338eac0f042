"""Every act on a decision in every state, tried by everybody over HTTP."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from decisions import services
from decisions.models import Decision, Enrolment, UseApplication
from staff.dates import wareki
from tests.conftest import CITY, EVERYBODY
from tests.decisions.conftest import approve, shown_of, values_of
from tests.factories import EnrolmentFactory

pytestmark = pytest.mark.django_db

State = Decision.State
BY_STATE = {
    State.DRAFT: "draft",
    State.CIRCULATED: "circulated",
    State.RETURNED: "returned",
    State.WITHDRAWN: "withdrawn",
    State.APPROVED: "approved",
}
DRAFTERS = {"use": "programme", "measure": "caseworker"}
APPROVERS = {"use": "programme-lead", "measure": "head"}
COLLEAGUES = {
    "use": {"programme", "programme-lead"},
    "measure": {"caseworker", "caseworker-lead"},
}
# Who succeeds with an act, and from which state to which.
MOVES = {
    ("edit", State.DRAFT): State.DRAFT,
    ("edit", State.RETURNED): State.RETURNED,
    ("circulate", State.DRAFT): State.CIRCULATED,
    ("circulate", State.RETURNED): State.CIRCULATED,
    ("withdraw", State.DRAFT): State.WITHDRAWN,
    ("withdraw", State.CIRCULATED): State.WITHDRAWN,
    ("withdraw", State.RETURNED): State.WITHDRAWN,
    ("approve", State.CIRCULATED): State.APPROVED,
    ("return", State.CIRCULATED): State.RETURNED,
}


def who_may(act, kind):
    """Those of the cast who succeed with an act on a draft of a kind."""
    if act in ("edit", "circulate"):
        return {DRAFTERS[kind]}
    if act == "withdraw":
        return COLLEAGUES[kind]
    return {APPROVERS[kind]}


def form_of(act, kind, site, draft):
    """What a browser posts for an act on the page of a draft."""
    posted = {"revision": "1"}
    if act == "approve":
        posted["decided_on"] = wareki(timezone.localdate())
        posted["shown"] = shown_of(draft)
    if act == "return":
        posted["reason"] = "曜日を確かめてください"
    if act == "edit":
        values = values_of(kind, site, ends_on="")
        values |= {"site": site.pk, "starts_on": wareki(values["starts_on"])}
        posted |= {name: "" if v is None else v for name, v in values.items()}
    return posted


def put(decision, state):
    """Put a draft into a state, as if it had come there."""
    Decision.objects.filter(pk=decision.pk).update(state=state)


@pytest.mark.one_database
@pytest.mark.parametrize("kind", ["use", "measure"])
@pytest.mark.parametrize("act", ["edit", "circulate", "withdraw", "approve", "return"])
def test_an_act_is_open_to_whom_it_belongs_in_its_state_alone(
    client, cast, site, draft_of, kind, act
):
    draft = draft_of(kind)
    url = reverse(f"decisions:{act}", args=[draft.pk])
    posted = form_of(act, kind, site, draft)
    for state in [State.DRAFT, State.CIRCULATED, State.RETURNED, State.WITHDRAWN]:
        for who in EVERYBODY:
            put(draft, state)
            target = MOVES.get((act, state))
            if who in who_may(act, kind) and target:
                continue
            client.force_login(cast[who], backend="staff.backends.MembershipBackend")
            answer = client.post(url, posted)
            if who not in CITY:
                expected = {302} if who in ("school", "group") else {404}
                assert answer.status_code in expected, (who, state)
            else:
                assert answer.status_code in (200, 302), (who, state)
            now = Decision.objects.get(pk=draft.pk)
            assert (now.state, now.revision) == (state, 1), (who, state)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("kind", ["use", "measure"])
@pytest.mark.parametrize(("act", "state"), MOVES)
def test_the_right_person_succeeds(client, cast, site, draft_of, kind, act, state):
    draft = draft_of(kind)
    url = reverse(f"decisions:{act}", args=[draft.pk])
    put(draft, state)
    who = sorted(who_may(act, kind))[0]
    client.force_login(cast[who], backend="staff.backends.MembershipBackend")

    answer = client.post(url, form_of(act, kind, site, draft))

    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    now = Decision.objects.get(pk=draft.pk)
    assert now.state == MOVES[act, state]
    assert now.revision == (2 if act == "edit" else 1)


@pytest.mark.parametrize("act", ["edit", "circulate", "withdraw", "approve", "return"])
@pytest.mark.parametrize("kind", ["use", "measure"])
def test_nobody_does_anything_to_an_approved_decision(
    client, cast, site, approved, kind, act
):
    decision = approved(kind)
    before = Decision.objects.filter(pk=decision.pk).values().get()
    for who in EVERYBODY:
        client.force_login(cast[who], backend="staff.backends.MembershipBackend")
        answer = client.post(
            reverse(f"decisions:{act}", args=[decision.pk]),
            form_of(act, kind, site, decision),
        )
        assert answer.status_code < 500

    assert Decision.objects.filter(pk=decision.pk).values().get() == before
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("use", {"programme", "programme-lead"}),
        ("not_use", {"programme", "programme-lead"}),
        ("end", {"programme", "programme-lead"}),
        ("recommend", {"caseworker", "caseworker-lead"}),
        ("measure", {"caseworker", "caseworker-lead"}),
    ],
)
def test_who_drafts_what(client, cast, case, site, application, kind, who):
    if kind == "end":
        enrolment = EnrolmentFactory(case=case, site=site)
        Case.objects.filter(pk=case.pk).update(state="in_use")
    if kind in ("use", "not_use"):
        url = reverse(f"applications:{kind}", args=[application.pk])
    else:
        url = reverse(f"decisions:draft_{kind}", args=[case.pk])
    values = values_of(kind, site)
    if kind == "end":
        values["supersedes"] = enrolment.decision_id
        values["ends_on"] = wareki(values["ends_on"])
    if "starts_on" in values:
        values["starts_on"] = wareki(values["starts_on"])
    if "site" in values:
        values["site"] = site.pk
    posted = {name: "" if value is None else value for name, value in values.items()}
    for person in EVERYBODY:
        client.force_login(cast[person], backend="staff.backends.MembershipBackend")
        shown = client.get(url)
        answer = client.post(url, posted)
        drafted = Decision.objects.filter(case=case, kind=kind, state=State.DRAFT)
        if person in who:
            assert shown.status_code == 200, person
            errors = answer.context and answer.context["form"].errors
            assert drafted.count() == 1, (person, errors)
            assert drafted.get().drafted_by == cast[person]
            drafted.update(state=State.WITHDRAWN)
        else:
            assert not drafted.exists(), person
            if person not in CITY and person not in ("school", "group"):
                assert (shown.status_code, answer.status_code) == (404, 404), person


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_records_and_withdraws_an_application(client, cast, case, site, who):
    client.force_login(cast[who], backend="staff.backends.MembershipBackend")
    posted = {
        "received_on": "令和8年11月20日",
        "applicant": "架空𠮷田　母子",
        "relation": "母",
        "site": site.pk,
        "wished_days": "火・木",
        "reason": "夕食と宿題を見てほしい",
    }

    client.post(reverse("applications:record_of_case", args=[case.pk]), posted)
    client.post(reverse("applications:record"), posted | {"case": case.number})

    recorded = UseApplication.objects.filter(case=case)
    if who not in ("programme", "programme-lead"):
        assert not recorded.exists()
        return
    assert sorted(row.number for row in recorded) == ["A8-0001", "A8-0002"]
    first = recorded.get(number="A8-0001")
    assert (first.applicant, first.recorded_by) == (posted["applicant"], cast[who])
    url = reverse("applications:withdraw", args=[first.pk])
    assert client.post(url, {"reason": " "}).status_code == 200
    client.post(url, {"reason": "家庭の事情で取り下げ"})
    first.refresh_from_db()
    assert (first.state, first.withdrawal_reason) == (
        "withdrawn",
        "家庭の事情で取り下げ",
    )


def test_the_second_approver_is_told_who_was_first_and_when(
    client, cast, site, circulated
):
    draft = circulated("use")
    approve(draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"])
    client.force_login(
        cast["programme-lead"], backend="staff.backends.MembershipBackend"
    )

    answer = client.post(
        reverse("decisions:approve", args=[draft.pk]),
        form_of("approve", "use", site, draft),
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in page
    assert "すでにprogramme-leadさんが" in page
    assert "K8-0001" in page


def test_the_page_after_a_stale_approval_shows_and_sends_the_present_revision(
    client, cast, site, draft_of
):
    draft = draft_of("use")
    services.edit_decision(
        draft,
        revision=1,
        by=cast["programme"],
        values=values_of("use", site, days="土　11時～21時"),
    )
    services.circulate(draft, revision=2, by=cast["programme"])
    client.force_login(
        cast["programme-lead"], backend="staff.backends.MembershipBackend"
    )
    url = reverse("decisions:approve", args=[draft.pk])

    answer = client.post(url, form_of("approve", "use", site, draft))

    page = answer.content.decode()
    assert "起案が変更された" in page
    assert "土　11時～21時" in page
    assert '<input type="hidden" name="revision" value="2">' in page
    assert not Enrolment.objects.exists()
