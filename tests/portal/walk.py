"""Walking through the portal as its people do: one browser window for each of them."""

import io
import os
from pathlib import Path

import openpyxl
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
            page.wait_for_url(lambda url: "/accounts/login/" not in url)
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


def workbook(rows: list[list[str]], template: bytes) -> bytes:
    """The template with rows typed under its heading and sample."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    for row in rows:
        book["データ"].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# What the operator writes into the plan, by the names of its fields.
PLAN = {
    "child_voice": "みんなでごはんを食べるのが楽しい。",
    "child_voice_on": "令和8年11月20日",
    "child_voice_by": "支援員",
    "guardian_voice": "宿題を見てもらえると助かる。",
    "situation": "夕食を一人で食べる日が多い。",
    "strengths": "絵を描くことが好き。",
    "policy": "安心して過ごせる関係をつくる。",
    "long_goal": "放課後を安心して過ごし、生活と学習のリズムが整う。",
    "goal-1-goal": "来所した日は夕食を職員や友だちと一緒に食べる。",
    "goal-1-measure": "配膳をいっしょにする。",
    "goal-1-due": "令和9年3月31日",
    "care_allergy": "なし",
    "care_handover": "引渡しは母・祖母のみ。",
    "care_other": "なし",
    "emergency_contact": "母　090-1234-5678",
    "explained_on": "令和8年11月21日",
    "explained_by": "支援員",
    "guardian_signed_on": "令和8年11月21日",
}


def upload(page, content: bytes) -> None:
    page.set_input_files(
        "input[type=file]",
        {
            "name": "学校.xlsx",
            "mimeType": "application/octet-stream",
            "buffer": content,
        },
    )
    send(page)
