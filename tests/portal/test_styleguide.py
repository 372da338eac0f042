"""The style page: for staff alone, and the place where the look is tested."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.programs.test_in_browser import OPTIONS, OVERFLOW
from tests.serving import PASSWORD

SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
CLIPPED = """() => [...document.querySelectorAll(
    '.button, .need, .choice, th, td, dt, dd')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX
    !== 'visible').map(e => e.outerHTML)"""
PAGES = ["/styleguide/", "/", "/search/?q=居場所", "/search/?q=zzzz"]
COLOURS = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "forced_colors": "active"},
    {"color_scheme": "dark", "forced_colors": "active"},
]


@pytest.mark.django_db
def test_only_staff_see_the_style_page(client, cast, log_in):
    assert client.get("/styleguide/").status_code == 404
    assert log_in("school").get("/styleguide/").status_code == 404
    response = log_in("editor").get("/styleguide/")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store, private"
    for part in ("button--danger", "field--invalid", "notice--urgent", "receipt"):
        assert part in response.text


@pytest.fixture(scope="module")
def signed_in(browser, portal_url):
    """The cookies of a web editor."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{portal_url}/accounts/login/")
    page.fill("[name=username]", "editor")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.browser
@pytest.mark.parametrize("number", range(len(COLOURS)))
def test_every_component_is_readable_in_every_colour_and_width(
    number, browser, portal_url, signed_in
):
    for width in (320, 1366):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            storage_state=signed_in,
            **COLOURS[number],
        )
        page = context.new_page()
        for path in PAGES:
            page.goto(portal_url + path)
            found = Axe().run(page, options=OPTIONS).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], path
            assert page.evaluate(OVERFLOW) <= 0, (path, width)
        context.close()


@pytest.mark.browser
def test_wide_spacing_of_text_cuts_nothing_off(browser, portal_url, signed_in):
    context = browser.new_context(
        viewport={"width": 320, "height": 900}, storage_state=signed_in, bypass_csp=True
    )
    page = context.new_page()
    for path in PAGES:
        page.goto(portal_url + path)
        page.add_style_tag(content=SPACED)
        assert page.evaluate(OVERFLOW) <= 0, path
        assert page.evaluate(CLIPPED) == [], path
    context.close()


@pytest.mark.browser
def test_nothing_moves_while_a_page_loads(browser, portal_url):
    page = browser.new_page()
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => window.moved += entry.value)).observe("
        "{type: 'layout-shift', buffered: true})"
    )
    for path in PAGES[1:]:
        page.goto(portal_url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.moved") < 0.01, path
    page.close()
