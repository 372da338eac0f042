"""The whole chain, as its people walk it in Chromium: a worry becomes a stored plan."""

import hashlib
import io
import re

import openpyxl
import pikepdf
import pytest
from playwright.sync_api import expect

from tests.portal.walk import (
    PLAN,
    Walk,
    act,
    control,
    fill,
    forward,
    send,
    upload,
    workbook,
)
from tests.programs.test_in_browser import violations

pytestmark = pytest.mark.browser

FAMILY, GIVEN = "𠮷田", "髙﨑葛󠄁子"


def refer(walk: Walk) -> str:
    """The school fills in the form without JavaScript; returns the receipt number."""
    page = walk.as_person("school", javascript=False, width=375)
    walk.open(page, "/forms/referral/")
    walk.shot(page, "form-start")
    forward(page)
    tell_urgency(walk, page)
    tell_school(walk, page)
    tell_child(walk, page)
    tell_signs(walk, page)
    control(page, "told_child", "not_yet").check()
    control(page, "told_guardian", "not_yet").check()
    forward(page)
    if control(page, "told_guardian_reason").count():
        control(page, "told_guardian_reason").fill("家庭の状況から慎重に判断するため")
        forward(page)
    return send_in(walk, page)


def tell_urgency(walk: Walk, page) -> None:
    control(page, "kind", "use").check()
    control(page, "urgency", "now").check()
    forward(page)
    expect(page.locator("main")).to_contain_text("先に電話")
    expect(page.locator("main a[href='tel:189']").first).to_be_visible()
    walk.shot(page, "form-urgent")
    forward(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    assert page.title().startswith("エラー")
    control(page, "phoned_at").fill("１４：０５")
    forward(page)


def tell_school(walk: Walk, page) -> None:
    control(page, "writer_role").fill("養護教諭")
    control(page, "writer_name").fill("養護　教子")
    control(page, "writer_phone").fill("０６−６０００−００００")
    control(page, "contact_hours").fill("平日　15時30分から")
    control(page, "head_confirmed", "done").check()
    page.locator("main button[name=back]").click()
    expect(control(page, "urgency", "now")).to_be_checked()
    forward(page)
    assert control(page, "writer_role").input_value() == "養護教諭"
    forward(page)


def tell_child(walk: Walk, page) -> None:
    control(page, "child_family_name").fill(FAMILY)
    control(page, "child_given_name").fill(GIVEN)
    control(page, "child_family_kana").fill("漢字")
    control(page, "child_given_kana").fill("たかこ")
    forward(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    walk.shot(page, "form-error")
    assert control(page, "child_family_name").input_value() == FAMILY
    control(page, "child_family_kana").fill("よしだ")
    parts = page.locator("main [data-code=birth_date] input")
    for part, text in zip(parts.all(), ["平成28", "７", "15"], strict=True):
        part.fill(text)
    control(page, "grade").select_option(index=4)
    control(page, "guardian_name").fill("𠮷田　母子")
    forward(page)


def tell_signs(walk: Walk, page) -> None:
    control(page, "signs", "meals").check()
    control(page, "facts").fill("給食を急いで食べる。👧🏽 " + "あ" * 100)
    control(page, "school_support").fill("朝の声かけ")
    forward(page)


def send_in(walk: Walk, page) -> str:
    """Review, send, reload, go back and send again: one receipt."""
    expect(page.locator("main")).to_contain_text(FAMILY)
    walk.shot(page, "form-review")
    review = page.url
    forward(page)
    receipt = page.locator("[data-receipt]").first.inner_text().strip()
    assert re.fullmatch(r"R\d+-\d{4}", receipt)
    walk.shot(page, "form-done")
    page.reload()
    assert receipt in page.locator("main").inner_text()
    walk.open(page, review)
    assert receipt in page.locator("main").inner_text()
    copy = page.request.get(review.replace("/review/", "/copy.pdf"))
    assert copy.body().startswith(b"%PDF")
    return receipt


def change_the_form(walk: Walk, receipt: str) -> None:
    """The form editor adds a question, changes a label, previews, publishes."""
    page = walk.as_person("form-editor")
    walk.open(page, "/admin/forms/")
    page.get_by_role("link", name="学校からの相談・紹介票").first.click()
    label = page.locator("[name='pages-0-value-fields-0-value-label']")
    panel = page.locator("section", has=label).last
    panel.locator("[data-panel-toggle]").first.click()
    assert label.input_value() == "紹介の種別"
    label.fill("ご相談の種別")
    page.locator("button.c-sf-add-button[title='設問を追加']").nth(1).click()
    page.get_by_role("option", name="短い文字（1行）").click()
    count = int(page.locator("[name='pages-0-value-fields-count']").input_value())
    name = f"pages-0-value-fields-{count - 1}-value-label"
    page.locator(f"[name='{name}']").fill("よびかた（あれば）")
    walk.shot(page, "form-editor")
    page.get_by_role("button", name="プレビューの表示を切り替え").first.click()
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.locator("body")).to_contain_text("よびかた（あれば）", timeout=15000)
    walk.shot(page, "form-preview")
    page.get_by_role("button", name="他のアクション").first.click()
    page.locator("button[name=action-publish]").first.click()
    page.wait_for_load_state()
    assert walk.status(page, "/admin/referrals/") == 302
    visitor = walk.window(width=375)
    walk.open(visitor, "/forms/referral/")
    forward(visitor)
    expect(visitor.locator("main")).to_contain_text("よびかた（あれば）")
    expect(visitor.locator("main")).to_contain_text("ご相談の種別")


def refer_in_short(walk: Walk) -> str:
    """A group fills in its own form, with JavaScript; returns the receipt number."""
    page = walk.as_person("group", width=375)
    walk.open(page, "/forms/community-referral/")
    assert violations(page) == []
    forward(page)
    forward(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    assert violations(page) == []
    control(page, "urgency", "normal").check()
    control(page, "writer_name").fill("居場　所子")
    control(page, "writer_phone").fill("06-6000-0001")
    forward(page)
    control(page, "facts").fill("夕方ひとりで公園にいる。")
    control(page, "told_guardian", "agreed").check()
    assert violations(page) == []
    forward(page)
    assert violations(page) == []
    forward(page)
    assert violations(page) == []
    return page.locator("[data-receipt]").first.inner_text().strip()


def take_in(walk: Walk, receipt: str) -> str:
    """Intake checks the list, hears, accepts; returns the case's address."""
    page = walk.as_person("intake")
    walk.open(page, "/admin/")
    walk.shot(page, "intake-home")
    walk.open(page, "/admin/referrals/")
    first = page.locator("tr[data-number]").first
    expect(first).to_have_attribute("data-number", receipt)
    walk.shot(page, "referral-list")
    page.get_by_role("link", name=receipt).first.click()
    expect(page.locator("main")).to_contain_text("紹介の種別")
    expect(page.locator("main")).to_contain_text(GIVEN)
    assert "ご相談の種別" not in page.locator("main").inner_text()
    walk.shot(page, "referral")
    act(page, "triage")
    fill(page, result="not_listed")
    send(page)
    act(page, "hearing")
    fill(page, time="０時０分", with_whom="担任", body="夕食を一人で食べている。")
    send(page)
    act(page, "accept")
    assert page.locator("[name=family_name]").input_value() == FAMILY
    fill(page, child="new", guardian_relation="母", guardian_phone="０９０-1234-5678")
    walk.shot(page, "accept")
    send(page)
    expect(page.locator("main")).to_contain_text("こども相談係")
    return page.url


def route_to_protection(walk: Walk, receipt: str) -> None:
    """A child on the council's list: protection sees the referral, intake no longer."""
    page = walk.as_person("intake")
    walk.open(page, "/admin/referrals/")
    page.get_by_role("link", name=receipt).first.click()
    address = page.url
    act(page, "triage")
    fill(page, result="listed")
    send(page)
    assert walk.open(page, address).status == 404
    protection = walk.as_person("protection")
    walk.open(protection, "/admin/referrals/")
    protection.get_by_role("link", name=receipt).first.click()
    expect(protection.locator("main")).to_contain_text("夕方ひとりで公園にいる。")


def assess(walk: Walk, case: str) -> None:
    """The case worker writes the assessment, the lead confirms it."""
    page = walk.as_person("caseworker")
    walk.open(page, case)
    act(page, "assessment")
    fill(
        page,
        situation="夕食を一人で食べる日が多い。",
        child_voice="みんなで食べたい",
        urgency="c",
        needs="夕食と宿題の見守り",
        recommendation="suitable",
        shared_summary="夕食と宿題の見守りが必要",
    )
    send(page)
    act(page, "submit")
    send(page)
    address = page.url
    assert walk.open(page, address + "confirm/").url != address + "confirm/"
    lead = walk.as_person("caseworker-lead")
    walk.open(lead, address)
    act(lead, "confirm")
    send(lead)
    expect(lead.locator("main")).to_contain_text("確定")
    walk.shot(lead, "assessment")


def decide(walk: Walk, case: str) -> str:
    """Application, draft, approval by another; returns the decision's address."""
    page = walk.as_person("programme")
    walk.open(page, case)
    page.locator("main a[href*='/admin/applications/cases/']").click()
    page.locator("[name=site]").select_option(label="とよなか縁結実")
    fill(page, wished_days="火・木", reason="夜の仕事の日に夕食と宿題を見てほしい")
    send(page)
    act(page, "use")
    fill(page, starts_on="令和８年１２月１日", reason="放課後の居場所が必要なため")
    fill(page, days="火・木　16時～21時")
    send(page)
    address = page.url
    page.locator("form[action$='/circulate/'] button").click()
    assert page.locator("form[action$='/approve/']").count() == 0
    lead = walk.as_person("programme-lead", width=1366)
    walk.open(lead, address)
    walk.shot(lead, "decision-waiting")
    lead.locator("form[action$='/approve/'] button[type=submit]").click()
    lead.wait_for_load_state()
    notice = lead.request.get(address + "notice/").body()
    assert notice.startswith(b"%PDF")
    walk.shot(lead, "decision-approved")
    return address


def plan(walk: Walk, case: str) -> str:
    """The operator plans and shares, the city advises, the operator confirms."""
    page = walk.as_person("operator")
    walk.open(page, case)
    assert "要対協" not in page.locator("main").inner_text()
    page.locator("main a[href*='/admin/plans/add/']").click()
    send(page)
    page.locator("[name=child_voice_how]").select_option("talk")
    fill(page, **PLAN)
    for number in range(1, 9):
        is_given = number < 8
        page.locator(f"[name=service-S{number}-is_given]").set_checked(is_given)
        text = "夕食と宿題" if is_given else "送迎の希望がないため"
        page.locator(f"[name=service-S{number}-content]").fill(text)
    walk.shot(page, "plan-edit")
    page.locator("button[name=share]").click()
    address = page.url
    city = walk.as_person("caseworker")
    walk.open(city, address)
    act(city, "acknowledge")
    fill(city, advice="帰りの見守りを学校とも確かめてください。")
    send(city)
    walk.open(page, address)
    expect(page.locator("main")).to_contain_text("帰りの見守り")
    act(page, "confirm")
    send(page)
    walk.shot(page, "plan-confirmed")
    return address


def check_paper(walk: Walk, address: str) -> None:
    """Two pages of A4; the second download is the same bytes."""
    page = walk.as_person("operator")
    first = page.request.get(address + "paper/").body()
    second = page.request.get(address + "paper/?download").body()
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert len(pdf.pages) == 2
        assert [round(float(x)) for x in pdf.pages[0].mediabox] == [0, 0, 595, 842]


def try_as_other_operator(walk: Walk, *addresses: str) -> None:
    page = walk.as_person("other-operator")
    for address in addresses:
        assert walk.open(page, address).status == 404
        assert FAMILY not in page.content()
    for path in ("paper/", "preview/", "edit/", "confirm/"):
        assert walk.open(page, addresses[-1] + path).status == 404


def import_schools(walk: Walk) -> None:
    """Template, a file with errors, the corrected one, confirmation; then an export."""
    page = walk.as_person("programme")
    walk.open(page, "/admin/exchange/partners/")
    template = page.request.get(
        walk.portal.url + "/admin/exchange/partners/template/"
    ).body()
    good = [
        "0101",
        "架空北小学校",
        "カクウキタ",
        "学校",
        "06-6111-1111",
        "",
        "",
        "はい",
    ]
    bad = ["0102", "架空南小学校", "カクウミナミ", "学校", "123", "", "", "はい"]
    upload(page, workbook([good, bad], template))
    text = page.locator("main").inner_text()
    assert "電話番号" in text and "123" in text
    walk.shot(page, "import-errors")
    bad[4] = "０６－６１１１－２２２２"
    walk.open(page, "/admin/exchange/partners/")
    upload(page, workbook([good, bad], template))
    expect(page.locator("main")).to_contain_text("新規")
    walk.shot(page, "import-check")
    page.locator("form[action$='/confirm/'] button").first.click()
    page.wait_for_load_state()
    walk.open(page, "/admin/exchange/partners/")
    upload(page, workbook([good, bad], template))
    expect(page.locator("main")).to_contain_text("変更なし")
    walk.open(page, "/admin/exchange/referrals/")
    with page.expect_download() as waiting:
        page.locator("form[action$='/export/'] button[type=submit]").click()
    exported = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    cells = [cell.value for row in exported.active.iter_rows() for cell in row]
    assert any(str(cell).startswith("R") for cell in cells)
    assert FAMILY not in cells


def audit(walk: Walk) -> None:
    """The auditor sees who opened this child's record, and no case."""
    page = walk.as_person("auditor")
    walk.open(page, "/admin/audit/subject/K-00001/")
    text = page.locator("main").inner_text()
    assert "施設 長子" in text and "相談 花子" in text
    assert "里子" not in text or "断られた" in text
    walk.shot(page, "audit")
    assert walk.status(page, "/admin/cases/1/") in (302, 404)


def test_a_worry_becomes_a_stored_plan(walk):
    page = walk.window(width=375)
    walk.open(page, "/")
    expect(page.locator("main")).to_contain_text("16時～21時")
    walk.shot(page, "top")
    receipt = refer(walk)
    change_the_form(walk, receipt)
    case = take_in(walk, receipt)
    route_to_protection(walk, refer_in_short(walk))
    assess(walk, case)
    decision = decide(walk, case)
    address = plan(walk, case)
    check_paper(walk, address)
    try_as_other_operator(walk, case, decision, address)
    import_schools(walk)
    audit(walk)
