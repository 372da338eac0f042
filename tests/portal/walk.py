"""Walking through the portal as its people do: one browser window for each of them."""

import os
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from tests.serving import PASSWORD, Portal

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SHOTS = os.environ.get("SCREENSHOTS", "")


class Walk:
    """Windows of people, by user name, over one running portal."""

    def __init__(self, portal: Portal, browser: Browser):
        self.portal = portal
        self.browser = browser
        self.pages: dict[str, Page] = {}
        self.shots = 0

    def as_person(self, username: str, *, javascript: bool = True, width: int = 1366):
        """The window of somebody who has logged in; opened once."""
        if username not in self.pages:
            page = self.window(javascript=javascript, width=width)
            page.goto(f"{self.portal.url}/accounts/login/")
            page.fill("[name=username]", username)
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            self.pages[username] = page
        return self.pages[username]

    def window(self, *, javascript: bool = True, width: int = 1366) -> Page:
        """A fresh window of nobody."""
        context = self.browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": 768},
            locale="ja-JP",
        )
        return context.new_page()

    def open(self, page: Page, path: str):
        return page.goto(path if path.startswith("http") else self.portal.url + path)

    def shot(self, page: Page, name: str) -> None:
        """Keep a picture of the whole page, where SCREENSHOTS names a folder."""
        self.shots += 1
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            file = Path(SHOTS) / f"{self.shots:02d}-{name}.png"
            page.screenshot(path=str(file), full_page=True)

    def status(self, page: Page, path: str) -> int:
        """The status of a page asked for with somebody's session."""
        return page.request.get(self.portal.url + path, max_redirects=0).status


def control(page: Page, code: str, option: str = "") -> Locator:
    """The control of a public form by its item code, and by the code of its option."""
    chosen = f"[data-option-code={option}]" if option else ""
    return page.locator(f"main [data-code={code}]{chosen}")


def forward(page: Page) -> None:
    """The first submit button of a public form: on to the next page."""
    page.locator("main form button[type=submit]").first.click()


def fill(page: Page, **values: str) -> None:
    """Fill the fields of a staff form by their names."""
    for name, value in values.items():
        field = page.locator(f"#main form [name={name}], main form [name={name}]").first
        kind = field.evaluate("e => e.type")
        if kind == "select-one":
            field.select_option(value)
        elif kind == "radio":
            page.locator(f"form [name={name}][value='{value}']").check()
        else:
            field.fill(value)


def send(page: Page) -> None:
    """Submit the staff form on this page."""
    page.locator("form.desk-form button[type=submit]:not([name])").first.click()
    page.wait_for_load_state()


def act(page: Page, name: str) -> None:
    """Follow the link to a named act from the page of a record."""
    page.locator(f"main a[href$='/{name}/']").first.click()
    page.wait_for_load_state()
