"""W9: opening days change with the publication of a page, in one moment everywhere."""

import json
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale

from exchange.models import OutboxItem
from home import languages
from home.approval import schedule
from programs import planned
from programs.models import OpeningException, SchoolHoliday, Site, SitePage
from staff.models import AuditEvent
from tests.programs.test_agreement import TOKYO, hours_on, told_to_machines

PATH = "/sites/enmusubi/"
NOW = datetime(2026, 12, 1, 9, tzinfo=TOKYO)
AT = datetime(2026, 12, 15, 8, 30, tzinfo=TOKYO)
TUESDAY = "2026-12-29"
WINTER = {"name": "冬休み", "starts_on": "2026-12-25", "ends_on": "2027-01-06"}
CLOSED = {"date": "2027-01-01", "last_day": "2027-01-03", "reason": "年始のため"}
TEXT = "<p>２０２６年の冬休みは１１時から開きます。<a href='/hogosha/'>こちら</a></p>"


@pytest.fixture
def clock(monkeypatch):
    """The wall clock of Japan, to be set."""

    class Clock:
        def to(self, moment):
            at = moment.astimezone(UTC)
            monkeypatch.setattr(timezone, "now", lambda: at)

    found = Clock()
    found.to(NOW)
    return found


@pytest.fixture
def site(seed_of_the_module, db):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


@pytest.fixture
def page(cast):
    """The page of a site as the seed makes it, without the dates of schools."""
    SchoolHoliday.objects.all().delete()
    return SitePage.objects.get(slug="enmusubi", locale__language_code="ja")


def block(kind, value, key=None):
    return {"type": kind, "value": value, "id": key or f"{kind}-1"}


def posted(page, planned, text, at=AT):
    """What the editor of the page sends."""
    data = {
        "title": page.title,
        "slug": page.slug,
        "site": page.site_id,
        "lead": page.lead,
        "seo_title": "",
        "search_description": page.search_description,
        "as_of": page.as_of,
        "section": page.section_id,
        "review_by": "",
        "go_live_at": f"{at:%Y-%m-%d %H:%M}" if at else "",
        "expire_at": "",
        "related-count": "0",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "text",
        "body-0-id": "text-1",
        "body-0-value": json.dumps(raw_text(text)),
        "planned-count": f"{len(planned)}",
    }
    for number, row in enumerate(planned):
        start = f"planned-{number}"
        data |= {
            f"{start}-deleted": "",
            f"{start}-order": f"{number}",
            f"{start}-type": row["type"],
            f"{start}-id": row["id"],
        }
        data |= {f"{start}-value-{name}": each for name, each in row["value"].items()}
    return data


def raw_text(html):
    """A paragraph as Wagtail's text editor sends it."""
    from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

    features = ["h3", "bold", "ol", "ul", "link", "document-link"]
    return json.loads(ContentstateConverter(features).from_database_format(html))


def told(client):
    """What each door tells of the last Tuesday of the year, and of its words."""
    html = client.get(PATH).text
    month = BeautifulSoup(
        client.get(f"{PATH}calendar/?month=2026-12").content, "html.parser"
    )
    cell = month.select_one(f".month-table [data-date='{TUESDAY}']")
    entries = icalendar.Calendar.from_ical(client.get(f"{PATH}calendar.ics").content)
    starts = {
        f"{event['DTSTART'].dt.astimezone(TOKYO):%Y-%m-%d %H:%M}"
        for event in entries.walk("VEVENT")
        if isinstance(event["DTSTART"].dt, datetime)
    }
    days = client.get(f"/api/v1{PATH}opening-days?from={TUESDAY}&to={TUESDAY}").json()
    number = SitePage.objects.get(slug="enmusubi", locale__language_code="ja").pk
    pages = client.get(f"/api/v3/pages/{number}/").text
    csv = client.get("/opendata/kaishobi.csv").content.decode("utf-8-sig")
    line = next(
        row
        for row in csv.splitlines()
        if row.startswith("enmusubi,") and TUESDAY in row
    )
    return {
        "page": "11時から開きます" in html,
        "calendar": "11時～21時" in cell.text,
        "json-ld": hours_on(
            told_to_machines(client, "enmusubi"), datetime.fromisoformat(TUESDAY).date()
        )
        == ("11:00", "21:00"),
        "ics": f"{TUESDAY} 11:00" in starts,
        "api": days[0]["opens"].startswith("11:00"),
        "pages api": "11時から開きます" in pages,
        "csv": ",11:00,21:00," in line,
        "feed": "冬休み" in client.get("/feed.xml").text,
    }


def window(cast, name):
    """A browser of somebody's own."""
    client = Client()
    client.force_login(cast[name], backend="staff.backends.MembershipBackend")
    return client


def approval(client, page, act="", data=None):
    return client.post(f"/admin/approval/{page.pk}/{act}", data or {}, follow=True)


def test_w9_a_winter_holiday_goes_from_the_editor_to_every_reader_on_time(
    client, page, cast, clock
):
    editor, head = window(cast, "editor"), window(cast, "head")
    edit = f"/admin/pages/{page.pk}/edit/"
    plan = [block("holiday", WINTER)]
    draft = posted(page, plan, TEXT) | {"action-submit": "1"}
    assert editor.post(edit, draft).url == f"/admin/approval/{page.pk}/request/"

    preview = editor.get(f"/admin/pages/{page.pk}/view_draft/").text
    sheet = BeautifulSoup(preview, "html.parser").select_one("section.month")
    assert "この下書きで変わる月" in sheet.h2.text
    assert not sheet.select("a"), "a link would lead out of the preview"
    cell = sheet.select_one(f".month-table [data-date='{TUESDAY}']")
    assert "11時～21時" in cell.text
    assert not SchoolHoliday.objects.exists()

    asking = BeautifulSoup(
        editor.get(f"/admin/approval/{page.pk}/request/").content, "html.parser"
    )
    found = asking.find(attrs={"aria-labelledby": "found"}).text
    assert "全角英数字" in found
    assert "こちら" in found
    button = next(form for form in asking.select("form") if "全角英数字" in form.text)
    fields = {row["name"]: row.get("value", "") for row in button.select("[name]")}
    editor.post(button["action"], fields)
    page.refresh_from_db()
    draft_text = str(page.get_latest_revision_as_object().body.raw_data[0]["value"])
    assert "2026年の冬休みは11時" in draft_text

    approval(editor, page, "request/", {"message": "冬休みの時間を入れました"})
    told_to = {item.payload["user"] for item in OutboxItem.objects.all()}
    assert cast["head"].pk in told_to
    seen = head.get(f"/admin/approval/{page.pk}/")
    shown = BeautifulSoup(seen.content, "html.parser")
    added = " ".join(one.text for one in shown.select(".comparison .addition"))
    assert "冬休み" in added
    assert "学校の長期休み（すべての拠点）" in added
    assert "令和8年12月15日（火） 8:30" in shown.text
    approval(head, page, "send-back/", {"comment": "1/1〜1/3は休所では？"})
    assert "1/1〜1/3は休所では？" in editor.get(f"/admin/approval/{page.pk}/").text

    plan.append(block("change", CLOSED))
    text = TEXT.replace("２０２６", "2026").replace("１１", "11")
    text = text.replace("こちら", "保護者の方へ")
    editor.post(edit, posted(page, plan, text) | {"action-submit": "1"})
    approval(editor, page, "request/", {"message": "1/1〜1/3を休所にしました"})
    page.refresh_from_db()
    approval(head, page, "approve/", {"revision": page.latest_revision_id})

    for moment in (NOW, AT - timedelta(seconds=1)):
        clock.to(moment)
        schedule.run_schedule()
        assert set(told(client).values()) == {False}, moment
    clock.to(AT)
    schedule.run_schedule()
    assert told(client) == dict.fromkeys(told(client), True)
    holiday = SchoolHoliday.objects.get()
    assert (f"{holiday.starts_on}", f"{holiday.ends_on}") == (
        WINTER["starts_on"],
        WINTER["ends_on"],
    )
    days = "from=2027-01-01&to=2027-01-03"
    answer = client.get(f"/api/v1{PATH}opening-days?{days}").json()
    assert {day["reason"] for day in answer} == {"年始のため"}
    assert AuditEvent.objects.filter(event="page.published_on_time").exists()
    schedule.run_schedule()
    assert SchoolHoliday.objects.count() == OpeningException.objects.count() == 1


def publish(page, *planned):
    page.planned = json.dumps(planned)
    page.save_revision().publish()
    return SitePage.objects.get(pk=page.pk)


def test_a_period_of_the_same_name_and_year_is_changed_not_doubled(page, clock):
    SchoolHoliday.objects.create(
        name="冬休み", starts_on="2026-12-24", ends_on="2027-01-07"
    )
    publish(page, block("holiday", WINTER))
    found = SchoolHoliday.objects.get()
    assert (f"{found.starts_on}", f"{found.ends_on}") == ("2026-12-25", "2027-01-06")


def test_what_staff_changed_by_hand_is_not_changed_back_by_the_page(page, clock):
    page = publish(page, block("change", CLOSED))
    OpeningException.objects.update(reason="事務所の都合")
    page = publish(page, block("change", CLOSED))
    assert OpeningException.objects.get().reason == "事務所の都合"
    publish(page, block("change", CLOSED | {"reason": "年始"}))
    assert OpeningException.objects.get().reason == "年始"


def test_a_plan_taken_off_the_page_takes_back_what_has_not_begun(page, clock):
    page = publish(page, block("change", CLOSED), block("holiday", WINTER))
    clock.to(datetime(2026, 12, 26, 9, tzinfo=TOKYO))
    publish(page)
    assert SchoolHoliday.objects.count() == 1
    assert not OpeningException.objects.exists()


def test_a_plan_that_is_wrong_is_refused_at_its_field_and_kept(page, log_in, clock):
    wrong = [block("change", CLOSED | {"last_day": "2026-12-31"})]
    answer = log_in("editor").post(
        f"/admin/pages/{page.pk}/edit/", posted(page, wrong, "<p>あ</p>")
    )
    assert answer.status_code == 200
    assert "2026-12-31" in answer.text
    assert not Site.objects.get(slug="enmusubi").exceptions.exists()


def test_a_plan_on_a_page_in_another_language_changes_nothing(page, clock):
    languages.ensure_locales()
    languages.synchronise()
    other = page.get_translation(Locale.objects.get(language_code="en")).specific
    other.alias_of = None
    publish(other, block("change", CLOSED))
    assert not OpeningException.objects.exists()


SUMMER = {"name": "夏休み", "starts_on": "2027-07-20", "ends_on": "2027-08-25"}


def periods():
    """The periods that are known, as they read."""
    rows = SchoolHoliday.objects.all()
    return [(row.name, f"{row.starts_on}", f"{row.ends_on}") for row in rows]


def days_of(value):
    return (value["name"], value["starts_on"], value["ends_on"])


def test_a_period_that_two_pages_plan_stays_until_neither_plans_it(page, clock):
    other = SitePage.objects.exclude(pk=page.pk).filter(locale=page.locale).first()
    page = publish(page, block("holiday", WINTER, "mine"))
    other = publish(other, block("holiday", WINTER, "other"))
    assert periods() == [days_of(WINTER)]
    page = publish(page)
    assert periods() == [days_of(WINTER)]
    longer = WINTER | {"ends_on": "2027-01-08"}
    page = publish(page, block("holiday", longer, "again"))
    assert sorted(periods()) == [days_of(WINTER), days_of(longer)]
    publish(page)
    publish(other)
    assert periods() == []


def test_two_periods_of_one_name_and_year_are_both_kept(page, clock, rf):
    first = WINTER | {
        "name": "休校",
        "starts_on": "2026-12-10",
        "ends_on": "2026-12-11",
    }
    second = first | {"starts_on": "2027-02-10", "ends_on": "2027-02-11"}
    plan = [block("holiday", first, "one"), block("holiday", second, "two")]
    page.planned = json.dumps(plan)
    with planned.supposed(page):
        assert periods() == [days_of(first), days_of(second)]
    assert periods() == []
    page = publish(page, *plan)
    assert periods() == [days_of(first), days_of(second)]
    page = publish(page, plan[0])
    assert periods() == [days_of(first)]


def test_a_period_far_from_the_planned_one_is_not_moved(page, clock):
    entered = SUMMER | {"name": "休校"}
    SchoolHoliday.objects.create(**entered)
    near = entered | {"starts_on": "2027-08-26", "ends_on": "2027-08-28"}
    far = entered | {"starts_on": "2027-10-01", "ends_on": "2027-10-02"}
    page = publish(page, block("holiday", far, "far"))
    assert periods() == [days_of(entered), days_of(far)]
    publish(page, block("holiday", far, "far"), block("holiday", near, "near"))
    assert periods() == [days_of(near), days_of(far)]


def test_a_closure_that_staff_changed_by_hand_is_not_taken_back(page, clock):
    page = publish(page, block("change", CLOSED), block("holiday", WINTER))
    row = OpeningException.objects.get()
    row.last_day = "2027-01-05"
    row.save()
    publish(page)
    assert f"{OpeningException.objects.get().last_day}" == "2027-01-05"
    assert not SchoolHoliday.objects.exists()


def test_a_planned_closure_follows_the_page_to_another_site(page, clock):
    before = page.site
    other = SitePage.objects.exclude(pk=page.pk).filter(locale=page.locale).first()
    site = other.site
    page = publish(page, block("change", CLOSED))
    for one in SitePage.objects.filter(site=site):
        one.delete()
    dated = Site.objects.get(pk=before.pk).facts_at
    clock.to(NOW + timedelta(hours=1))
    page.site = site
    page = publish(page, block("change", CLOSED))
    assert OpeningException.objects.get().site == site
    assert Site.objects.get(pk=before.pk).facts_at > dated
    publish(page)
    assert not OpeningException.objects.exists()


def test_an_entry_that_stands_twice_is_taken_over_once(page, clock):
    later = CLOSED | {"date": "2027-02-01", "last_day": None}
    publish(page, block("change", CLOSED), block("change", later))
    assert f"{OpeningException.objects.get().date}" == "2027-01-01"


def test_the_page_in_another_language_offers_no_plan(page, log_in, clock):
    languages.ensure_locales()
    languages.synchronise()
    other = page.get_translation(Locale.objects.get(language_code="en")).specific
    other.alias_of = None
    other.planned = json.dumps([block("change", CLOSED)])
    other.save_revision().publish()
    editor = log_in("editor")
    edit = f"/admin/pages/{other.pk}/edit/"
    own = editor.get(f"/admin/pages/{page.pk}/edit/").context["form"]
    assert "planned" in own.fields
    assert "planned" not in editor.get(edit).context["form"].fields
    answer = editor.post(edit, posted(other, [], "<p>Hello.</p>", at=None))
    assert answer.status_code == 302
    draft = editor.get(f"/admin/pages/{other.pk}/view_draft/").text
    assert "年始のため" not in draft


FAR = "今日から前後5年以内の日"
YEAR = "学校の長期休みは、1年以内"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("holiday", WINTER | {"starts_on": "0001-01-01"}, FAR),
        ("holiday", WINTER | {"ends_on": "9999-12-31"}, FAR),
        ("holiday", WINTER | {"ends_on": "2028-12-25"}, YEAR),
        ("change", CLOSED | {"date": "9999-12-31", "last_day": ""}, FAR),
    ],
)
def test_a_day_that_nobody_can_mean_is_refused_in_the_plan_and_shown_nowhere(
    kind, value, words, page, log_in, clock
):
    editor = log_in("editor")
    path = f"/admin/pages/{page.pk}"
    draft = posted(page, [block(kind, value)], "<p>あ</p>", at=None)
    assert editor.post(f"{path}/edit/", draft).status_code in (200, 302)
    assert editor.post(f"{path}/edit/preview/", draft).status_code == 200
    assert editor.get(f"{path}/edit/preview/?mode=").status_code == 200
    assert editor.get(f"{path}/view_draft/").status_code == 200
    asked = editor.post(f"{path}/edit/", draft | {"action-submit": "1"})
    assert json.dumps(words).strip('"') in asked.text
    publish(
        page, block(kind, value | {"last_day": None} if kind == "change" else value)
    )
    assert not SchoolHoliday.objects.exists()
    assert not OpeningException.objects.exists()


def test_a_page_that_is_being_made_plans_and_shows_its_plan(page, log_in, clock):
    parent, site = page.get_parent(), page.site
    page.delete()
    editor = log_in("editor")
    add = f"/admin/pages/add/programs/sitepage/{parent.pk}/"
    assert "planned" in editor.get(add).context["form"].fields
    page.site_id = site.pk
    draft = posted(page, [block("change", CLOSED)], "<p>あ</p>", at=None)
    path = f"{add}preview/"
    assert editor.post(path, draft).json()["is_valid"]
    assert "年始のため" in editor.get(f"{path}?mode=").text
    assert not OpeningException.objects.exists()
