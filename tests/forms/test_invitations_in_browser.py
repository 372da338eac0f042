"""The link of an invitation, copied by key, with a clipboard and without."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.portal.walk import Walk, fill, send
from tests.programs.test_in_browser import OVERFLOW

pytestmark = pytest.mark.browser

WITHOUT_CLIPBOARD = """
Object.defineProperty(navigator, "clipboard", {value: undefined});
"""
WITHOUT_COPYING = WITHOUT_CLIPBOARD + "document.execCommand = () => false;"
SELECTED = "getSelection().toString()"


def invited(walk: Walk, page: Page) -> str:
    """Make an invitation; return the link that its page shows."""
    walk.open(page, "/admin/invitations/invite/")
    page.locator("[name=form]").select_option(index=1)
    fill(page, last_day=f"{date.today() + timedelta(days=7):%Y/%m/%d}", max_uses="1")
    send(page)
    return page.locator("#invitation-link").input_value()


def copy_by_key(page: Page) -> None:
    """From the box one step on, to the button."""
    page.locator("#invitation-link").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="コピー", exact=True)).to_be_focused()
    page.keyboard.press("Enter")


def test_the_link_of_an_invitation_is_copied_by_key_and_said(walk):
    page = walk.as_person("caseworker")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for width in (1366, 375):
        page.set_viewport_size({"width": width, "height": 768})
        link = invited(walk, page)
        copy_by_key(page)
        said = page.locator(".desk-copy [role=status]")
        expect(said).to_have_text("コピーしました。")
        assert page.evaluate("navigator.clipboard.readText()") == link
        assert page.evaluate(OVERFLOW) <= 0
        walk.shot(page, f"invitation-{width}")


def test_without_a_clipboard_the_link_is_copied_or_selected(walk):
    page = walk.as_person("caseworker")
    for script, words in (
        (WITHOUT_CLIPBOARD, "コピーしました。"),
        (WITHOUT_COPYING, "Ctrl+C（Macは⌘+C）でコピーしてください。"),
    ):
        page.add_init_script(script)
        link = invited(walk, page)
        copy_by_key(page)
        expect(page.locator(".desk-copy [role=status]")).to_contain_text(words)
        expect(page.locator("#invitation-link")).to_be_focused()
        assert page.evaluate(SELECTED) == link
