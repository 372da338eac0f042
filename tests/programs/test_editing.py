"""Web editors keep facts and pages in the admin; nobody else can change them."""

import re
from datetime import date, time

import pytest
from wagtail.models import Page

from home.models import ContentPage
from programs.models import OpeningException, SchoolHoliday, Site
from tests.conftest import EVERYBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed, loaded once for this file: every test takes it."""


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
ABLE = {"admin", "editor", "programme", "programme-lead"}


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


@pytest.mark.one_database
def test_the_editor_opens_every_page_in_the_editing_screen(site, log_in):
    client = log_in("editor")
    for page in Page.objects.filter(depth__gte=2):
        response = client.get(f"/admin/pages/{page.pk}/edit/")
        assert response.status_code == 200, page.slug
        assert "guide.wagtail.org" not in response.text


@pytest.mark.one_database
def test_nobody_else_opens_a_page_in_the_editing_screen(site, log_in):
    page = ContentPage.objects.get(slug="hogosha", locale__language_code="ja")
    for person in EVERYBODY:
        if person not in ("editor", "admin"):
            response = log_in(person).get(f"/admin/pages/{page.pk}/edit/")
            assert response.status_code in (302, 404), person


HOLIDAYS = "/admin/school-holidays/new/"
AS_TYPED = [
    "令和9年7月20日",
    "R9.7.20",
    "２０２７年７月２０日",
    "令和９年７月２０日",
    "2027/7/20",
    "2027-07-20",
]


@pytest.mark.parametrize("typed", AS_TYPED)
def test_a_holiday_begins_on_the_day_that_was_typed(typed, log_in):
    data = {"name": "夏休み", "starts_on": typed, "ends_on": "2027/8/20"}
    response = log_in("editor").post(HOLIDAYS, data)
    assert response.status_code == 302, response.context["form"].errors
    holiday = SchoolHoliday.objects.get(name="夏休み")
    assert (holiday.starts_on, holiday.ends_on) == (
        date(2027, 7, 20),
        date(2027, 8, 20),
    )


@pytest.mark.parametrize(
    "typed", ["7/20", "来年の夏", "令和9年2月30日", "平成40年1月1日"]
)
def test_a_day_that_cannot_be_read_is_refused_and_kept(typed, log_in):
    data = {"name": "夏休み", "starts_on": typed, "ends_on": "R9.8.20"}
    response = log_in("editor").post(HOLIDAYS, data)
    assert response.status_code == 200
    assert "令和8年11月23日" in str(response.context["form"].errors["starts_on"])
    for kept in ("夏休み", typed, "R9.8.20"):
        assert f'value="{kept}"' in response.text
    assert not SchoolHoliday.objects.filter(name="夏休み").exists()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("1951-01-01", "1951-01-02"),
        ("2090-12-30", "2090-12-31"),
        ("2027-01-01", "2029-01-01"),
    ],
)
def test_a_holiday_that_nobody_can_mean_is_refused_and_kept(first, last, log_in):
    data = {"name": "夏休み", "starts_on": first, "ends_on": last}
    response = log_in("editor").post(HOLIDAYS, data)
    assert response.status_code == 200
    assert re.search("前後5年以内|1年以内の期間", response.text)
    assert f'value="{last}"' in response.text
    assert not SchoolHoliday.objects.filter(name="夏休み").exists()


def test_an_old_row_with_days_that_nobody_can_mean_breaks_no_page(site, log_in):
    client = log_in("editor")
    first, last = date(1, 1, 1), date(9999, 12, 31)
    SchoolHoliday.objects.create(name="誤り", starts_on=first, ends_on=last)
    row = OpeningException.objects.create(
        site=site, date=date(2090, 12, 31), reason="遠い日"
    )
    for path in (
        "/admin/school-holidays/",
        "/sites/enmusubi/",
        "/sites/enmusubi/calendar/",
        "/feed.xml",
        "/api/v1/sites/enmusubi/opening-days?from=2026-12-01&to=2026-12-31",
    ):
        assert client.get(path).status_code == 200, path
    kept = formset("exceptions", 1, 1) | {
        "exceptions-0-id": row.pk,
        "exceptions-0-date": "2090-12-31",
        "exceptions-0-reason": "遠い日（点検中）",
    }
    assert client.post(edit_address(site), site_form(site, **kept)).status_code == 302
    wrong = kept | {"exceptions-0-date": "2090-12-30"}
    answer = client.post(edit_address(site), site_form(site, **wrong))
    assert answer.status_code == 200
    assert "前後5年以内" in answer.text


def test_days_and_times_of_a_closure_are_read_as_typed(site, log_in):
    client = log_in("editor")
    closure = formset("exceptions", 1, 0) | {
        "exceptions-0-date": "Ｒ８．１２．１",
        "exceptions-0-opens": "１３時",
        "exceptions-0-closes": "16時30分",
        "exceptions-0-reason": "行事のため",
    }
    wrong = closure | {"exceptions-0-date": "来週"}
    response = client.post(edit_address(site), site_form(site, **wrong))
    assert response.status_code == 200
    assert 'value="来週"' in response.text
    assert 'value="行事のため"' in response.text
    client.post(edit_address(site), site_form(site, **closure))
    found = OpeningException.objects.get()
    assert found.date == date(2026, 12, 1)
    assert (found.opens, found.closes) == (time(13), time(16, 30))


@pytest.mark.one_database
def test_no_picker_stands_on_a_screen_of_facts(site, log_in, cast):
    client = log_in("editor")
    for path in (HOLIDAYS, edit_address(site)):
        assert "initDateChooser" not in client.get(path).text
        assert "initTimeChooser" not in client.get(path).text


@pytest.mark.one_database
def test_lists_tell_days_by_era_and_yes_or_no_in_words(site, log_in):
    client = log_in("editor")
    SchoolHoliday.objects.create(
        name="夏休み", starts_on=date(2027, 7, 20), ends_on=date(2027, 8, 20)
    )
    assert "令和9年7月20日" in client.get("/admin/school-holidays/").text
    for path in ("sites-of-the-programme", "services"):
        text = client.get(f"/admin/{path}/").text
        assert re.search(r">\s*はい\s*<", text)
        assert not re.search(r">\s*(True|False)\s*<", text)
