"""The check finds what readers stumble over, and leads to the field; offline."""

import io
import re

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.utils import timezone
from wagtail.models import Locale, Page, Site
from wagtail.rich_text import RichText

from home.approval import services as approval
from home.checking.rules import KINDS
from home.checking.services import check_all, check_draft, mend_draft
from home.models import CheckWord, ChildrenPage, ContentPage
from tests.conftest import EVERYBODY

GOOD = {"search_description": "利用の流れを説明します。"}


def kinds(page):
    return sorted(one.kind for one in check_draft(page).found)


def text(html):
    return ("text", f"<p>{html}</p>")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ([text('<a linktype="page" id="99999">流れ</a>')], ["broken_link"]),
        ([text('<a linktype="document" id="99999">様式</a>')], ["broken_link"]),
        ([text('<a href="/no-such-page/">流れ</a>')], ["broken_link"]),
        ([text('<a href="/forms/referral/">相談・紹介票</a>')], []),
        ([text('<a href="http//x y">資料</a>')], ["bad_address"]),
        ([text('<a href="https://www.mhlw.go.jp/a?b=1">厚生労働省</a>')], []),
        ([text('<a href="mailto:a@example.jp">メール</a>')], []),
        ([text('<a href="javascript:alert(1)">資料</a>')], ["bad_address"]),
        ([text('くわしくは<a href="/forms/referral/">こちら</a>')], ["vague_link"]),
        ([("text", "<h3>先に</h3><p>文</p>")], ["heading_order"]),
        ([("heading", "大"), ("text", "<h3>中</h3><p>文</p>")], []),
        ([("heading", "大"), ("text", "<h3> </h3><p>文</p>")], ["heading_empty"]),
        ([("heading", "大"), ("text", "<h4>小</h4>")], ["heading_order"]),
        ([text("①は㈱が")], ["machine_sign"]),
        ([text("髙田さん")], ["doubtful_sign"]),
        ([text("１６時から")], ["full_width"]),
        ([text("ｶﾅ")], ["half_kana"]),
        ([text("お 知 ら せ")], ["inner_space"]),
        ([text("2026/4/1から")], ["date"]),
        (
            [text('<embed embedtype="image" id="1" alt="" format="left"/>')],
            ["alt_missing"],
        ),
        (
            [text('<embed embedtype="image" id="1" alt="IMG_1.jpg" format="left"/>')],
            ["alt_weak"],
        ),
        ([("links", [{"title": "こちら", "path": "/no/", "icon": "info"}])],
         ["broken_link", "vague_link"]),
        ([("questions", [{"question": "１つ", "answer": "2026/1/1"}])],
         ["date", "full_width"]),
    ],
)  # fmt: skip
def test_what_is_found_in_a_body(make_page, body, found):
    page = make_page(body=body, **GOOD)
    assert kinds(page) == found


def test_each_finding_leads_to_the_block_or_the_field(make_page):
    page = make_page(body=[text("１６時")], lead="①から")
    by_kind = {one.kind: one for one in check_draft(page).found}
    block = page.body.raw_data[0]["id"]
    assert by_kind["full_width"].anchor == f"block-{block}-section"
    assert by_kind["machine_sign"].anchor.endswith("-child-lead-section")
    assert by_kind["no_description"].anchor.endswith(
        "-child-search_description-section"
    )


def test_a_link_that_says_nothing_leads_to_its_words_and_not_to_its_address(make_page):
    link = {"title": "こちら", "path": "/", "icon": "info"}
    page = make_page(body=[("links", [link])], **GOOD)
    (found,) = check_draft(page).found
    assert found.place.endswith("› 1 › リンクの文字")
    assert found.where[-1] == "title"


def test_what_was_mended_is_marked_and_shown_however_long_the_text(make_page, cast):
    page = make_page(
        body=[text("同じ文。" * 200 + "<b>１６時</b>&amp;" + "後の文。" * 200)]
    )
    (change,) = mend_draft(page, by=cast["editor"], kinds=["full_width"])
    before, after = change.marked
    assert '<del class="deletion">１６</del>' in before
    assert '<ins class="addition">16</ins>時' in after
    assert "&amp;" in after
    assert "<b>" not in after
    assert len(after) < 200


def test_a_page_past_its_day_of_review_is_overdue(make_page):
    page = make_page(
        review_by=timezone.localdate() - timezone.timedelta(days=1), **GOOD
    )
    assert kinds(page) == ["overdue"]


def test_long_sentences_matter_on_pages_for_children_only(make_page):
    body = [("ruby", "{学校|がっこう}が" + "おわったあと" * 8 + "。")]
    assert kinds(make_page("grown", body=body, **GOOD)) == []
    page = make_page("kids", body=body, kind=ChildrenPage, **GOOD)
    assert kinds(page) == ["long_sentence"]


def test_addresses_of_other_languages_lead_somewhere(make_page):
    body = [text('<a href="/en/">English</a>'), text('<a href="/en/none/">none</a>')]
    page = make_page("languages", body=body, **GOOD)
    home = Site.objects.get(is_default_site=True).root_page
    english, _is_new = Locale.objects.get_or_create(language_code="en")
    if not home.has_translation(english):
        home.copy_for_translation(english).save_revision().publish()
    assert kinds(page) == ["broken_link"]


def test_what_stops_stops_the_request_and_the_approval(make_page, cast, log_in):
    page = make_page(live=False, body=[text('<a linktype="page" id="9999">x流</a>')])
    draft = page.get_latest_revision_as_object()
    draft.save_revision(user=cast["editor"])
    page.refresh_from_db()
    answer = log_in("editor").post(
        f"/admin/approval/{page.pk}/request/", {"message": "お願い"}
    )
    assert answer.status_code == 422
    assert "お願い" in answer.text
    assert str(KINDS["broken_link"][1]) in answer.text
    assert not page.workflow_in_progress


def test_the_request_checks_the_draft_that_was_just_saved(make_page, cast, log_in):
    page = make_page(**GOOD)
    draft = page.get_latest_revision_as_object()
    draft.body = [("text", RichText('<p><a linktype="page" id="9999">流れ</a></p>'))]
    draft.lead = "１６時"
    draft.save_revision(user=cast["editor"])
    path = f"/admin/approval/{page.pk}/request/"
    client = log_in("editor")
    assert 'data-kind="full_width"' in client.get(path).text
    assert client.post(path, {}).status_code == 422
    assert not page.workflow_in_progress


def test_a_link_that_breaks_while_the_page_waits_is_not_approved(make_page, cast):
    target = make_page("target", **GOOD)
    page = make_page(
        live=False, body=[text(f'<a linktype="page" id="{target.pk}">流れ</a>')]
    )
    state = approval.request_approval(
        page.get_latest_revision_as_object(), by=cast["editor"]
    )
    target.unpublish()
    with pytest.raises(approval.ValidationError):
        approval.approve(state, by=cast["head"], shown=state.revision_id)


def test_one_press_makes_a_draft_and_leaves_the_public_page(make_page, log_in):
    page = make_page(
        body=[text("１６時、①"), ("questions", [{"question": "ｶﾅ", "answer": "い"}])]
    )
    client = log_in("editor")
    answer = client.post(
        f"/admin/checks/{page.pk}/mend/",
        {"kind": ["full_width", "machine_sign", "half_kana"]},
    )
    assert "16時、（1）" in BeautifulSoup(answer.text, "html.parser").get_text()
    assert "１６時" in str(
        ContentPage.objects.get(pk=page.pk).body.raw_data[0]["value"]
    )
    draft = Page.objects.get(pk=page.pk).get_latest_revision_as_object()
    raw = draft.body.raw_data
    assert "16時、（1）" in raw[0]["value"]
    assert raw[0]["id"] == page.body.raw_data[0]["id"]
    assert "カナ" in str(raw[1]["value"])
    back = re.search(r"/admin/pages/\d+/revisions/\d+/revert/", answer.text)[0]
    assert client.get(back).status_code == 200
    with pytest.raises(approval.ValidationError):
        mend_draft(page, by=draft.latest_revision.user, kinds=["full_width"])


@pytest.mark.parametrize("person", EVERYBODY)
def test_who_may_see_and_mend(person, log_in, make_page):
    page = make_page(body=[text("１６時")])
    client = log_in(person)
    sees = person in ("editor", "admin", "programme-lead", "head")
    for path in (f"/admin/checks/{page.pk}/", "/admin/site-check/"):
        code = client.get(path).status_code
        assert (code == 200) is sees, path
        assert code in (200, 404, 302)
    client.post(f"/admin/checks/{page.pk}/mend/", {"kind": "full_width"})
    mended = Page.objects.get(pk=page.pk).has_unpublished_changes
    assert mended is (person in ("editor", "admin"))


def test_the_report_filters_counts_and_goes_out_as_a_workbook(make_page, log_in):
    page = make_page(
        body=[text('１６時<a href="/no/">こちら</a>')], title="=HYPERLINK()"
    )
    client = log_in("editor")
    text_ = client.get("/admin/site-check/?kind=full_width").text
    assert text_.count('data-kind="full_width"') == 1
    assert 'data-kind="broken_link"' not in text_
    assert client.get("/admin/site-check/?kind=nonsense&page=x&p=zz").status_code == 200
    answer = client.get(f"/admin/site-check/?page={page.pk}&weight=stops&file=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[1][1] == str(KINDS["broken_link"][1])
    assert rows[1][2] == "=HYPERLINK()"
    assert sheet.cell(2, 3).data_type == "s"


def test_the_report_costs_the_same_however_many_pages(
    make_page, django_assert_max_num_queries
):
    counts = []
    check_all()  # what is cached from the first time on
    for number in range(2):
        for count in range(3):
            make_page(f"p{number}{count}", live=bool(count), body=[text("１")])
        with django_assert_max_num_queries(20) as queries:
            assert check_all()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_lists_are_the_citys(make_page, log_in):
    client = log_in("editor")
    page = make_page(
        body=[text('<a href="/forms/referral/">申込み</a>ＢＢハウス')], **GOOD
    )
    assert kinds(page) == ["full_width"]
    for kind, word in (("vague_link", "申込み"), ("name", "ＢＢハウス")):
        client.post("/admin/check-words/new/", {"kind": kind, "text": word})
    assert kinds(page) == ["vague_link"]
    client.post(
        "/admin/check-words/new/", {"kind": "sign", "text": "〠", "replacement": "①"}
    )
    assert not CheckWord.objects.filter(text="〠").exists()


def test_where_editors_publish_by_themselves_the_check_stops_as_well(make_page, log_in):
    from home.models import ApprovalSettings

    rule = ApprovalSettings.load()
    rule.is_required = False
    rule.save()
    page = make_page(live=False, body=[text('<a linktype="page" id="9999">流れ</a>')])
    log_in("editor").post(
        f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}&next=/admin/", {}
    )
    assert not ContentPage.objects.get(pk=page.pk).live
