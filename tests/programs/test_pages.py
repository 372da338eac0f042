"""The public pages: every fact of the seed, editable, and nothing from elsewhere."""

import html
import re
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone
from wagtail.models import Page
from wagtail.models import Site as WebSite

from home.kanji import is_hard
from home.models import ChildrenPage, ContentPage, PrivacyPage
from programs import seed
from programs.models import ProgrammePage, ServiceType, Site, SitePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed with its demo, which every test of this file takes."""
    cache.clear()


PATHS = [
    "/",
    "/sites/",
    "/sites/enmusubi/",
    "/sites/bb-house/",
    "/hogosha/",
    "/nagare/",
    "/soudan/",
    "/kodomo/",
    "/school/",
    "/jigyo/",
    "/suuji/",
    "/faq/",
    "/news/",
    "/news/news-example/",
    "/shiryo/",
    "/accessibility/",
    "/privacy/",
]
HOURS = ["16時～21時", "5時間", "11時～21時", "10時間", "お休み"]
SUPPORT = [
    "食事の提供",
    "学習サポート",
    "こどもたちが自由に過ごせる場所の提供",
    "生活習慣の形成",
    "個別の課題に応じた相談支援",
    "市・学校・関係機関・地域・市内のこどもの居場所運営団体",
]
AUDIENCE = "市・学校・市内のこどもの居場所団体等が把握している、支援が必要なこども"
FACTS = {
    "/": [
        "とよなか縁結実",
        "BBハウス",
        *HOURS,
        *SUPPORT,
        AUDIENCE,
        "25名程度",
        "30名程度",
        "令和6年時点",
        "小学生・中学生",
        "市が利用を決めたこども",
    ],
    "/sites/enmusubi/": [*HOURS, *SUPPORT, AUDIENCE, "25名程度", "令和6年時点"],
    "/sites/bb-house/": ["サテライト", "16時～21時", "とよなか縁結実", *SUPPORT],
    "/hogosha/": [AUDIENCE, *HOURS, 'href="/nagare/"', "市が必要と認めたお子さん"],
    "/nagare/": ["利用スタート", "保護者の方と面談", "気持ちを、できるかぎり"],
    "/faq/": [
        "市が必要と認めたお子さん",
        "だれがいるの？",
        "紹介票と虐待の通告は同じですか",
        "決裁権者はセンター長としています",
    ],
    "/suuji/": ["25名程度", "30名程度", "令和6年時点"],
    "/school/": [
        "学校を訪問して事業の内容を説明する",
        "要対協名簿登載児童の場合はケースの担当者が、それ以外の場合は"
        "こども総合相談窓口の担当職員が中心となり",
        "利用の必要性を組織として判断",
        "拠点事業に限らない困りごとについて把握し、信頼関係を",
        "可能な範囲で児童・保護者の意向を確認",
        'href="/forms/referral/"',
        *HOURS,
    ],
    "/jigyo/": [
        "36平方キロメートル",
        "39.8万人",
        "令和6年時点",
        "より支援が必要なこどもへの見守り強化の必要性",
        "令和4年度に市が主催でモデル事業を実施",
        "支援対象児童等の見守りができた",
        "安心な居場所の提供",
        "関係構築、相談対応",
        "食の意欲向上",
        "こども・保護者との関係構築",
        "支援にあたっての連携体制を構築できた",
        "学校との情報交換",
        "学校からの利用推奨",
        "民間居場所との情報共有",
        "関係機関と個人情報共有",
        "個別ケース検討会議参加",
        "こども安心課",
        "こども相談係",
        "支援企画係",
        "ケースマネジメント",
        "緊急対応・関係機関連携",
        "全体把握・調整",
        "契約事務",
        "拠点運営（各種支援）",
        "学校・周辺居場所・地域との関係構築",
        "サポートプラン作成、他支援・要対協登載等の検討",
        "利用申請受付・利用決定",
        "事業者調整",
        "仕様書にあるサービス（7つ）について報告を行う",
        "特に課題がみられたこどもについて報告を行う",
        "要綱に記載してある支援内容で対応できない場合",
        "児童福祉の管轄を超える場合、緊急を要する場合",
        "30人の利用登録の状況で緊急性がある問題が起きない月もある",
        "令和6年9月17日",
        "ケース担当課の事務負担を軽減できる点",
        "迅速な対応が取りづらい場合がある",
        "決裁権者はセンター長としています",
        "令和6年度 児童育成支援拠点事業自治体説明会資料",
    ],
}
UNKNOWN = ["住所", "電話番号", "利用料", "祝日", "名称の読み方"]


def words(client, path):
    """The text of a page as a reader meets it, tags and readings left out."""
    page = re.sub(r"<r[pt]>.*?</r[pt]>", "", client.get(path).text)
    return html.unescape(page)


def test_each_page_answers_in_japanese_with_one_heading(client, seeded):
    for path in PATHS:
        text = client.get(path).text
        assert 'lang="ja"' in text, path
        assert text.count("<h1") == 1, path
        assert ">None<" not in text, path
        assert "&#x27;name&#x27;" not in text, path


def test_every_fact_of_the_seed_stands_on_its_page(client, seeded):
    for path, facts in FACTS.items():
        text = words(client, path)
        assert [fact for fact in facts if fact not in text] == [], path


def test_what_the_seed_does_not_say_asks_to_enquire(client, seeded):
    text = words(client, "/sites/enmusubi/")
    for name in UNKNOWN:
        assert re.search(rf"<dt>{name}</dt>\s*<dd>お問い合わせください</dd>", text), (
            name
        )


def test_no_page_asks_anything_of_another_origin(client, seeded):
    for path in PATHS:
        text = client.get(path).text
        loaded = re.findall(
            r'<(?:link|script|img|iframe|use)[^>]*(?:src|href)="(.*?)"', text
        )
        canonical = re.findall(r'rel="canonical" href="(.*?)"', text)
        assert loaded
        assert all(url.startswith("/") for url in loaded if url not in canonical), path
        assert "style=" not in text
        assert "<script>" not in text


def test_each_text_of_a_page_is_the_editors_to_change(client, seeded):
    """With the texts emptied in the database, none of them is left on the page."""
    for path in PATHS:
        page = Page.objects.get(url_path="/top" + path).specific
        lead = page.lead
        assert lead[:12] in words(client, path) or "{" in lead
        headings = [block.value for block in page.body if block.block_type == "heading"]
        page.lead, page.body = "", "[]"
        page.save_revision().publish()
        main = words(client, path).split('<main id="main"')[1].split("<aside")[0]
        assert lead not in main, path
        assert not [heading for heading in headings if f"<h2>{heading}</h2>" in main]


def test_a_change_of_hours_shows_on_both_pages_at_once(client, seeded):
    hours = Site.objects.get(slug="enmusubi").hours.get(season="term", weekday=2)
    hours.closes = "20:30"
    hours.save()
    for path in ["/", "/sites/enmusubi/", "/sites/bb-house/"]:
        assert "16時～20時30分（4時間30分）" in words(client, path)


def test_loading_twice_adds_nothing_and_keeps_what_editors_changed(seeded):
    page = ContentPage.objects.get(slug="hogosha", locale__language_code="ja")
    page.lead = "編集した文"
    page.save_revision().publish()
    ServiceType.objects.filter(code="S4").update(label_public="夕食")
    counts = [
        model.objects.count() for model in (Page, Site, ServiceType, SitePage, WebSite)
    ]
    seed.load(demo=True)
    assert counts == [
        model.objects.count() for model in (Page, Site, ServiceType, SitePage, WebSite)
    ]
    assert (
        ContentPage.objects.get(slug="hogosha", locale__language_code="ja").lead
        == "編集した文"
    )
    assert ServiceType.objects.get(code="S4").label_public == "夕食"


def test_the_seven_services_stand_with_their_codes(seeded):
    rows = ServiceType.objects.filter(is_optional=False)
    assert [row.code for row in rows] == [f"S{n}" for n in range(1, 8)]


# One of them asks for emergency notices, which stand on every page.
MOST_QUERIES = 22


def test_the_top_page_costs_a_bounded_number_of_queries(
    client, seeded, django_assert_max_num_queries
):
    client.get("/")
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/")
    main = Site.objects.get(slug="enmusubi")
    for number in range(5):
        Site.objects.create(
            slug=f"more-{number}",
            name=f"架空{number}",
            parent=main,
            operator=main.operator,
        )
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/")


def test_a_hidden_site_is_on_no_page_and_in_no_calendar(client, seeded):
    Site.objects.filter(slug="bb-house").update(is_public=False, name="かくれ家")
    assert client.get("/sites/bb-house/").status_code == 404
    assert client.get("/sites/bb-house/calendar.ics").status_code == 404
    assert "かくれ家" not in client.get("/").text
    assert "かくれ家" not in client.get("/sites/enmusubi/").text


def test_the_address_is_shown_as_far_as_allowed(client, seeded):
    site = Site.objects.filter(slug="enmusubi")
    site.update(address="豊中市架空町1-2-3", area="架空町のあたり")
    for visibility in Site.AddressVisibility.values:
        site.update(address_visibility=visibility)
        for path in ["/sites/enmusubi/", "/api/v1/sites"]:
            text = client.get(path).text
            assert ("1-2-3" in text) is (visibility == "public")
            assert ("のあたり" in text) is (visibility == "area_only")
        for path in ["/", "/sites/enmusubi/calendar.ics", "/sitemap.xml"]:
            assert "架空町" not in client.get(path).text


UNREADABLE_MONTHS = [
    "2026-13",
    "0000-00",
    "9999-12",
    "1",
    "2026-1",
    "あ",
    "-",
    "😀" * 3000,
]


def test_a_month_that_cannot_be_read_is_answered_clearly(client, seeded):
    for month in UNREADABLE_MONTHS:
        response = client.get("/sites/enmusubi/", {"month": month})
        assert response.status_code == 400, month
        assert "月の指定を読み取れませんでした" in response.text


def test_the_month_asked_for_is_shown_in_full(client, seeded):
    first = (timezone.localdate().replace(day=1) - date.resolution).replace(day=1)
    full_width = f"{first:%Y-%m}".translate(
        str.maketrans("0123456789-", "０１２３４５６７８９－")
    )
    for asked in (f"{first:%Y-%m}", full_width):
        response = client.get("/sites/enmusubi/", {"month": asked})
        assert response.status_code == 200
        assert f"年（{first.year}年）{first.month}月" in response.text


def test_the_site_map_names_every_published_page_and_no_other(client, seeded):
    PrivacyPage.objects.get(slug="privacy", locale__language_code="ja").unpublish()
    text = client.get("/sitemap.xml").text
    calendars = 2
    assert text.count("<loc>") == len(PATHS) - 1 + calendars
    assert "/privacy/" not in text
    assert "/school/" in text


def test_every_hard_word_on_the_page_for_children_has_its_reading(client, seeded):
    page = BeautifulSoup(client.get("/kodomo/").content, "html.parser")
    for part in page.find_all(["ruby", "script", "title"]):
        part.decompose()
    text = page.body.text.replace("縁結実", "")  # its reading is the city's to say
    assert [sign for sign in text if is_hard(sign)] == []


def test_there_is_one_top_page_and_it_is_the_sites_root(seeded):
    assert (
        WebSite.objects.get().root_page_id
        == ProgrammePage.objects.get(locale__language_code="ja").pk
    )


def test_markup_typed_into_a_reading_stays_text(client, seeded):
    page = ChildrenPage.objects.get(slug="kodomo", locale__language_code="ja")
    page.lead = "{漢字|かんじ}<script>alert(1)</script>{<b>|x}"
    page.save_revision().publish()
    text = client.get("/kodomo/").text
    assert "<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>" in text
    assert "<script>alert" not in text
    assert "<ruby>&lt;b&gt;" in text


def test_the_childrens_page_uses_no_word_that_hurts_and_a_reading_on_each_kanji(
    client, seeded
):
    page = client.get("/kodomo/").text
    main = page.split('<main id="main"')[1].split("<aside")[0]
    # The office and the numbers are kept in the settings, not written for children.
    main = re.sub(r'<section class="notice">.*?</section>', "", main, flags=re.S)
    main = re.sub(r'<section class="section ask">.*?</section>', "", main, flags=re.S)
    for word in ["虐待", "要保護", "支援対象", "ケース"]:
        assert word not in main
    bare = re.sub(r"<ruby>.*?</ruby>", "", main, flags=re.S)
    assert not re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<[^>]+>", "", bare))
