"""Doors beside the ones people use: each was open once."""

from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from home.models import ContactSettings
from programs.models import Site
from staff.models import AuditEvent, Operator, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def site_fields(site, **changes):
    fields = {"name": site.name, "slug": site.slug, "holiday_rule": "unknown"}
    for name in ("hours", "exceptions"):
        fields |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    return fields | {"address_visibility": "hidden", "is_public": "on"} | changes


@pytest.mark.parametrize("who", ["editor", "programme"])
def test_a_web_editor_does_not_hand_a_site_to_another_operator(
    log_in, site, enrolment, cast, who
):
    other = Operator.objects.get(name="架空法人ほか")
    url = reverse("site:edit", args=[site.pk])
    answer = log_in(who).post(url, site_fields(site, operator=other.pk))

    assert answer.status_code == 302
    assert Site.objects.get(pk=site.pk).operator_id == site.operator_id


def test_the_administrator_changes_who_runs_a_site_and_it_is_written_down(log_in, site):
    other = Operator.objects.get(name="架空法人ほか")
    url = reverse("site:edit", args=[site.pk])
    log_in("admin").post(url, site_fields(site, operator=other.pk))

    assert Site.objects.get(pk=site.pk).operator == other
    event = AuditEvent.objects.get(event="programs.site.saved")
    assert event.detail["operator"] == other.pk


@pytest.mark.parametrize(
    "path",
    ["images/../secret.txt", "images/%2e%2e/secret.txt", "secret.txt", "images/"],
)
def test_media_serves_nothing_but_images(client, path):
    Path(settings.MEDIA_ROOT, "images").mkdir(parents=True, exist_ok=True)
    Path(settings.MEDIA_ROOT, "secret.txt").write_text("secret")

    assert client.get(f"/media/{path}").status_code == 404


def test_media_serves_an_image(client):
    Path(settings.MEDIA_ROOT, "images").mkdir(parents=True, exist_ok=True)
    Path(settings.MEDIA_ROOT, "images", "a.txt").write_text("a")

    assert b"".join(client.get("/media/images/a.txt")) == b"a"


@pytest.mark.parametrize("act", ["set_active_state", "assign_role", "delete"])
def test_accounts_are_not_changed_in_bulk(log_in, cast, act):
    target = cast["auditor"]
    url = f"/admin/bulk/staff/user/{act}/?id={target.pk}"

    assert log_in("admin").post(url, {"is_active": ""}).status_code == 404
    assert User.objects.get(pk=target.pk).is_active


def test_logging_in_and_failing_to_are_written_down(client, cast):
    client.post(
        reverse("login"), {"username": "intake", "password": "typed by mistake"}
    )
    client.post(reverse("login"), {"username": "intake", "password": PASSWORD})

    failed, done = AuditEvent.objects.order_by("seq")[:2]
    assert (failed.event, failed.detail["user"]) == ("login.failed", cast["intake"].pk)
    assert (done.event, done.by) == ("login", cast["intake"])
    assert "mistake" not in str(failed.detail)


def test_a_new_password_is_told_from_an_empty_save(log_in, cast):
    word = "ながいながいあいことばです2027"
    log_in("admin").post(
        reverse("wagtailusers_users:edit", args=[cast["head"].pk]),
        {"username": "head", "is_active": "on", "password1": word, "password2": word},
    )

    event = AuditEvent.objects.get(event="staff.user.saved")
    assert "password" in event.detail["fields"]


def test_a_membership_event_tells_whose_and_which(log_in, cast):
    row = cast["intake"].memberships.get()
    log_in("admin").post(
        reverse("membership:edit", args=[row.pk]),
        {
            "user": cast["intake"].pk,
            "role": "case_worker",
            "unit": row.unit_id,
            "valid_from": "2026-04-01",
            "valid_to": "2026-12-31",
        },
    )

    detail = AuditEvent.objects.get(event="staff.membership.saved").detail
    assert (detail["user"], detail["role"]) == (cast["intake"].pk, "case_worker")
    assert detail["valid_to"] == "2026-12-31"


def test_a_changed_phone_number_is_written_down(log_in, cast):
    settings_row = ContactSettings.load()
    url = reverse(
        "wagtailsettings:edit", args=["home", "contactsettings", settings_row.pk]
    )
    log_in("editor").post(
        url,
        {
            "office_name": "豊中市",
            "urgent_phone": "06-0000-0000",
            "lines-count": "0",
        },
    )

    event = AuditEvent.objects.get(event="home.contactsettings.saved")
    assert event.by == cast["editor"]


@pytest.mark.parametrize(
    "name", ["membership", "partner", "unit", "operator", "wagtailusers_users"]
)
def test_no_list_of_the_directory_leaves_by_a_query(log_in, name):
    url = reverse(f"{name}:index")

    assert log_in("admin").get(f"{url}?export=csv").status_code == 404


def test_even_a_refused_address_carries_the_policy(client):
    answer = client.get("/healthz?q=%00")

    assert answer.status_code == 400
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
