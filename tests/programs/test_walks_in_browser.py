"""Walks in Chromium: W1 a parent, W2 a child, W3 "open today?", W11 the typhoon."""

import subprocess
from datetime import date, timedelta

import pytest
from django.utils import timezone

from programs.calendar import months_later
from tests.programs.test_in_browser import OVERFLOW, violations
from tests.serving import PASSWORD

pytestmark = pytest.mark.browser
PAGE = "/sites/enmusubi/calendar/"
# What stands there, less the readings above it: pages for children have them.
WITHOUT_READINGS = """one => {
    const copy = one.cloneNode(true);
    copy.querySelectorAll("rt, rp").forEach(each => each.remove());
    return copy.textContent;
}"""


def pages_of(path) -> int:
    told = subprocess.check_output(["pdfinfo", path], text=True)
    return int(told.split("Pages:")[1].split()[0])


def test_w3_from_the_top_page_to_the_day_that_is_asked_about(browser, portal_url):
    context = browser.new_context(
        viewport={"width": 375, "height": 700}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(portal_url)
    assert page.locator("#today .today__state").count() >= 1
    page.goto(f"{portal_url}/calendar/")
    page.get_by_role("link", name="次の月").click()
    following = months_later(timezone.localdate().replace(day=1), 1)
    assert f"{following.year}年）{following.month}月" in page.content()
    assert page.locator(".month-list li").first.is_visible()
    page.get_by_role("link", name="表で見る").click()
    assert page.locator(".month-table").is_visible()
    assert not page.locator(".month-list").is_visible()
    sunday = following + timedelta(days=6 - following.weekday())
    cell = page.locator(f".month-table [data-date='{sunday}']")
    assert "お休み" in cell.inner_text()
    page.get_by_role("link", name="一覧で見る").click()
    assert not page.locator(".month-table").is_visible()
    assert page.evaluate(OVERFLOW) <= 0
    context.close()


@pytest.mark.parametrize("width", [320, 1366])
def test_the_calendar_has_no_barrier_in_any_view(width, browser, portal_url):
    page = browser.new_page(viewport={"width": width, "height": 800})
    for view in ("", "table", "list"):
        page.goto(f"{portal_url}{PAGE}?view={view}")
        assert violations(page) == [], view
        assert page.evaluate(OVERFLOW) <= 0, view
    page.close()


@pytest.mark.parametrize("view", ["table", "list"])
def test_each_month_of_a_year_prints_on_one_sheet(view, browser, portal_url, tmp_path):
    page = browser.new_page()
    this: date = timezone.localdate().replace(day=1)
    for ahead in range(12):
        month = months_later(this, ahead)
        page.goto(f"{portal_url}{PAGE}?month={month:%Y-%m}&view={view}")
        paper = tmp_path / f"{month:%Y-%m}.pdf"
        page.pdf(path=paper, prefer_css_page_size=True)
        assert pages_of(paper) == 1, month
    page.close()


def log_in(page, portal_url, name):
    page.goto(f"{portal_url}/accounts/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/**")


def test_w11_the_operator_closes_its_site_in_a_typhoon(browser, portal_url):
    desk = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
    log_in(desk, portal_url, "operator")
    desk.get_by_role("link", name="緊急のお知らせを出す").first.click()
    desk.select_option("[name=text]", label="台風・大雨による休所")
    desk.select_option("[name=site]", label="とよなか縁結実")
    desk.get_by_role("button", name="この文例を入れる").click()
    desk.wait_for_url("**/publish/?text=*")
    assert "本日のとよなか縁結実は休所します" in desk.input_value("[name=title]")
    assert desk.is_checked("[name=closes_today]")
    desk.get_by_role("button", name="確認へ進む").click()
    desk.get_by_role("button", name="この内容で公開する").wait_for()
    assert "BBハウス" in desk.content()
    desk.get_by_role("button", name="この内容で公開する").click()
    desk.wait_for_url("**/admin/notices/*/")
    public = browser.new_context(
        viewport={"width": 375, "height": 700}, java_script_enabled=False
    )
    page = public.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{portal_url}/forms/visit/")
    page.locator("main form button[type=submit]").first.click()
    for path in [page.url, "/", "/kodomo/", "/sites/enmusubi/", "/status/"]:
        page.goto(path if path.startswith("http") else portal_url + path)
        region = page.get_by_role("region", name="緊急のお知らせ")
        assert region.is_visible(), path
        read = region.evaluate(WITHOUT_READINGS)
        assert "本日のとよなか縁結実は休所します" in read
        assert region.get_by_role("button").count() == 0
        header = page.locator("header.site-header").bounding_box()
        assert region.bounding_box()["y"] < header["y"]
        assert page.evaluate(OVERFLOW) <= 0, path
    page.goto(f"{portal_url}/sites/enmusubi/calendar/")
    assert "臨時休所" in page.locator(".month-list .is-today").inner_text()
    assert [url for url in requests if not url.startswith(portal_url)] == []
    public.close()
    seen = browser.new_page(viewport={"width": 375, "height": 700})
    seen.goto(portal_url)
    assert violations(seen) == []
    seen.close()
    desk.get_by_role("link", name="お知らせを取り下げる").click()
    desk.check("[name=reopens]")
    desk.get_by_role("button", name="お知らせを取り下げる").click()
    desk.wait_for_url("**/admin/notices/*/")
    page = browser.new_page()
    page.goto(portal_url)
    assert page.get_by_role("region", name="緊急のお知らせ").count() == 0
    page.close()
    desk.close()


def test_no_page_for_programs_asks_another_machine_or_breaks_the_policy(
    browser, portal_url
):
    page = browser.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    for path in ("/opendata/", "/api/v1/docs", "/calendar/", "/sites/enmusubi/"):
        page.goto(portal_url + path)
        page.wait_for_load_state("networkidle")
    page.goto(f"{portal_url}/opendata/")
    assert violations(page) == []
    assert complaints == []
    assert [url for url in requests if not url.startswith(portal_url)] == []
    page.close()


def phone(browser, **options):
    return browser.new_context(viewport={"width": 375, "height": 700}, **options)


def test_w1_a_parent_finds_a_number_within_three_taps_and_keeps_the_readings(
    browser, portal_url
):
    context = phone(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(portal_url)
    assert page.locator("header .site-search").is_visible()
    page.locator("main").get_by_role("link", name="保護者の方へ").first.click()
    page.get_by_role("link", name="相談するところ").first.click()
    number = page.locator("main .lines a[href^='tel:']").first
    assert number.is_visible()
    for path in ("/", "/hogosha/", "/nagare/", "/faq/"):
        page.goto(portal_url + path)
        assert page.locator("footer a[href^='tel:']").count() >= 1, path
    page.get_by_role("button", name="あり").click()
    assert page.url == f"{portal_url}/faq/"
    for path in ("/hogosha/", "/nagare/", "/forms/visit/"):
        page.goto(portal_url + path)
        assert page.locator("main ruby").count() > 5, path
        assert page.evaluate(OVERFLOW) <= 0, path
    context.close()


@pytest.mark.parametrize("way", ["click", "Enter", "Shift"])
def test_w2_a_child_leaves_at_once_and_nothing_stays_behind(way, browser, portal_url):
    context = phone(browser)
    page = context.new_page()
    page.goto(portal_url)
    response = page.goto(f"{portal_url}/kodomo/")
    assert "no-store" in response.headers["cache-control"]
    assert response.headers["referrer-policy"] == "no-referrer"
    assert page.locator("main ruby").count() > 20
    page.mouse.wheel(0, 2000)
    leave = page.get_by_role("link", name="このページをとじる")
    assert leave.bounding_box()["y"] < 700
    if way == "click":
        leave.click()
    elif way == "Enter":
        leave.press("Enter")
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url("**/leave/")
    assert "縁結実" not in page.content()
    page.go_back()
    assert page.url == f"{portal_url}/"
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert context.cookies() == []
    context.close()
