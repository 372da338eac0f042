"""Web editors keep facts and pages in the admin; nobody else can change them."""

import pytest
from wagtail.models import Page

from home.models import ContentPage
from programs.models import OpeningException, Site
from tests.conftest import EVERYBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(seeded):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


def site_form(site, **changes):
    """What the edit screen of a site posts when nothing was touched."""
    data = {
        "name": site.name,
        "name_kana": site.name_kana,
        "slug": site.slug,
        "parent": site.parent_id or "",
        "operator": site.operator_id,
        "is_public": "on",
        "as_of": site.as_of,
        "holiday_rule": site.holiday_rule,
        "capacity_guide": site.capacity_guide,
        "capacity_note": site.capacity_note,
        "audience": site.audience,
        "fee_note": site.fee_note,
        "address_visibility": site.address_visibility,
        "area": site.area,
        "address": site.address,
        "phone": site.phone,
    }
    rows = list(site.hours.all())
    data |= formset("hours", len(rows), len(rows))
    for index, row in enumerate(rows):
        data |= {
            f"hours-{index}-id": row.pk,
            f"hours-{index}-season": row.season,
            f"hours-{index}-weekday": row.weekday,
            f"hours-{index}-opens": f"{row.opens:%H:%M}",
            f"hours-{index}-closes": f"{row.closes:%H:%M}",
        }
    return data | formset("exceptions", 0, 0) | changes


def formset(name, total, initial):
    return {
        f"{name}-TOTAL_FORMS": total,
        f"{name}-INITIAL_FORMS": initial,
        f"{name}-MIN_NUM_FORMS": 0,
        f"{name}-MAX_NUM_FORMS": 1000,
    }


def edit_address(site):
    return f"/admin/sites-of-the-programme/edit/{site.pk}/"


def test_an_editor_enters_a_closure_and_the_public_reads_it(site, log_in):
    client = log_in("editor")
    closure = formset("exceptions", 1, 0) | {
        "exceptions-0-date": "2026-12-01",
        "exceptions-0-opens": "",
        "exceptions-0-closes": "",
        "exceptions-0-reason": "台風のため",
    }
    response = client.post(edit_address(site), site_form(site, **closure))
    assert response.status_code == 302, response.context["form"].errors
    assert OpeningException.objects.get().reason == "台風のため"
    days = client.get(
        "/api/v1/sites/enmusubi/opening-days?from=2026-12-01&to=2026-12-01"
    ).json()
    assert days[0]["is_open"] is False


BAD_VALUES = [
    {"phone": "電話"},
    {"name": "x" * 10_000},
    {"capacity_guide": "たくさん"},
    {"hours-0-opens": "23:00"},
    {"hours-0-weekday": "99"},
    {"name": "\x00"},
]
ABLE = {"editor", "programme", "programme-lead"}


def test_a_bad_value_is_refused_and_changes_nothing(site, log_in):
    client = log_in("editor")
    for changes in BAD_VALUES:
        response = client.post(edit_address(site), site_form(site, **changes))
        assert response.status_code == 200, changes
        kept = Site.objects.get(pk=site.pk)
        assert (kept.name, kept.phone, kept.capacity_guide) == (
            "とよなか縁結実",
            "",
            25,
        )


def test_nobody_else_changes_a_site(site, log_in):
    for person in EVERYBODY:
        if person not in ABLE:
            log_in(person).post(edit_address(site), site_form(site, name="書き換え"))
            assert Site.objects.get(pk=site.pk).name == "とよなか縁結実", person


def test_the_editor_opens_every_page_in_the_editing_screen(site, log_in):
    client = log_in("editor")
    for page in Page.objects.filter(depth__gte=2):
        response = client.get(f"/admin/pages/{page.pk}/edit/")
        assert response.status_code == 200, page.slug
        assert "guide.wagtail.org" not in response.text


def test_nobody_else_opens_a_page_in_the_editing_screen(site, log_in):
    page = ContentPage.objects.get(slug="hogosha")
    for person in EVERYBODY:
        if person not in ("editor", "admin"):
            response = log_in(person).get(f"/admin/pages/{page.pk}/edit/")
            assert response.status_code in (302, 404), person
