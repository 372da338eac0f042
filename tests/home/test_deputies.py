"""Approval by several people, and by deputies: nobody's own, and nobody twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from home.approval import lists, rules, services
from home.approval.lists import waiting_for
from home.models import ApprovalTask, ContentPage
from staff.models import AuditEvent, Delegation
from tests.conftest import EVERYBODY
from tests.factories import MembershipFactory, UserFactory
from tests.home.test_approval import NEW, edit, live_title


@pytest.fixture
def stand_in(cast):
    """Let somebody stand in for somebody else, as a rule this week."""

    def make(delegate, principal, first=-1, last=5):
        today = timezone.localdate()
        days = {
            "valid_from": today + timedelta(days=first),
            "valid_to": today + timedelta(days=last),
        }
        people = {"delegate": cast[delegate], "principal": cast[principal]}
        found = Delegation.objects.create(**people, **days)
        for user in people.values():
            forget(user)
        return found

    return make


def forget(user):
    """As the next request of this person begins: nothing is read yet."""
    for name in [n for n in user.__dict__ if n.startswith("_") and n != "_state"]:
        del user.__dict__[name]
    user.__dict__.pop("scope", None)


def need(number):
    ApprovalTask.objects.update(needed=number)


@pytest.fixture
def ask(page, cast):
    def request(by="editor"):
        return services.request_approval(edit(page, cast[by]), by=cast[by])

    return request


def approve(state, user):
    return services.approve(state, by=user, shown=state.revision_id)


def last_event(name):
    return AuditEvent.objects.filter(event=f"page.{name}").last()


def test_a_page_waits_for_as_many_people_as_the_city_says(ask, cast, page):
    need(2)
    state = ask()
    approve(state, cast["head"])
    assert live_title(page) != NEW
    assert last_event("counted").detail["number"] == 1
    with pytest.raises(ValidationError):
        approve(state, cast["head"])
    assert waiting_for(cast["head"]) == []
    assert [row.pk for row in waiting_for(cast["programme-lead"])] == [state.pk]
    approve(state, cast["programme-lead"])
    assert live_title(page) == NEW


def test_what_was_sent_back_is_approved_anew_by_everybody(ask, cast, page):
    need(2)
    state = ask()
    approve(state, cast["head"])
    services.send_back(state, by=cast["programme-lead"], reason="日付が違います")
    again = ask()
    approve(again, cast["head"])
    assert live_title(page) != NEW
    approve(again, cast["admin"])
    assert live_title(page) == NEW


def test_a_deputy_approves_for_an_absent_head_and_the_record_says_so(
    ask, cast, page, stand_in, log_in
):
    state = ask()
    assert rules.why_not(cast["intake"], state)
    stand_in("intake", "head")
    assert [row.pk for row in waiting_for(cast["intake"])] == [state.pk]
    client = log_in("intake")
    path = f"/admin/approval/{page.pk}/"
    assert "headの代理" in client.get(path).text
    client.post(f"{path}approve/", {"revision": state.revision_id})
    assert live_title(page) == NEW
    event = last_event("counted")
    assert event.by_id == cast["intake"].pk
    assert event.detail["in_place_of"] == cast["head"].pk
    assert "intake（headの代理）" in " ".join(log_in("editor").get(path).text.split())


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (1, 9)])
def test_a_delegation_opens_nothing_outside_its_days(ask, cast, stand_in, first, last):
    stand_in("intake", "head", first, last)
    assert rules.why_not(cast["intake"], ask())


def test_a_deputy_of_somebody_without_the_post_approves_nothing(ask, cast, stand_in):
    stand_in("intake", "caseworker")
    assert rules.why_not(cast["intake"], ask())


def test_deputies_hand_nothing_on(ask, cast, stand_in):
    stand_in("intake", "head")
    stand_in("caseworker", "intake")
    assert rules.why_not(cast["caseworker"], ask())


def test_nobody_has_the_own_request_approved_by_a_deputy(ask, cast, page, stand_in):
    stand_in("intake", "admin")
    state = ask("admin")
    assert rules.why_not(cast["intake"], state)
    assert waiting_for(cast["intake"]) == []
    with pytest.raises(ValidationError):
        approve(state, cast["intake"])
    assert live_title(page) != NEW


def test_a_deputy_does_not_approve_what_they_asked_for(ask, cast, stand_in):
    stand_in("editor", "head")
    state = ask()
    assert rules.why_not(cast["editor"], state)
    assert waiting_for(cast["editor"]) == []
    assert cast["editor"] not in rules.approvers_of(
        state.task.specific, without=rules.excluded_from(state)
    )


@pytest.mark.parametrize(
    ("one", "other"), [("intake", "head"), ("head", "intake"), ("intake", "caseworker")]
)
def test_head_and_deputies_are_one_person(ask, cast, page, stand_in, one, other):
    need(2)
    stand_in("intake", "head")
    stand_in("caseworker", "head")
    state = ask()
    approve(state, cast[one])
    assert rules.why_not(cast[other], state)
    assert waiting_for(cast[other]) == []
    with pytest.raises(ValidationError):
        approve(state, cast[other])
    approve(state, cast["admin"])
    assert live_title(page) == NEW


def test_who_stands_in_for_two_is_still_one_person(ask, cast, page, stand_in):
    need(2)
    stand_in("intake", "head")
    stand_in("intake", "programme-lead")
    state = ask()
    approve(state, cast["intake"])
    with pytest.raises(ValidationError):
        approve(state, cast["intake"])
    approve(state, cast["programme-lead"])
    assert live_title(page) == NEW


def test_a_deputy_who_sends_back_is_named_as_one(ask, cast, stand_in, log_in, page):
    stand_in("intake", "head")
    services.send_back(ask(), by=cast["intake"], reason="日付が違います")
    text = " ".join(log_in("editor").get(f"/admin/approval/{page.pk}/").text.split())
    assert "intake（headの代理）" in text
    assert last_event("returned_in_place").detail["in_place_of"] == cast["head"].pk


def test_the_administrator_sets_number_and_deputies_but_never_the_own(log_in, cast):
    client, today = log_in("admin"), timezone.localdate()
    values = {
        "principal": cast["head"].pk,
        "valid_from": f"{today}",
        "valid_to": f"{today + timedelta(days=3)}",
    }
    path = "/admin/delegation/new/"
    for wrong in ("admin", "head", "operator", "school"):
        answer = client.post(path, values | {"delegate": cast[wrong].pk})
        assert answer.status_code == 200, wrong
    late = values | {"valid_to": f"{today - timedelta(days=3)}"}
    assert client.post(path, late | {"delegate": cast["intake"].pk}).status_code == 200
    assert not Delegation.objects.exists()
    client.post(path, values | {"delegate": cast["intake"].pk})
    assert Delegation.objects.get().delegate == cast["intake"]
    event = AuditEvent.objects.filter(event="staff.delegation.saved").last()
    assert event.detail["principal"] == cast["head"].pk
    task = ApprovalTask.objects.get(active=True)
    client.post(
        f"/admin/workflows/tasks/edit/{task.pk}/",
        {"name": task.name, "roles": task.roles, "needed": "2"},
    )
    assert ApprovalTask.objects.get(pk=task.pk).needed == 2
    assert (
        AuditEvent.objects.filter(event="approvaltask.edited").last().detail["needed"]
        == 2
    )


def test_a_step_cannot_ask_for_more_people_than_can_approve(log_in, cast):
    task = ApprovalTask.objects.get(active=True)
    path = f"/admin/workflows/tasks/edit/{task.pk}/"

    def save(needed, roles=task.roles, name=task.name):
        data = {"name": name, "roles": roles, "needed": f"{needed}"}
        return log_in("admin").post(path, data)

    people = rules.holders_of(task).count()
    refused = save(people + 1)
    assert refused.status_code == 200
    assert f"承認できる役割の人は、いま{people}人です" in refused.text
    assert ApprovalTask.objects.get(pk=task.pk).needed == 1
    assert save(people).status_code == 302
    fewer = save(people, roles=["centre_head"])
    assert "承認できる役割の人は、いま1人です" in fewer.text
    cast["head"].is_active = False
    cast["head"].save()
    assert save(people, name="ページの承認（新）").status_code == 302
    assert ApprovalTask.objects.get(pk=task.pk).needed == people
    assert "いまは一人もいません" in save(1, roles=["centre_head"]).text


@pytest.mark.parametrize("person", EVERYBODY)
def test_only_the_administrator_names_deputies(person, log_in):
    answer = log_in(person).get("/admin/delegation/")
    assert (answer.status_code == 200) is (person == "admin")


def test_a_second_approver_of_the_same_post_counts_as_another_person(ask, cast, page):
    need(2)
    second = UserFactory(username="second-head")
    MembershipFactory(
        user=second, role="centre_head", unit=cast["head"].memberships.get().unit
    )
    state = ask()
    approve(state, cast["head"])
    approve(state, second)
    assert ContentPage.objects.get(pk=page.pk).title == NEW


def test_a_deputy_who_left_the_city_approves_nothing(ask, cast, page, stand_in):
    stand_in("intake", "head")
    cast["intake"].memberships.update(valid_to="2025-01-01")
    site = cast["operator"].memberships.get().operator
    MembershipFactory(user=cast["intake"], role="operator_manager", operator=site)
    forget(cast["intake"])
    state = ask()
    assert rules.why_not(cast["intake"], state)
    assert waiting_for(cast["intake"]) == []
    assert cast["intake"] not in rules.approvers_of(state.task.specific)
    with pytest.raises(ValidationError):
        approve(state, cast["intake"])
    assert live_title(page) != NEW


def test_a_deputy_approves_and_does_nothing_else_to_pages(
    ask, cast, page, stand_in, log_in
):
    stand_in("intake", "head")
    permissions = page.permissions_for_user(cast["intake"])
    assert not permissions.can_unpublish()
    assert not permissions.can_move()
    assert not permissions.can_set_view_restrictions()
    assert page.permissions_for_user(cast["head"]).can_unpublish()
    log_in("intake").post(f"/admin/pages/{page.pk}/unpublish/")
    assert ContentPage.objects.get(pk=page.pk).live
    approve(ask(), cast["intake"])
    assert live_title(page) == NEW


@pytest.mark.parametrize("first", ["head", "intake"])
def test_who_approved_first_may_still_send_the_page_back(
    ask, cast, page, stand_in, log_in, first
):
    need(2)
    stand_in("intake", "head")
    state = ask()
    approve(state, cast[first])
    path = f"/admin/approval/{page.pk}/"
    client = log_in(first)
    shown = client.get(path).text
    assert f"{path}send-back/" in shown
    assert f"{path}approve/" not in shown
    page.refresh_from_db()
    acts = state.task.specific.get_actions(page, cast[first])
    assert [act[0] for act in acts] == ["reject"]
    client.post(f"{path}send-back/", {"comment": "日付が違います"})
    state.refresh_from_db()
    assert state.status == state.STATUS_REJECTED
    assert live_title(page) != NEW


def test_the_approval_of_who_left_since_is_not_counted(ask, cast, page):
    need(2)
    state = ask()
    approve(state, cast["head"])
    type(cast["head"]).objects.filter(pk=cast["head"].pk).update(is_active=False)
    approve(state, cast["admin"])
    assert live_title(page) != NEW
    approve(state, cast["programme-lead"])
    assert live_title(page) == NEW


def test_an_editor_is_told_while_fewer_can_approve_than_the_step_asks_for(cast, log_in):
    task = rules.approval_task()
    others = len([p for p in rules.approvers_of(task) if p != cast["editor"]])
    for needed, missing in [(others, 0), (others + 2, 2)]:
        ApprovalTask.objects.update(needed=needed)
        assert lists.missing_approvers(cast["editor"]) == missing
        page = log_in("editor").get("/admin/").content.decode()
        assert ("承認できる人があと2人必要です" in page) == bool(missing)
