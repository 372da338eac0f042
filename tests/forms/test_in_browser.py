"""A form in Chromium, filled in by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.forms.senders import own_form
from tests.portal.walk import Walk, control
from tests.programs.test_in_browser import OVERFLOW, violations

pytestmark = pytest.mark.browser


def begin(walk: Walk, page, slug: str) -> None:
    walk.open(page, f"/forms/{slug}/")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/1/")


def forward(page) -> None:
    page.locator("#page-form .actions button[type=submit]").first.click()
    page.wait_for_load_state()
    assert page.evaluate(OVERFLOW) <= 0, page.url


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_by_keyboard_what_is_typed_is_kept_and_questions_follow_at_once(walk):
    own_form(walk.portal, "by-keyboard")
    page = walk.window(width=375)
    begin(walk, page, "by-keyboard")
    assert violations(page) == []
    control(page, "kind", "use").focus()
    press(page, "Space")
    expect(control(page, "kind", "use")).to_be_checked()
    press(page, "Tab")
    expect(control(page, "urgency", "now")).to_be_focused()
    press(page, "Space")
    expect(control(page, "urgency", "now")).to_be_checked()
    expect(page.locator("main a[href='tel:189']").first).to_be_visible()
    expect(control(page, "phoned_at")).to_be_visible()
    press(page, "Tab")
    page.keyboard.type("1405")
    expect(page.locator("[data-saved]")).to_be_visible(timeout=20000)
    second = page.context.new_page()
    second.goto(page.url)
    assert control(second, "phoned_at").input_value() == "1405"
    second.close()
    page.context.set_offline(True)
    page.keyboard.type("x")
    expect(page.locator("[data-not-saved]")).to_be_visible(timeout=20000)
    page.context.set_offline(False)
    press(page, "Backspace")
    control(page, "urgency", "now").focus()
    press(page, "ArrowDown", "ArrowDown")
    expect(control(page, "phoned_at")).to_be_hidden()
    press(page, "Tab", "Enter")
    page.wait_for_url("**/2/")
    forward(page)
    expect(page.locator("#error-summary")).to_be_focused()
    assert violations(page) == []
