"""W3, "is it open today?", walked in Chromium, on paper too."""

import subprocess
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import sync_playwright

from programs.calendar import months_later
from tests.programs.test_in_browser import OVERFLOW, violations

pytestmark = pytest.mark.browser
PAGE = "/sites/enmusubi/calendar/"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


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
