"""Walks in Chromium: W9 a page from the editor to its readers, W12 the check."""

import csv
import re
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from programs.opendata import HEADER
from tests.portal.walk import Walk
from tests.programs.test_in_browser import violations

pytestmark = pytest.mark.browser
ADDED = "窓口は２０２６年１２月から１６時まで開いています。"
MENDED = "窓口は2026年12月から16時まで開いています。"
LATER = "予約した日から読める文です。"
REASON = "リンクの文字が「こちら」です。行き先がわかる言葉にしてください。"


def open_editor(walk: Walk, title: str) -> Page:
    """The page of this title in the editor, found as the web editor finds it."""
    page = walk.as_person("editor")
    walk.open(page, "/admin/")
    page.locator("main input[name=q], #main input[name=q]").first.fill(title)
    page.keyboard.press("Enter")
    page.locator("#main").get_by_role("link", name=title, exact=True).first.click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/"))
    expect(page.locator("[name=lead]")).to_be_visible()
    return page


def to_the_request(page: Page) -> None:
    """Save and go on to asking, by the button behind the arrow."""
    page.get_by_role("button", name="他のアクション").click()
    page.get_by_role("button", name="承認を依頼する").click()
    page.wait_for_url("**/request/")


def ask(page: Page, message: str) -> None:
    page.get_by_label("承認者への連絡").fill(message)
    page.get_by_role("button", name="承認を依頼する").click()
    page.wait_for_url(re.compile(r"/admin/approval/\d+/$"))


def open_request(walk: Walk, name: str, title: str) -> Page:
    """The request of this title, from what waits on somebody's first screen."""
    page = walk.as_person(name)
    walk.open(page, "/admin/")
    walk.shot(page, "first-screen")
    waits = page.get_by_role("region", name="あなたを待っているもの")
    expect(waits).to_contain_text("差し戻された" if name == "editor" else "承認を待つ")
    page.get_by_role("region", name="ページ", exact=True).get_by_role(
        "link", name=title, exact=True
    ).first.click()
    page.wait_for_url(re.compile(r"/admin/approval/\d+/$"))
    return page


def public(walk: Walk, path: str) -> str:
    """What the readers of a page get now, without JavaScript."""
    page = walk.window(javascript=False, width=375)
    walk.open(page, path)
    text = page.locator("main").inner_text()
    page.context.close()
    return text


def test_w9_a_page_is_mended_sent_back_and_approved_by_another_person(walk):
    page = open_editor(walk, "相談するところ")
    before = page.locator("[name=lead]").input_value()
    page.locator("[name=lead]").fill(before + ADDED)
    page.locator("[name$='-title']").nth(1).fill("こちら")
    to_the_request(page)
    found = page.get_by_role("region", name="点検の結果")
    expect(found).to_contain_text("こちら")
    page.get_by_role("button", name=re.compile("全角英数字")).click()
    expect(page.locator("#main")).to_contain_text(MENDED)
    walk.shot(page, "mended")
    page.get_by_role("link", name="承認の依頼へ進む").click()
    page.wait_for_url("**/request/")
    walk.shot(page, "request")
    ask(page, "相談の窓口の時間を加えました。")
    walk.shot(page, "asked")
    assert ADDED not in public(walk, "/soudan/")
    assert MENDED not in public(walk, "/soudan/")

    desk = open_request(walk, "head", "相談するところ")
    walk.shot(desk, "show")
    expect(desk.locator(".comparison .addition").first).to_contain_text("2026")
    desk.get_by_role("button", name="この理由で差し戻す").click()
    walk.shot(desk, "no-reason")
    desk.get_by_label("差し戻しの理由").fill(REASON)
    desk.get_by_role("button", name="この理由で差し戻す").click()
    walk.shot(desk, "sent-back")

    page = open_request(walk, "editor", "相談するところ")
    walk.shot(page, "editor-sees")
    expect(page.locator("#main")).to_contain_text(REASON)
    page.get_by_role("link", name="編集画面を開く").click()
    page.locator("[name$='-title']").nth(1).fill("学校・関係機関の方へ")
    to_the_request(page)
    ask(page, "リンクの文字を直しました。")

    desk = open_request(walk, "head", "相談するところ")
    desk.get_by_role("button", name="承認して公開する").click()
    walk.shot(desk, "approved")
    text = public(walk, "/soudan/")
    assert MENDED in text
    assert "こちら" not in text


def test_w9_what_is_approved_for_a_day_to_come_waits_for_it(walk):
    at = (timezone.localtime() + timedelta(days=3)).replace(hour=8, minute=30)
    page = open_editor(walk, "事業のあらまし")
    page.locator("[name=lead]").fill(LATER)
    page.get_by_role("button", name="ステータスの表示を切り替え").click()
    page.get_by_role("button", name="公開予約を設定").click()
    walk.shot(page, "schedule")
    page.get_by_label("公開開始日時").fill(f"{at:%Y-%m-%d %H:%M}")
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    expect(calendar).to_have_count(1)  # it opens a moment after the field is entered
    page.get_by_role("heading", name="公開予約の設定").click()
    expect(calendar).to_have_count(0)
    page.get_by_role("button", name="公開予約を保存").click()
    expect(page.locator(".messages")).to_contain_text("事業のあらまし")
    walk.shot(page, "schedule-saved")
    to_the_request(page)
    walk.shot(page, "schedule-request")
    expect(page.get_by_role("region", name="事業のあらまし")).to_contain_text("8:30")
    ask(page, "この日から変わります。")

    desk = open_request(walk, "programme-lead", "事業のあらまし")
    desk.get_by_role("button", name="承認する（公開予約の日時に公開）").click()
    expect(desk.locator("#main")).to_contain_text("承認済みです")
    walk.shot(desk, "schedule-approved")
    for name in ("programme-lead", "editor"):
        home = walk.as_person(name)
        walk.open(home, "/admin/")
        pages = home.get_by_role("region", name="ページ", exact=True)
        waits = pages.get_by_role("listitem").filter(has_text="事業のあらまし")
        expect(waits.filter(has_text="公開開始")).to_contain_text("8:30")
    walk.shot(home, "schedule-home")
    assert LATER not in public(walk, "/jigyo/")


def test_w12_a_finding_leads_to_its_field_and_the_list_goes_out_as_a_workbook(
    walk, tmp_path
):
    page = open_editor(walk, "利用までの流れ")
    page.locator("[name=lead]").fill("２０２６年の流れです。")
    page.get_by_role("button", name="下書きを保存").click()
    expect(page.locator(".messages")).to_contain_text("利用までの流れ")
    walk.open(page, "/admin/")
    page.get_by_role("link", name="サイト点検").last.click()
    page.wait_for_url("**/site-check/")
    walk.shot(page, "site-check")
    assert violations(page) == []
    page.get_by_label("種別").select_option("full_width")
    page.get_by_label("状態").select_option(label="下書き")
    page.get_by_role("button", name="表示する").click()
    page.wait_for_url("**kind=full_width**")
    row = page.get_by_role("row").filter(has_text="利用までの流れ")
    expect(row).to_contain_text("２０２６年の流れ")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excelで保存").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    assert "該当する文字" in rows[0]
    assert any("２０２６年の流れ" in str(cell) for cell in rows[1])
    row.get_by_role("link", name="はじめの文").click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/edit/#.*-lead-section"))
    expect(page.locator("[name=lead]")).to_be_in_viewport()
    assert page.locator("[name=lead]").input_value() == "２０２６年の流れです。"
    walk.shot(page, "field")


def test_w12_the_open_data_has_the_columns_of_the_standard(walk, tmp_path):
    page = walk.window(javascript=False, width=375)
    walk.open(page, "/opendata/")
    walk.shot(page, "opendata")
    with page.expect_download() as download:
        page.locator("a[href$='/kosodate-shisetsu.csv']").click()
    file = tmp_path / "list.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert list(rows[0]) == HEADER
    assert {row["名称"] for row in rows} == {"とよなか縁結実", "BBハウス"}
    page.context.close()
