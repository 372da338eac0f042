"""W9 and W12 in Chromium: asked with a time, sent back, mended, approved, published."""

import re
import urllib.request
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from tests.serving import PASSWORD

pytestmark = pytest.mark.browser

OLD, NEW = "冬休みは１０時から", "冬休みは10時から"
SOON = 75  # seconds from the request to the publication; an approval fits in between


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def desk(browser, portal_url, person):
    """The desk of somebody, as the city's PCs show it."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{portal_url}/accounts/login/?next=/admin/")
    page.fill("[name=username]", person)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")
    return page


def public(portal_url, path):
    with urllib.request.urlopen(f"{portal_url}{path}", timeout=30) as answer:  # noqa: S310
        return answer.read().decode()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def test_from_the_request_to_the_publication_on_time(browser, portal_url):
    editor = desk(browser, portal_url, "editor")
    head = desk(browser, portal_url, "head")

    # The editor changes the page; the check finds what to mend.
    editor.goto(f"{portal_url}/admin/pages/search/?q=保護者")
    links = editor.get_by_role("link", name=re.compile("保護者"))
    addresses = links.evaluate_all("found => found.map(one => one.href)")
    # The other languages' copies came later: the Japanese page has the lowest number.
    number = min(int(re.search(r"/pages/(\d+)/", one)[1]) for one in addresses)
    editor.goto(f"{portal_url}/admin/pages/{number}/edit/")
    editor.fill("#id_lead", OLD)
    ask(editor)
    assert f"/approval/{number}/request/" in editor.url
    assert editor.locator('tr[data-kind="full_width"] a').count() == 1

    # A finding leads to its field, which is in sight.
    editor.locator('tr[data-kind="full_width"] a').first.click()
    editor.wait_for_load_state()
    expect(editor.locator("#id_lead")).to_be_in_viewport()
    editor.go_back()
    press(editor, "まとめて自動修正する")
    expect(editor.locator("ins", has_text=NEW)).to_be_visible()

    # Asked, compared, sent back with a reason.
    editor.goto(f"{portal_url}/admin/approval/{number}/request/")
    editor.fill("#id_message", "冬休みの時間です")
    press(editor, "承認を依頼する")
    head.goto(f"{portal_url}/admin/")
    head.locator(".waiting").get_by_role(
        "link", name=re.compile("保護者")
    ).first.click()
    head.wait_for_load_state()
    expect(head.locator(".comparison .addition").first).to_be_visible()
    press(head, "この理由で差し戻す")
    expect(head.locator('[role="alert"]').first).to_be_visible()
    head.fill("#reason_comment", "1/1〜1/3は休所では？")
    press(head, "この理由で差し戻す")

    # Mended, with a time, asked again, approved by the other person.
    editor.goto(f"{portal_url}/admin/approval/{number}/")
    expect(editor.get_by_text("1/1〜1/3は休所では？")).to_be_visible()
    editor.goto(f"{portal_url}/admin/pages/{number}/edit/")
    editor.fill("#id_lead", f"{NEW}。1月1日から3日までは休所です。")
    at = timezone.localtime() + timedelta(seconds=SOON)
    schedule(editor, at.replace(second=0) + timedelta(minutes=1))
    ask(editor)
    press(editor, "承認を依頼する")
    head.goto(f"{portal_url}/admin/approval/{number}/")
    press(head, "承認する（公開予約の日時に公開）")
    expect(head.get_by_text("承認済みです。").first).to_be_visible()
    path = "/hogosha/"
    assert NEW not in public(portal_url, path)

    # The worker publishes on time, and not before.
    end = timezone.now() + timedelta(seconds=240)
    while NEW not in public(portal_url, path):
        assert timezone.now() < end
        head.wait_for_timeout(1000)
    assert timezone.localtime() >= at.replace(second=0) + timedelta(minutes=1)


def ask(page):
    """Choose “ask for approval” in the menu at the foot of the editor."""
    page.locator("[data-edit-form] footer .w-dropdown__toggle").first.click()
    page.locator('button[name="action-submit"]').click()
    page.wait_for_url("**/approval/*/request/")


def schedule(page, at):
    """Set the time of publication; the dialog of Wagtail writes these fields."""
    page.evaluate(
        """value => { const field = document.querySelector('[name=go_live_at]');
            field.value = value; }""",
        at.strftime("%Y-%m-%d %H:%M"),
    )


def test_the_check_of_the_site_leads_to_fields_and_out_as_a_workbook(
    browser, portal_url
):
    page = desk(browser, portal_url, "editor")
    outside = []
    page.on(
        "request",
        lambda request: (
            outside.append(request.url)
            if not request.url.startswith((portal_url, "data:", "blob:"))
            else None
        ),
    )
    page.goto(f"{portal_url}/admin/site-check/")
    assert page.locator("tr[data-kind]").count() > 0
    with page.expect_download() as file:
        page.get_by_role("link", name="Excelで保存").click()
    assert file.value.suggested_filename.endswith(".xlsx")
    page.select_option("#check-kind", "no_description")
    press(page, "表示する")
    page.locator("tr[data-kind] td:nth-child(4) a").first.click()
    page.wait_for_load_state()
    expect(page.locator("#id_search_description")).to_be_in_viewport()
    assert outside == []
