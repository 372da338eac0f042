"""Accounts and memberships: who may keep them, and what ends with them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from staff.models import AuditEvent, Membership, Operator, Partner, User
from tests.conftest import EVERYBODY
from tests.factories import PASSWORD, MembershipFactory, UnitFactory

pytestmark = pytest.mark.django_db

DIRECTORY = ["membership", "unit", "operator", "partner", "wagtailusers_users"]


def account_fields(**changes):
    word = "ながいながいあいことばです2026"
    fields = {"username": "new", "full_name": "新任 一子", "email": ""}
    return fields | {"password1": word, "password2": word} | changes


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("name", DIRECTORY)
def test_only_the_administrator_opens_the_directory(log_in, who, name):
    response = log_in(who).get(reverse(f"{name}:add"))

    assert (response.status_code == 200) is (who == "admin")


def test_an_account_has_no_rights_until_it_has_a_membership(log_in, client):
    log_in("admin").post(reverse("wagtailusers_users:add"), account_fields())
    user = User.objects.get(username="new")

    assert user.get_all_permissions() == set()

    MembershipFactory(user=user, role="case_worker", unit=UnitFactory())

    assert User.objects.get(pk=user.pk).has_perm("cases.view_case")


def test_no_screen_makes_a_superuser(log_in, cast):
    client = log_in("admin")
    client.post(
        reverse("wagtailusers_users:add"), account_fields(is_superuser="on", groups="1")
    )
    target = cast["intake"]
    client.post(
        reverse("wagtailusers_users:edit", args=[target.pk]),
        {"username": "intake", "is_active": "on", "is_superuser": "on"},
    )

    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.get(username="new").groups.exists()


def test_an_administrator_does_not_touch_a_superuser(log_in, cast):
    root = User.objects.create(username="root", is_superuser=True)
    response = log_in("admin").post(
        reverse("wagtailusers_users:edit", args=[root.pk]),
        account_fields(username="root2", is_active="on"),
    )

    assert response.status_code == 302
    assert User.objects.get(pk=root.pk).username == "root"


def test_nobody_gives_themselves_a_membership(log_in, cast):
    unit = UnitFactory(function="protection")
    fields = {
        "user": cast["admin"].pk,
        "role": "case_worker",
        "unit": unit.pk,
        "valid_from": "2026-04-01",
    }
    response = log_in("admin").post(reverse("membership:add"), fields)

    assert response.status_code == 200
    assert not Membership.objects.filter(user=cast["admin"], unit=unit).exists()


def test_a_new_membership_is_written_down_without_names(log_in, cast):
    unit = UnitFactory(function="protection")
    log_in("admin").post(
        reverse("membership:add"),
        {
            "user": cast["intake"].pk,
            "role": "case_worker",
            "unit": unit.pk,
            "valid_from": "2026-04-01",
        },
    )
    event = AuditEvent.objects.get(event="staff.membership.saved")

    assert event.by == cast["admin"]
    assert event.detail["type"] == "staff.membership"
    assert cast["intake"].username not in str(event.detail)


def test_rights_end_with_the_membership_at_the_next_request(log_in, cast, referral):
    client = log_in("intake")
    url = reverse("referrals:detail", args=[referral.pk])

    assert client.get(url).status_code == 200

    yesterday = timezone.localdate() - timedelta(days=1)
    cast["intake"].memberships.update(valid_to=yesterday)

    assert client.get(url).status_code in (302, 404)
    assert "R8-" not in client.get(url, follow=True).content.decode()


def test_an_operators_membership_ends_with_its_contract(cast, site, enrolment):
    operator = User.objects.get(username="operator")
    assert operator.scope.operator_ids

    site.operator.contract_to = timezone.localdate() - timedelta(days=1)
    site.operator.save()

    assert not User.objects.get(username="operator").scope.operator_ids


def test_a_superuser_without_membership_sees_no_case(client, case, referral):
    root = User.objects.create(username="root", is_superuser=True)
    client.force_login(root, backend="staff.backends.MembershipBackend")

    assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 404
    assert (
        client.get(reverse("referrals:detail", args=[referral.pk])).status_code == 404
    )


def test_a_wrong_password_and_an_unknown_name_answer_alike(client, cast):
    url = reverse("login")
    known = client.post(url, {"username": "intake", "password": "x"})
    unknown = client.post(url, {"username": "nobody", "password": "x"})

    assert known.status_code == unknown.status_code
    assert known.context["form"].errors == unknown.context["form"].errors


def test_ten_wrong_passwords_lock_the_account_for_that_address(client, cast):
    url = reverse("login")
    for _ in range(10):
        client.post(url, {"username": "intake", "password": "x"})
    answer = client.post(url, {"username": "intake", "password": PASSWORD})

    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("door", ["/admin/login/", "/_util/login/"])
def test_every_other_door_leads_to_the_one_login(client, door):
    assert client.get(door).headers["Location"].startswith("/accounts/login/")


def test_password_reset_by_mail_is_closed(client):
    assert client.get("/admin/password_reset/").status_code == 404


def test_a_partner_that_is_out_of_use_gives_its_submitter_nothing(cast):
    Partner.objects.filter(code="S-OWN").update(is_active=False)

    assert User.objects.get(username="school").partner is None


def test_the_days_of_a_post_and_of_a_contract_are_read_as_typed(log_in, cast):
    client = log_in("admin")
    post = {"user": cast["intake"].pk, "role": "auditor", "valid_from": "令和8年4月1日"}
    refused = client.post(reverse("membership:add"), post | {"valid_to": "年度末"})

    assert refused.status_code == 200
    assert 'value="年度末"' in refused.text

    post["valid_to"] = "Ｒ９．３．３１"
    taken = client.post(reverse("membership:add"), post)

    assert taken.status_code == 302, taken.context["form"].errors

    made = Membership.objects.get(user=cast["intake"], role="auditor")

    assert (made.valid_from, made.valid_to) == (date(2026, 4, 1), date(2027, 3, 31))

    contract = {"name": "架空法人", "contract_from": "R8.4.1", "contract_to": "いつか"}
    refused = client.post(reverse("operator:add"), contract)

    assert refused.status_code == 200
    assert 'value="いつか"' in refused.text

    client.post(reverse("operator:add"), contract | {"contract_to": "令和9年3月31日"})

    assert Operator.objects.get(name="架空法人").contract_to == date(2027, 3, 31)
    assert "令和9年3月31日" in client.get(reverse("operator:index")).text
