"""Every public page in Chromium: no barrier that axe knows, no request elsewhere."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.programs.test_pages import PATHS

pytestmark = pytest.mark.browser

OPTIONS = {
    "runOnly": [
        "wcag2a",
        "wcag2aa",
        "wcag21a",
        "wcag21aa",
        "wcag22aa",
        "best-practice",
    ],
    "rules": {"target-size": {"enabled": True}},
}
SMALL = """() => [...document.querySelectorAll(
    '.button, button, .nav a, summary, .door, .lines a, .site-name'
)].filter(e => e.offsetParent).map(e => [e.outerHTML, e.getBoundingClientRect()])
  .filter(([_, box]) => box.height < 44 || box.width < 44).map(([text]) => text)"""
OVERFLOW = """() => document.documentElement.scrollWidth
    - document.documentElement.clientWidth"""


def violations(page):
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1366])
def test_no_page_has_a_barrier(width, scheme, browser, portal_url):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    for path in [*PATHS, "/accounts/login/"]:
        page.goto(portal_url + path)
        assert violations(page) == [], path
        assert page.evaluate(OVERFLOW) <= 0, path
        assert page.evaluate(SMALL) == [], path
    assert complaints == []
    assert [url for url in requests if not url.startswith(portal_url)] == []
    context.close()


@pytest.mark.parametrize("mark", ["/en", "/ja-hira"])
def test_no_page_in_another_language_has_a_barrier(mark, browser, portal_url):
    page = browser.new_page(viewport={"width": 320, "height": 800})
    for path in [*PATHS, "/calendar/", "/calendar/?view=table", "/search/"]:
        assert page.goto(f"{portal_url}{mark}{path}").status == 200, path
        assert violations(page) == [], path
        assert page.evaluate(OVERFLOW) <= 0, path
        assert page.evaluate(SMALL) == [], path
    page.close()


def test_axe_would_notice(browser, portal_url):
    page = browser.new_page()
    page.goto(portal_url)
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert {"color-contrast", "html-has-lang"} <= {rule for rule, _ in violations(page)}
    page.close()


def test_the_pages_work_without_scripts(browser, portal_url):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 375, "height": 700}
    )
    page = context.new_page()
    page.goto(portal_url)
    page.locator("summary").click()
    page.locator(".site-menu").get_by_role("link", name="保護者の方へ").click()
    assert page.url == f"{portal_url}/hogosha/"
    page.goto(f"{portal_url}/kodomo/")
    page.get_by_role("link", name="このページをとじる").click()
    assert page.url == f"{portal_url}/leave/"
    context.close()


def test_leaving_the_childrens_page_leaves_no_way_back_to_it(browser, portal_url):
    page = browser.new_page()
    page.goto(portal_url)
    page.goto(f"{portal_url}/kodomo/")
    page.get_by_role("link", name="このページをとじる").press("Enter")
    page.wait_for_url("**/leave/")
    page.go_back()
    assert page.url == f"{portal_url}/"
    page.close()


def test_the_skip_link_is_the_first_stop_and_goes_to_the_text(browser, portal_url):
    page = browser.new_page()
    page.goto(f"{portal_url}/school/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()
