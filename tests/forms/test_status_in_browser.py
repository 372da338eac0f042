"""Walk W6 in Chromium: after sending, a question, a reply with a file, the way back."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.exchange import files
from tests.portal.walk import Walk, control, forward
from tests.programs.test_in_browser import OVERFLOW

pytestmark = pytest.mark.browser
NAME = "架空　見学子"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
QUESTION = "何人くらいで来られますか。くわしく教えてください。"
ANSWER = "大人2人と子ども1人です。案内図を付けます。"
REASON = "別の日に電話で相談しました"


def send_a_visit(walk: Walk) -> tuple[str, str]:
    """Ask for a visit without JavaScript; the number and the password shown then."""
    page = walk.window(javascript=False, width=375)
    walk.open(page, "/forms/visit/")
    forward(page)
    control(page, "kind", "visit").check()
    control(page, "who", "parent").check()
    control(page, "writer_name").first.fill(NAME)
    control(page, "phone").fill("０６−６０００−０００１")
    forward(page)
    walk.shot(page, "second")
    control(page, "people").fill("３")
    row = page.get_by_role("group", name="第1希望")
    soon = date.today() + timedelta(days=30)
    month = f"{soon.month}".translate(WIDE)
    for label, text in (
        ("年", f"令和{soon.year - 2018}"),
        ("月", month),
        ("日", f"{soon.day}"),
    ):
        row.get_by_label(label, exact=True).last.fill(text)
    row.get_by_label("時間帯").fill("15時から16時まで")
    forward(page)
    walk.shot(page, "review")
    forward(page)
    page.wait_for_url("**/done/")
    walk.shot(page, "done")
    receipt = page.locator("[data-receipt]").first.inner_text().strip()
    password = page.locator("[data-password]").first.inner_text().strip()
    page.context.close()
    return receipt, password


def look_up(walk: Walk, page: Page, receipt: str, password: str) -> None:
    walk.open(page, "/status/")
    page.locator("main [name=receipt]").fill(receipt)
    page.locator("main [name=password]").fill(password)
    page.get_by_role("button", name="照会する").click()


def refusal(walk: Walk, page: Page, receipt: str, password: str) -> str:
    """What the look-up answers to a wrong guess."""
    look_up(walk, page, receipt, password)
    said = page.get_by_role("alert").inner_text()
    assert page.url.endswith("/status/")
    return said


def open_submission(walk: Walk, receipt: str) -> Page:
    """The submission as the intake desk finds it: from its inbox."""
    desk = walk.as_person("intake")
    walk.open(desk, "/admin/")
    walk.shot(desk, "desk-home")
    desk.get_by_role("link", name="届いた回答", exact=True).first.click()
    walk.shot(desk, "inbox")
    desk.locator("#main").get_by_role("link", name=receipt).first.click()
    expect(desk.get_by_role("region", name="見学・説明の申込")).to_contain_text(
        "見学子"
    )
    return desk


def test_w6_a_question_is_answered_with_a_file_and_the_request_is_taken_back(walk):
    receipt, password = send_a_visit(walk)
    page = walk.window(javascript=False, width=375)
    wrong = refusal(walk, page, receipt, "ちがうことば")
    walk.shot(page, "wrong")
    assert wrong == refusal(walk, page, "R8-9999", password)

    desk = open_submission(walk, receipt)
    desk.get_by_role("link", name="送った人に質問する").click()
    walk.shot(desk, "ask")
    desk.get_by_label("質問").fill(QUESTION)
    walk.shot(desk, "ask-filled")
    desk.locator("form.desk-form button[type=submit]").click()
    expect(desk.get_by_role("region", name="市からの質問と返信")).to_contain_text(
        QUESTION
    )
    walk.shot(desk, "asked")

    look_up(walk, page, receipt, password)
    page.wait_for_url(f"**/status/{receipt}/")
    answered = page.reload()
    assert "no-store" in answered.headers["cache-control"]
    walk.shot(page, "status")
    text = page.locator("main").inner_text()
    assert QUESTION in text
    assert "見学子" not in text
    assert page.evaluate(OVERFLOW) <= 0
    reply = page.get_by_role("textbox", name="返信")
    expect(reply).to_have_value("")
    reply.fill(ANSWER)
    page.get_by_label("返信に添えるファイル").set_input_files(
        {"name": "案内図.pdf", "mimeType": "application/pdf", "buffer": files.pdf()}
    )
    page.get_by_role("button", name="返信を送る").click()
    expect(page.get_by_role("status")).to_contain_text("返信を受け付けました")
    walk.shot(page, "replied")
    expect(page.locator("[data-side=sender]")).to_contain_text("案内図.pdf")

    desk = open_submission(walk, receipt)
    walk.shot(desk, "reply-at-the-desk")
    thread = desk.get_by_role("region", name="市からの質問と返信")
    answer = thread.get_by_role("listitem").filter(has_text=ANSWER)
    expect(answer).to_contain_text("案内図.pdf")

    page.get_by_role("link", name="取り下げる").click()
    page.wait_for_url("**/withdraw/")
    walk.shot(page, "withdraw")
    expect(page.locator("main")).to_contain_text("取り消しはできません")
    expect(page.get_by_label("理由")).to_have_value("")
    page.get_by_label("理由").fill(REASON)
    page.get_by_role("button", name="取り下げる").click()
    expect(page.get_by_role("status")).to_contain_text("取り下げました")
    walk.shot(page, "withdrawn")
    expect(page.locator("[data-status=withdrawn]")).to_be_visible()
    expect(page.get_by_role("link", name="取り下げる")).to_have_count(0)
    desk = open_submission(walk, receipt)
    walk.shot(desk, "withdrawn-at-the-desk")
    expect(desk.locator("#main")).to_contain_text(REASON)
    page.get_by_role("button", name="終了", exact=True).click()
    walk.open(page, f"/status/{receipt}/")
    assert page.url.endswith("/status/?over=1")
