"""Who may edit the public pages, and what the shared reports of Wagtail tell whom."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Page

from home.services import EDITORS, ensure_editors
from tests.conftest import EVERYBODY

REPORTS = [
    "locked/",
    "workflow/",
    "workflow_tasks/",
    "site-history/",
    "site-history/results/",
    "aging-pages/",
    "page-types-usage/",
]


@pytest.mark.parametrize("person", [p for p in EVERYBODY if p != "admin"])
def test_shared_reports_are_hidden_from_everybody_but_the_administrator(person, log_in):
    client = log_in(person)
    for report in REPORTS:
        response = client.get(f"/admin/reports/{report}")
        # Schools and groups have no desk at all: they are sent to the login.
        assert response.status_code in (404, 302), report
        if response.status_code == 302:
            assert person in ("school", "group")


def test_the_administrator_reads_the_shared_reports(log_in):
    assert log_in("admin").get("/admin/reports/site-history/").status_code == 200


def test_only_editors_and_the_administrator_may_edit_pages(cast):
    page = Page.objects.get(depth=2)
    able = {
        name
        for name, user in cast.items()
        if page.permissions_for_user(user).can_edit()
    }
    assert able == {"editor", "admin"}


def test_a_membership_that_ends_takes_the_pages_away(cast):
    membership = cast["editor"].memberships.get()
    membership.valid_to = timezone.localdate() - timedelta(days=1)
    membership.save()
    assert not Group.objects.filter(name=EDITORS, user=cast["editor"]).exists()


def test_the_next_login_notices_that_a_membership_ran_out(cast, log_in):
    cast["editor"].memberships.update(valid_to="2025-01-01")
    log_in("editor")
    assert not Group.objects.filter(name=EDITORS, user=cast["editor"]).exists()


def test_making_the_group_twice_changes_nothing(db):
    before = ensure_editors()
    counts = before.page_permissions.count(), before.collection_permissions.count()
    after = ensure_editors()
    assert counts == (2, 6)
    assert counts == (
        after.page_permissions.count(),
        after.collection_permissions.count(),
    )


@pytest.mark.one_database
def test_no_link_of_the_admin_leads_outside(log_in):
    client = log_in("editor")
    page = Page.objects.get(depth=2)
    for path in ["", "account/", "pages/", f"pages/{page.pk}/edit/", "services/"]:
        text = client.get(f"/admin/{path}", follow=True).text
        # Shown only where scripts are off; its text is kept in the main catalogue.
        text = re.sub(r"<noscript.*?</noscript>", "", text, flags=re.S)
        outside = re.findall(
            r'(?:href|src)="https?://(?!testserver|127|localhost)', text
        )
        assert not outside, path


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path", ["sites-of-the-programme", "services", "school-holidays"]
)
def test_editors_open_the_screens_of_facts(path, log_in):
    client = log_in("editor")
    assert client.get(f"/admin/{path}/").status_code == 200
    # Who runs a site decides who reads its children: a new one is not the editors'.
    opens = path != "sites-of-the-programme"
    assert (client.get(f"/admin/{path}/new/").status_code == 200) is opens


EMPTY_STREAMS = {"body-count": "0", "related-count": "0"}


@pytest.mark.parametrize("slug", ["利用の流れ", "Riyou", "a b", "a_b", ""])
def test_the_address_of_a_page_is_roman_and_the_refusal_says_how(slug, log_in):
    parent = Page.objects.get(depth=2).pk
    answer = log_in("editor").post(
        f"/admin/pages/add/home/contentpage/{parent}/",
        {"title": "利用の流れ", "slug": slug, "action-submit": "1", **EMPTY_STREAMS},
    )
    if slug:
        assert "riyou-nagare" in answer.text
        assert "日本語は使えません" in answer.text
        assert "利用の流れ" in answer.text
    assert not Page.objects.filter(slug=slug).exists()


def test_a_page_is_previewed_as_on_a_phone_and_on_a_desk(log_in, page):
    text = log_in("editor").get(f"/admin/pages/{page.pk}/edit/").text
    assert re.findall(r'data-device-width="(\d+)"', text) == ["375", "1366"]
    preview = f"/admin/pages/{page.pk}/edit/preview/"
    client = log_in("editor")
    data = {"title": "見本の題", "slug": page.slug, **EMPTY_STREAMS}
    assert client.post(preview, data).json()["is_valid"]
    assert "見本の題" in client.get(preview).text
