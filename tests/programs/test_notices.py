"""The emergency notice: who may publish it, where it stands, and that it ends."""

from datetime import date, datetime, time, timedelta

import icalendar
import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone

from exchange.models import OutboxItem
from forms import starters
from home import languages, notices
from home.models import Notice, NoticeText
from programs import seed_languages
from programs.hours import opening_on
from programs.models import OpeningException, Site
from programs.services import load_notice_texts
from staff.models import AuditEvent
from tests.conftest import EVERYBODY
from tests.factories import SiteFactory
from tests.portal.bad_input import begun

pytestmark = pytest.mark.django_db
PUBLISH = "/admin/notices/publish/"
WORDS = "【緊急】本日の架空の家は休所します"
ABLE = {"admin", "editor", "programme", "programme-lead", "operator", "operator-staff"}
PUBLIC = ["/", "/hogosha/", "/kodomo/", "/sites/enmusubi/", "/sites/enmusubi/calendar/"]
PUBLIC += ["/forms/referral/", "/status/", "/accounts/login/", "/calendar/"]


def typed(**changes):
    """What the form posts: until tomorrow at nine."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return {
        "level": "urgent",
        "title": WORDS,
        "body": "台風のため、休所します。",
        "until_day": f"{tomorrow}",
        "until_time": "9:00",
    } | changes


def publish(client, **changes):
    return client.post(PUBLISH, typed(publish="1", **changes))


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed with its demo, which every test of this file takes."""
    cache.clear()


@pytest.fixture
def site(seeded):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


@pytest.fixture
def notice(cast, site):
    """A notice for the site of ``operator``, shown now."""
    now = timezone.now()
    made = Notice.objects.create(
        level="urgent",
        title=WORDS,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        by=cast["editor"],
    )
    made.sites.add(site)
    return made


def test_the_way_from_a_text_to_every_page(client, cast, site, log_in):
    load_notice_texts()
    log_in("editor")
    text = NoticeText.objects.first()
    begun = client.get(PUBLISH, {"text": text.pk, "site": site.pk})
    form = begun.context["form"]
    assert site.name in form.initial["title"]
    assert (form.initial["closes_today"], form.initial["reason"]) == (
        True,
        "台風・大雨のため",
    )
    values = typed(sites=[site.pk], closes_today="on", reason="台風・大雨のため")
    checked = client.post(PUBLISH, values)
    assert not Notice.objects.exists()
    assert "今日の臨時休所" in checked.text
    posted = {
        each["name"]: each["value"]
        for each in BeautifulSoup(checked.text, "html.parser").select(
            "input[type=hidden]"
        )
    }
    back = client.post(PUBLISH, posted | {"back": "1"})
    assert WORDS in back.text
    assert not Notice.objects.exists()
    for _twice in range(2):
        assert client.post(PUBLISH, posted | {"publish": "1"}).status_code == 302
    notice = Notice.objects.get()
    assert list(notice.sites.all()) == [site]
    closed = opening_on(site, timezone.localdate())
    assert (closed.is_open, closed.reason) == (False, "台風・大雨のため")
    assert OpeningException.objects.get().notice == notice
    event = AuditEvent.objects.get(event="home.notice.published")
    assert event.detail["closed_today"] is True
    mailed = OutboxItem.objects.filter(key__startswith="notice:")
    assert {row.payload["user"] for row in mailed} == {
        cast["programme"].pk,
        cast["programme-lead"].pk,
    }
    assert WORDS not in str([row.payload for row in mailed])


def test_it_stands_above_the_header_of_every_page_and_cannot_be_closed(
    client, seeded, notice
):
    starters.load()
    for path in PUBLIC:
        answer = client.get(path)
        assert answer.status_code == 200, path
        html = BeautifulSoup(answer.content, "html.parser")
        region = html.select_one("[role=region].alerts")
        assert WORDS in region.text, path
        assert region.get("aria-label") == "緊急のお知らせ"
        assert not region.select("button, input, form")
        assert region.find_next("header") is not None
        assert region.find_previous("header") is None


def test_each_step_of_a_form_shows_it(cast, notice):
    assert WORDS in begun(cast["school"]).text


def test_it_appears_and_ends_by_itself(client, seeded, notice):
    now = timezone.now()
    for starts, ends, is_shown in [
        (-2, -1, False),
        (-2, 1, True),
        (1, 2, False),
    ]:
        Notice.objects.update(
            starts_at=now + timedelta(hours=starts), ends_at=now + timedelta(hours=ends)
        )
        assert (WORDS in client.get("/").text) is is_shown


def test_what_changes_next_is_known_to_whoever_keeps_copies(notice):
    now = timezone.now()
    assert notices.next_change(now) == notice.ends_at
    later = notice.ends_at + timedelta(hours=1)
    assert notices.next_change(later) is None
    Notice.objects.update(starts_at=now + timedelta(minutes=5))
    assert notices.next_change(now) == now + timedelta(minutes=5)
    Notice.objects.update(withdrawn_at=now)
    assert notices.next_change(now) is None


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_the_citys_desks_and_the_operator_publish(who, cast, site, log_in):
    publish(log_in(who), sites=[site.pk])
    assert Notice.objects.exists() is (who in ABLE)


@pytest.mark.parametrize("who", ["operator", "operator-staff"])
def test_an_operator_speaks_for_its_own_sites_only(who, cast, site, log_in):
    other = Site.objects.get(slug="other")
    client = log_in(who)
    assert other.name not in client.get(PUBLISH).text
    for sites in ([], [other.pk], [site.pk, other.pk], [999_999], ["x"]):
        answer = publish(client, sites=sites)
        assert answer.status_code == 200
        assert answer.context["form"].errors["sites"]
        assert WORDS in answer.text
    assert not Notice.objects.exists()
    publish(client, sites=[site.pk])
    assert Notice.objects.count() == 1


def test_a_notice_of_others_is_missing_for_an_operator(cast, site, notice, log_in):
    missing = "/admin/notices/999999/"
    for who, code in (("operator", 200), ("other-operator", 404), ("editor", 200)):
        client = log_in(who)
        shown = client.get(f"/admin/notices/{notice.pk}/")
        assert shown.status_code == code, who
        assert (WORDS in client.get("/admin/notices/").text) is (code == 200)
        assert (WORDS in client.get("/admin/").text) is (code == 200)
        if code == 404:
            assert shown.content == client.get(missing).content
            answer = client.post(f"/admin/notices/{notice.pk}/withdraw/")
            assert answer.status_code == 404
    notice.sites.add(Site.objects.get(slug="other"))
    assert log_in("operator").get(f"/admin/notices/{notice.pk}/").status_code == 404
    notice.sites.clear()
    assert log_in("operator").get(f"/admin/notices/{notice.pk}/").status_code == 404


def test_withdrawing_takes_it_down_and_its_closure_if_asked(
    cast, site, notice, log_in, client, seeded
):
    today = timezone.localdate()
    OpeningException.objects.create(site=site, date=today, reason="台風", notice=notice)
    OpeningException.objects.create(
        site=site, date=today, opens=time(1), closes=time(2), reason="別の変更"
    )
    assert opening_on(site, today).reason == "台風"
    log_in("operator")
    address = f"/admin/notices/{notice.pk}/withdraw/"
    assert "今日の臨時休所も取り消す" in client.get(address).text
    client.post(address, {"reopens": "on"})
    notice.refresh_from_db()
    assert notice.withdrawn_by == cast["operator"]
    assert opening_on(site, today).reason == "別の変更"
    assert AuditEvent.objects.get(event="home.notice.withdrawn").detail["reopened"]
    again = client.post(address, {"reopens": "on"})
    assert (again.status_code, again.url) == (302, f"/admin/notices/{notice.pk}/")
    client.logout()
    assert WORDS not in client.get("/").text


NEXT_MONTH = f"{timezone.localdate() + timedelta(days=40)}"
BAD = [
    {"title": ""},
    {"title": "あ" * 31},
    {"body": "あ" * 101},
    {"level": "loud"},
    {"until_day": "2020-01-01"},
    {"until_day": NEXT_MONTH},
    {"until_day": "きのう"},
    {"until_time": "25:99"},
    {"until_day": ""},
    {"from_day": NEXT_MONTH},
    {"link": "javascript:alert(1)", "link_text": "x"},
    {"link": "//evil.example/", "link_text": "x"},
    {"link": "http://example.jp/", "link_text": "x"},
    {"link": "/\\evil.example/", "link_text": "x"},
    {"link": "https://a@b.example/", "link_text": "x"},
    {"link": "/sites/"},
    {"closes_today": "on", "reason": "台風"},
    {"sites": ["1' OR 1=1"]},
    {"token": "zz"},
    {"title": "\x00"},
]


@pytest.mark.parametrize("changes", BAD)
def test_bad_input_is_answered_in_words_and_kept(changes, cast, log_in):
    answer = publish(log_in("editor"), **changes)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert "台風のため、休所します。" in answer.text or "body" in changes
    assert not Notice.objects.exists()


def test_a_closure_needs_a_reason_and_is_todays(cast, site, log_in):
    client = log_in("editor")
    without = publish(client, sites=[site.pk], closes_today="on")
    assert without.context["form"].errors["reason"]
    tomorrow = timezone.localdate() + timedelta(days=1)
    later = publish(
        client,
        sites=[site.pk],
        closes_today="on",
        reason="台風",
        from_day=f"{tomorrow}",
        from_time="8:00",
    )
    assert later.context["form"].errors["closes_today"]


def test_a_hidden_site_is_named_by_no_notice(client, seeded, notice, site):
    other = Site.objects.get(slug="bb-house")
    notice.sites.add(other)
    Site.objects.filter(pk=site.pk).update(is_public=False, name="かくれ家")
    text = client.get("/").text
    assert WORDS in text
    assert "かくれ家" not in text
    Site.objects.filter(pk=other.pk).update(is_public=False)
    assert WORDS not in client.get("/").text


def test_markup_in_a_notice_stays_text(client, seeded, notice):
    Notice.objects.update(title="<script>x</script>", body="<b>y</b>")
    text = client.get("/").text
    assert "<script>x" not in text
    assert "<b>y" not in text


def test_a_page_costs_the_same_queries_for_many_notices(
    client, seeded, notice, django_assert_max_num_queries
):
    for number in range(8):
        twin = Notice.objects.get(pk=notice.pk)
        twin.pk, twin.token = None, f"00000000-0000-4000-8000-00000000000{number}"
        twin.save()
        twin.sites.add(SiteFactory())
    client.get("/status/")
    with django_assert_max_num_queries(14):
        text = client.get("/status/").text
    assert text.count('<div class="alert ') == 5


def test_the_same_day_is_not_entered_twice(site, log_in):
    from tests.programs.test_editing import edit_address, formset, site_form

    rows = formset("exceptions", 2, 0)
    for index in range(2):
        rows |= {
            f"exceptions-{index}-date": "2026-12-01",
            f"exceptions-{index}-opens": "",
            f"exceptions-{index}-closes": "",
            f"exceptions-{index}-reason": "台風のため",
        }
    answer = log_in("editor").post(edit_address(site), site_form(site, **rows))
    assert answer.status_code == 200
    assert "この日はすでに" in answer.text
    assert not OpeningException.objects.exists()


def test_everything_the_public_keeps_changes_together(client, seeded, cast, log_in):
    main = Site.objects.get(slug="enmusubi")
    log_in("programme")
    publish(client, sites=[main.pk], closes_today="on", reason="台風のため")
    client.logout()
    today: date = timezone.localdate()
    calendar = icalendar.Calendar.from_ical(
        client.get("/sites/enmusubi/calendar.ics").content
    )
    entry = next(
        e
        for e in calendar.walk("VEVENT")
        if str(e["UID"]).startswith(f"{today:%Y%m%d}")
    )
    assert not isinstance(entry["DTSTART"].dt, datetime)
    assert entry["DESCRIPTION"] == "台風のため"
    month = BeautifulSoup(
        client.get("/sites/enmusubi/calendar/").content, "html.parser"
    )
    assert "臨時休所" in month.select_one(f".month-table [data-date='{today}']").text
    assert "きょうはお休みです" in client.get("/").text


def test_readers_of_other_languages_are_told_in_their_own(client, cast, site, notice):
    languages.ensure_locales()
    languages.synchronise()
    seed_languages.load()
    text = NoticeText.objects.get(name="台風・大雨による休所")
    notice.title, notice.body = text.title.replace("{site}", site.name), text.body
    notice.save()
    english = BeautifulSoup(client.get("/en/").content, "html.parser")
    told = english.select_one(".alert")
    assert "Emergency: とよなか縁結実 (Toyonaka) is closed today" in told.text
    assert "because of a typhoon or heavy rain" in told.text
    assert told.select("[lang=ja]") == []
    easy = client.get("/ja-hira/").text
    assert "きょう とよなか縁結実は 休みです" in easy
    assert notice.title in client.get("/").text

    notice.body = "つばめが巣を作ったため、南の入口を閉めています。"
    notice.save()
    english = BeautifulSoup(client.get("/en/calendar/").content, "html.parser")
    assert english.select_one(".alert [lang=ja]").text == notice.body


def test_who_withdraws_a_notice_reads_which_one_and_what_stays_closed(
    client, log_in, site, notice
):
    today = timezone.localdate()
    OpeningException.objects.create(
        site=site, date=today, reason="台風・大雨のため", notice=notice
    )
    page = log_in("operator").get(f"/admin/notices/{notice.pk}/withdraw/").text
    assert WORDS in page
    assert "台風・大雨のため" in page
    assert "カレンダーは休所のままです" in page
