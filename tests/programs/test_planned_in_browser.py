"""W9 in Chromium: planned opening days go from the editor to every reader on time."""

import email
import email.policy
import json
import re
import time
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.utils import timezone
from playwright.sync_api import FrameLocator, Page, expect

from staff.templatetags.japanese import day_weekday
from tests.home.test_approval_in_browser import ask, public, to_the_request
from tests.portal.walk import Walk
from tests.programs.test_agreement import TOKYO, hours_on

pytestmark = pytest.mark.browser
SITE = "/sites/enmusubi/"
ADDED = "休校の間は１１時から開きます。"
MENDED = "休校の間は11時から開きます。"
NAME = "臨時休校"
REASON = "施設点検のため"
DAYS = {"starts_on", "ends_on", "date"}
AS_USUAL = ("16:00:00", "21:00:00")
# The worker's act, at the moment that the page is planned for.
AT_ITS_TIME = """
from datetime import datetime
from django.utils import timezone
timezone.now = lambda: datetime.fromisoformat({at!r})
from home.approval.schedule import run_schedule
run_schedule()
"""


def usual_week(walk: Walk, page: Page) -> list[date]:
    """Tuesday to Friday of a week to come in which every day is as in term."""
    today = timezone.localdate()
    first = today + timedelta(days=14 + (1 - today.weekday()) % 7)
    for week in range(20):
        days = [first + timedelta(days=7 * week + day) for day in range(4)]
        span = f"from={days[0]}&to={days[-1]}"
        url = f"{walk.portal.url}/api/v1{SITE}opening-days?{span}"
        rows = page.request.get(url).json()
        if all((row["opens"], row["closes"]) == AS_USUAL for row in rows):
            return days
    raise AssertionError("no week as usual within half a year")


def open_site_page(walk: Walk, page: Page) -> None:
    """The page of the site in the editor, found by its title, kind and language."""
    walk.open(page, "/admin/")
    page.locator("#main input[name=q]").first.fill("とよなか縁結実")
    page.keyboard.press("Enter")
    rows = page.get_by_role("row").filter(has_text="拠点のページ")
    row = rows.filter(has=page.get_by_text("日本語", exact=True)).first
    row.get_by_role("link", name="とよなか縁結実", exact=True).click()
    expect(page.locator("[name=lead]")).to_be_visible()


def add_entry(page: Page, kind: str, number: int, **values: str) -> None:
    """Add an entry to the panel of planned days, as its button offers it."""
    panel = page.locator("section[id$='planned-section']")
    panel.get_by_title("ブロックを挿入").last.click()
    page.get_by_role("option").filter(has_text=kind).locator("visible=true").click()
    for name, value in values.items():
        panel.locator(f"[name='planned-{number}-value-{name}']").fill(value)
        if name in DAYS:  # the days to choose open a moment later
            calendar = page.locator(".xdsoft_datetimepicker:visible")
            expect(calendar).to_have_count(1)
            panel.get_by_text("ページが公開された時に").click()
            expect(calendar).to_have_count(0)


def schedule(page: Page, at: datetime) -> None:
    page.get_by_role("button", name="ステータスの表示を切り替え").click()
    page.get_by_role("button", name="公開予約を設定").click()
    page.get_by_label("公開開始日時").fill(f"{at:%Y-%m-%d %H:%M}")
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    expect(calendar).to_have_count(1)
    page.get_by_role("heading", name="公開予約の設定").click()
    expect(calendar).to_have_count(0)
    page.get_by_role("button", name="公開予約を保存").click()
    expect(page.locator(".messages")).to_contain_text("とよなか縁結実")


def preview(page: Page) -> FrameLocator:
    """The page as readers will see it, beside the editor."""
    button = page.get_by_role("button", name="プレビューの表示を切り替え")
    if button.get_attribute("aria-expanded") != "true":
        button.click()
    return page.frame_locator("#w-preview-iframe")


def mail_to(walk: Walk, name: str, words: str, link: str) -> str:
    """Wait for a mail to somebody with these words and this link; the link.

    Other tests of this portal send mails of the same kind about other pages.
    """
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for file in sorted((walk.portal.data_dir / "mail").glob("*"), reverse=True):
            mail = email.message_from_bytes(
                file.read_bytes().rstrip(b"-\n"), policy=email.policy.default
            )
            text = mail.get_content()
            is_told = words in f"{mail['Subject']}{text}" and link in text.split()
            if mail["To"].startswith(name) and is_told:
                return link
        time.sleep(0.3)
    raise AssertionError(f"no mail to {name}: {words}")


def told(walk: Walk, page: Page, longer: date, closed: date) -> dict[str, bool]:
    """Whether each door tells of the day with longer hours and of the closed one."""

    def text(path: str) -> str:
        return page.request.get(walk.portal.url + path).text()

    calendar = icalendar.Calendar.from_ical(text(f"{SITE}calendar.ics"))
    starts = [event["DTSTART"].dt for event in calendar.walk("VEVENT")]
    opens = datetime(longer.year, longer.month, longer.day, 11, tzinfo=TOKYO)
    days = text("/opendata/kaishobi.csv").splitlines()
    of_site = [row for row in days if row.startswith("enmusubi,")]
    linked = re.search(r"application/ld\+json\">(.*?)</script>", text(SITE), re.S)[1]
    graph = json.loads(linked)["@graph"]
    service = next(row for row in graph if row["@type"] == "GovernmentService")
    hours = service["hoursAvailable"]
    return {
        "page": MENDED in public(walk, SITE),
        "calendar": has_after(
            month_lines(walk, longer), day_weekday(longer), "11時～21時"
        )
        and has_after(month_lines(walk, closed), day_weekday(closed), REASON),
        "ics": opens in starts and closed in starts,
        "json-ld": hours_on(hours, longer) == ("11:00", "21:00")
        and hours_on(hours, closed) is None,
        "csv": any(f"{longer}" in row and ",11:00,21:00," in row for row in of_site)
        and any(f"{closed}" in row and REASON in row for row in of_site),
        "feed": NAME in text("/feed.xml"),
    }


def month_lines(walk: Walk, day: date) -> list[str]:
    month = public(walk, f"{SITE}calendar/?month={day:%Y-%m}&view=list")
    return [" ".join(line.split()) for line in month.splitlines()]


def has_after(lines: list[str], day: str, words: str) -> bool:
    """Whether the words stand in the line of a day or in the next one."""
    at = [number for number, line in enumerate(lines) if line.startswith(day)]
    return any(words in " ".join(lines[number : number + 2]) for number in at)


def test_w9_planned_days_go_from_the_editor_to_every_reader_on_time(walk):
    reader = walk.window(javascript=False)
    days = usual_week(walk, reader)
    longer, closed = days[0], days[2]
    at = (timezone.localtime() + timedelta(days=3)).replace(
        hour=8, minute=30, second=0, microsecond=0
    )

    page = walk.as_person("editor")
    open_site_page(walk, page)
    walk.shot(page, "editor")
    lead = page.locator("[name=lead]")
    lead.fill(lead.input_value() + ADDED)
    add_entry(
        page,
        "学校の長期休み（すべての拠点）",
        0,
        name=NAME,
        starts_on=f"{days[0]}",
        ends_on=f"{days[-1]}",
    )
    walk.shot(page, "entry")
    seen = preview(page)
    cell = seen.locator(f".month-table [data-date='{longer}']").first
    expect(cell).to_contain_text("11時～21時")
    walk.shot(page, "preview")
    schedule(page, at)
    expect(page.get_by_role("button", name="公開", exact=True)).to_have_count(0)
    to_the_request(page)
    page.get_by_role("button", name=re.compile("全角英数字")).click()
    expect(page.locator("#main")).to_contain_text(MENDED)
    page.get_by_role("link", name="承認の依頼へ進む").click()
    page.wait_for_url("**/request/")
    walk.shot(page, "request")
    about = page.url.removesuffix("request/")
    ask(page, "休校の期間を入れました。")

    desk = walk.as_person("head")
    desk.goto(mail_to(walk, "head", "承認", about))
    walk.shot(desk, "compare")
    expect(desk.locator(".comparison").first).to_contain_text(NAME)
    why = f"{closed.month}/{closed.day}は休所では？"
    desk.get_by_label("差し戻しの理由").fill(why)
    desk.get_by_role("button", name="この理由で差し戻す").click()
    expect(desk.locator("#main")).to_contain_text(why)

    page.goto(mail_to(walk, "editor", "差し戻", about))
    expect(page.locator("#main")).to_contain_text(why)
    walk.shot(page, "sent-back")
    page.get_by_role("link", name="編集画面を開く").click()
    add_entry(page, "この拠点の休所・時間の変更", 1, date=f"{closed}", reason=REASON)
    to_the_request(page)
    ask(page, f"{closed.month}/{closed.day}を休所にしました。")

    desk.goto(mail_to(walk, "head", "承認", about))
    expect(desk.locator(".comparison").first).to_contain_text(REASON)
    walk.shot(desk, "compare-again")
    desk.get_by_role("button", name="承認する（公開予約の日時に公開）").click()
    expect(desk.locator("#main")).to_contain_text("承認済みです")

    just_before = (at - timedelta(seconds=1)).astimezone(UTC)
    for moment, is_out in ((just_before, False), (at.astimezone(UTC), True)):
        code = AT_ITS_TIME.format(at=moment.isoformat())
        walk.portal.manage("shell", "-c", code)
        found = told(walk, reader, longer, closed)
        assert found == dict.fromkeys(found, is_out), moment
    walk.shot(reader, "public")
    reader.context.close()
