"""A form of one's own, from a blank page to the first answer, at the pace of a person.

Each click costs a look and a hand's way, each sign a key: by that count, generous
beside what hands that know the screen need, it stays under five minutes.
"""

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.forms.senders import BEGIN, ask
from tests.forms.test_in_browser import begin, forward
from tests.portal.walk import Walk

pytestmark = pytest.mark.browser

MAY_READ = (
    BEGIN
    + """
from forms.models import AnswerGrant
AnswerGrant.objects.create(role="case_worker", can_act=True, form=None)
"""
)
THIS_FORM_ALONE = (
    BEGIN
    + """
from forms.models import AnswerGrant, FormDefinition
form = FormDefinition.objects.filter(slug="camp").first()
AnswerGrant.objects.filter(form=None).update(form=form)
"""
)
CLICK, SIGN, FIVE_MINUTES = 4, 0.8, 300
FIELDS = "pages-0-value-fields"


class Builder:
    """A form editor at the desk, whose seconds are counted."""

    def __init__(self, page: Page):
        self.page = page
        self.seconds = 0.0

    def click(self, wanted: Locator) -> None:
        self.seconds += CLICK
        wanted.click()

    def tick(self, box: Locator) -> None:
        """Press until it is ticked: a block may unfold from under the first press."""
        self.seconds += CLICK
        for _press in range(3):
            if box.is_checked():
                return
            box.click()
        expect(box).to_be_checked()

    def open(self, button: Locator, shown: Locator) -> None:
        """Press until the list is there: a new block takes the focus when it has come,
        and a list that was opened just before closes again.
        """
        self.seconds += CLICK
        for _press in range(3):
            button.click()
            try:
                shown.wait_for(state="visible", timeout=4000)
            except TimeoutError:
                continue
            return

    def write(self, name: str, text: str) -> None:
        box = self.page.locator(f"[name='{name}']")
        self.click(box)
        self.seconds += SIGN * len(text)
        box.fill(text)

    def choose(self, name: str, label: str) -> None:
        self.seconds += 2 * CLICK
        self.page.locator(f"[name='{name}']").select_option(label=label)

    def question(self, kind: str, label: str) -> str:
        """Add a question; the beginning of the names of its boxes."""
        count = self.page.locator(f"[name='{FIELDS}-count']")
        name = f"{FIELDS}-{count.input_value()}-value"
        around = count.locator("xpath=..")
        option = self.page.get_by_role("option", name=kind, exact=True)
        self.open(around.locator("button.c-sf-add-button:visible").last, option)
        self.click(option)
        self.write(f"{name}-label", label)
        return name

    def shown_when(self, name: str, question: str, value: str) -> None:
        label = self.page.locator(f"[name='{name}-label']")
        panel = self.page.locator("section", has=label).last
        conditions = panel.locator("section").filter(has_text="表示する条件").first
        self.click(conditions.locator("[data-panel-toggle]").first)
        self.click(conditions.locator("button.c-sf-add-button:visible").first)
        self.pick(f"{name}-conditions-0-value-question", question)
        self.pick(f"{name}-conditions-0-value-value", value)

    def pick(self, name: str, label: str) -> None:
        """Choose from the list that stands in for a box."""
        self.seconds += 2 * CLICK
        self.page.locator(f"select[id='{name}-pick']").select_option(label=label)


def look_at_conditions(builder: Builder, asked: str, name: str) -> None:
    """The condition reads as a sentence, follows a new wording, and is defended."""
    page, said = builder.page, []
    builder.write(asked, "食物アレルギーはありますか")
    page.locator(f"[name='{asked}']").blur()
    panel = page.locator("section", has=page.locator(f"[name='{name}-label']")).last
    sentence = "「食物アレルギーはありますか」が「はい」"
    expect(panel.locator("p[data-forms-sentence]")).to_contain_text(sentence)
    page.once("dialog", lambda box: (said.append(box.message), box.dismiss()))
    block = page.locator(
        "[data-streamfield-child]", has=page.locator(f"[name='{asked}']")
    )
    block.last.locator("[data-streamfield-action=DELETE]").first.click()
    assert "・どんなアレルギーですか" in said[0]
    expect(page.locator(f"[name='{asked}']")).to_be_visible()


def look_at_translations(page: Page) -> None:
    """An empty tab says what belongs there, and what its button adds."""
    page.get_by_role("tab", name="翻訳").click()
    shown = page.locator("[role=tabpanel]:visible")
    expect(shown).to_contain_text("「この言語の翻訳はそろっている」")
    add = shown.locator("button.c-sf-add-button")
    expect(add).to_have_attribute("data-forms-add", "翻訳を追加")


def build(builder: Builder, walk: Walk) -> None:
    page = builder.page
    walk.open(page, "/admin/forms/")
    builder.click(page.get_by_role("link", name="フォーム を追加").first)
    builder.click(page.get_by_text("白紙の様式で始める").first)
    builder.click(page.locator("button.c-sf-add-button:visible").first)
    builder.write("pages-0-value-title", "申込")
    name = builder.question("氏名（フリガナつき）", "お名前")
    builder.tick(page.locator(f"[name='{name}-required']"))
    builder.question("はい・いいえ", "アレルギーはありますか")
    name = builder.question("短い文字（1行）", "どんなアレルギーですか")
    builder.tick(page.locator(f"[name='{name}-required']"))
    builder.shown_when(name, "アレルギーはありますか", "はい")
    look_at_conditions(builder, f"{FIELDS}-1-value-label", name)
    look_at_translations(page)
    builder.click(page.get_by_role("tab", name="設定"))
    builder.write("title", "夏のキャンプの申込")
    builder.write("slug", "camp")
    builder.choose("access", "だれでも（ログイン不要）")
    builder.choose("handler", "「届いた回答」に入れる")
    builder.click(page.get_by_role("button", name="他のアクション").first)
    builder.click(page.locator("button[name=action-publish]").first)
    page.wait_for_load_state()


def answer(walk: Walk) -> str:
    """A visitor fills it in on a phone; the receipt number."""
    page = walk.window(width=375)
    begin(walk, page, "camp")
    page.get_by_label("氏名", exact=True).fill("架空　花")
    page.get_by_label("フリガナ", exact=True).fill("かくう　はな")
    extra = page.get_by_label("どんなアレルギーですか")
    expect(extra).to_be_hidden()
    page.get_by_label("はい", exact=True).check()
    expect(extra).to_be_visible()
    forward(page)
    expect(page.locator("#error-summary")).to_contain_text("どんなアレルギーですか")
    extra.fill("卵")
    forward(page)
    page.wait_for_url("**/review/")
    page.get_by_role("button", name="この内容で送信する").click()
    page.wait_for_url("**/done/")
    return page.locator("[data-receipt]").inner_text().strip()


def test_a_form_of_ones_own_is_built_published_and_answered_in_five_minutes(walk):
    builder = Builder(walk.as_person("form-editor"))
    ask(walk.portal, MAY_READ)
    try:
        build(builder, walk)
    finally:
        ask(walk.portal, THIS_FORM_ALONE)
    assert builder.seconds < FIVE_MINUTES
    receipt = answer(walk)
    desk = walk.as_person("intake")
    walk.open(desk, "/admin/inbox/")
    expect(desk.locator("#main")).to_contain_text(receipt)
