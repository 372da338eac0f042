"""The referral form with rows and a file, the whole way at 375 px, by three hands.

With a script, without one, and by keyboard alone: written, saved and closed in one
window, gone on with in another, looked over, corrected, sent.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.exchange import files
from tests.forms.senders import own_form
from tests.forms.test_in_browser import press
from tests.portal.walk import Walk, control
from tests.programs.test_in_browser import OVERFLOW, violations

pytestmark = pytest.mark.browser

SLUG = "referral-papers"
ROWS_AND_FILE = [
    {
        "type": "repeat",
        "code": "kids",
        "label": "きょうだいの名前",
        "max_rows": 3,
        "row_title": "きょうだい#",
        "fields": [
            {"type": "short_text", "code": "nick", "label": "名前", "required": True}
        ],
    },
    {"type": "file", "code": "papers", "label": "書類"},
]
PAPER = {
    "name": "診断書.pdf",
    "mimeType": "application/pdf",
    "buffer": files.pdf(),
}
FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


class Mouse:
    """Somebody who points at what is meant."""

    def write(self, box: Locator, text: str) -> None:
        box.fill(text)

    def pick(self, box: Locator) -> None:
        box.check()

    def choose(self, box: Locator, label: str) -> None:
        box.select_option(label=label)

    def push(self, button: Locator) -> None:
        button.click()

    def attach(self, box: Locator) -> None:
        box.set_input_files(PAPER)


class Keyboard:
    """Somebody who has nothing but keys, and must see where they are."""

    def __init__(self, page: Page):
        self.page = page
        # Somebody listens before the key is pressed: asking for the chooser only then
        # comes too late on a slow machine.
        page.on("filechooser", lambda chooser: chooser.set_files(PAPER))

    def go_to(self, wanted: Locator) -> None:
        """Tab on until the wanted thing has the focus; wherever it is, it shows."""
        wanted = wanted.element_handle()
        for _step in range(150):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("e => e === document.activeElement"):
                assert self.page.evaluate(FOCUS), wanted
                return
        raise AssertionError(f"no key leads to {wanted}")

    def write(self, box: Locator, text: str) -> None:
        self.go_to(box)
        press(self.page, "Control+a")
        self.page.keyboard.type(text)

    def pick(self, box: Locator) -> None:
        """The keys of radios: Tab comes to the group, arrows go on within it."""
        name = box.get_attribute("name")
        first = self.page.locator(f"[name={name}]").first
        if box.get_attribute("type") == "checkbox":
            self.go_to(box)
            return press(self.page, "Space")
        self.go_to(first)
        press(self.page, "Space")
        for _step in range(10):
            if box.is_checked():
                return None
            press(self.page, "ArrowDown")
        raise AssertionError(name)

    def choose(self, box: Locator, label: str) -> None:
        self.go_to(box)
        for _step in range(20):
            if box.locator("option:checked").inner_text() == label:
                return
            press(self.page, "ArrowDown")
        raise AssertionError(label)

    def push(self, button: Locator) -> None:
        self.go_to(button)
        press(self.page, "Enter")

    def attach(self, box: Locator) -> None:
        self.go_to(box)
        press(self.page, "Enter")
        expect(box).to_have_value(re.compile(r"診断書\.pdf$"))


class Sender:
    """One window and the hands in front of it."""

    def __init__(self, walk: Walk, hands: str):
        self.walk, self.hands = walk, hands
        self.page = walk.window(width=375, javascript=hands != "no script")
        self.by = Keyboard(self.page) if hands == "keyboard" else Mouse()

    def push(self, name: str) -> None:
        """Press a button by what it says; the page that follows fits the screen."""
        button = self.page.locator("main").get_by_role("button", name=name, exact=True)
        with self.page.expect_navigation():
            self.by.push(button.last)
        assert self.page.evaluate(OVERFLOW) <= 0, self.page.url
        if self.hands == "script":
            assert violations(self.page) == [], self.page.url

    def write(self, code: str, text: str) -> None:
        self.by.write(control(self.page, code), text)

    def pick(self, code: str, option: str) -> None:
        self.by.pick(control(self.page, code, option))


def tell_the_story(sender: Sender) -> None:
    """The first four pages, one fault among them."""
    page = sender.page
    sender.walk.open(page, f"/forms/{SLUG}/")
    sender.push("入力をはじめる")
    sender.pick("kind", "use")
    sender.push("次へ")
    expect(page.locator("#error-summary")).to_contain_text("「緊急性」")
    if sender.hands != "no script":
        expect(page.locator("#error-summary")).to_be_focused()
    assert page.title().startswith("エラー：")
    sender.pick("urgency", "normal")
    sender.push("次へ")
    sender.by.write(page.get_by_label("一覧にないとき"), "架空北小学校")
    for code, text in (
        ("writer_role", "担任"),
        ("writer_name", "試験　太郎"),
        ("writer_phone", "06-6858-0000"),
        ("contact_hours", "平日16時"),
    ):
        sender.write(code, text)
    sender.push("次へ")
    for code, text in (
        ("child_family_name", "東"),
        ("child_given_name", "花"),
        ("child_family_kana", "あずま"),
        ("child_given_kana", "はな"),
    ):
        sender.write(code, text)
    parts = page.locator("main [data-code=birth_date] input")
    for part, text in zip(parts.all(), ["2016", "7", "15"], strict=True):
        sender.by.write(part, text)
    sender.by.choose(control(page, "grade"), "小学4年")
    sender.write("guardian_name", "不明")
    sender.push("次へ")
    sender.pick("signs", "meals")
    sender.write("facts", "夕食を食べていない日がある。")
    sender.write("school_support", "朝の声かけ")
    sender.push("次へ")


def nick(page: Page, row: int) -> Locator:
    return control(page, f"kids-{row}-nick")


def add_rows_and_a_file(sender: Sender) -> None:
    """Two rows, the first taken away again; a file attached on the spot."""
    page = sender.page
    sender.pick("told_child", "not_yet")
    sender.pick("told_guardian", "agreed")
    add = "「きょうだいの名前」を追加する"
    for row, name in ((1, "一郎"), (2, "二郎")):
        sender.push(add)
        sender.by.write(nick(page, row), name)
    sender.push("「きょうだい1」を削除する")
    expect(nick(page, 1)).to_have_value("二郎")
    expect(nick(page, 2)).to_have_count(0)
    sender.by.attach(control(page, "papers"))
    sender.push("選んだファイルを添付する")
    expect(page.locator("main .file-list")).to_contain_text("診断書.pdf")


def close_for_now(sender: Sender) -> tuple[str, str]:
    """Save, note number and passphrase, close: nothing is left in this window."""
    page, address = sender.page, sender.page.url
    sender.push("一時保存して中断する")
    number = page.locator("[data-draft]").inner_text()
    passphrase = page.locator("[data-password]").inner_text()
    sender.push("この端末での入力を終了する")
    assert sender.walk.open(page, address).status == 404
    page.context.close()
    return number, passphrase


def go_on(walk: Walk, hands: str, number: str, passphrase: str) -> Sender:
    sender = Sender(walk, hands)
    walk.open(sender.page, "/forms/draft/resume/")
    sender.by.write(sender.page.locator("main [name=number]"), number)
    sender.by.write(sender.page.locator("main [name=passphrase]"), passphrase)
    sender.push("続きから入力する")
    expect(nick(sender.page, 1)).to_have_value("二郎")
    return sender


def look_over_and_send(sender: Sender) -> None:
    page = sender.page
    sender.push("次へ")
    page.wait_for_url("**/review/")
    main = page.locator("main")
    expect(main).to_contain_text("診断書.pdf")
    expect(main).to_contain_text("二郎")
    expect(main).not_to_contain_text("一郎")
    sender.by.push(page.get_by_role("link", name="（保護者の氏名）"))
    page.wait_for_url("**/3/**")
    sender.write("guardian_name", "東　母子")
    sender.push("保存して確認画面へ")
    expect(main).to_contain_text("東　母子")
    sender.push("この内容で送信する")
    page.wait_for_url("**/done/")
    receipt = page.locator("[data-receipt]").inner_text()
    assert re.fullmatch(r"R\d+-\d{4}", receipt.strip())
    page.reload()
    expect(page.locator("[data-receipt]")).to_have_text(receipt)
    assert page.request.get(page.url.replace("/done/", "/copy.pdf")).ok


@pytest.mark.parametrize("hands", ["script", "no script", "keyboard"])
def test_g42_the_whole_way_by_whatever_hand(walk, hands):
    own_form(walk.portal, SLUG, ROWS_AND_FILE)
    sender = Sender(walk, hands)
    tell_the_story(sender)
    add_rows_and_a_file(sender)
    sender = go_on(walk, hands, *close_for_now(sender))
    look_over_and_send(sender)
    sender.page.context.close()
