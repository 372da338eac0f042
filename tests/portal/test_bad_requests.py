"""Bad requests, bad answers of the public, bad files: a clear answer in Japanese."""

import io

import pytest
import regex
from django.core.files.uploadedfile import SimpleUploadedFile

from exchange.models import ImportBatch
from exchange.writing import to_csv, to_xlsx
from forms.answers import answer
from forms.models import Draft, Submission
from programs import seed
from programs.resources import PartnerResource
from staff.models import Partner
from tests.factories import PartnerFactory
from tests.forms.journey import REFERRAL, Journey
from tests.portal.bad_input import (
    LISTS,
    QUERIES,
    RICH,
    answered,
    begun,
    browser_of,
    everything,
    is_japanese,
    records,
    served,
)

pytestmark = pytest.mark.django_db
LONG = (RICH * 700)[:10_001]
PAGE = "/admin/exchange/partners/"


# The public form


@pytest.fixture
def journey(cast):
    return begun(cast["school"])


def test_a_question_that_is_not_asked_takes_no_forged_answer(journey):
    version = Draft.objects.get().version
    asked = {f["code"]: f for p in version.document["pages"] for f in p["fields"]}
    irrelevant = asked["phoned_at"]["key"]
    other = Journey(journey.client).begin()
    others_key = other.state()["draft_key"][0]
    forged = {irrelevant: "14:05", "f_zzzzzzzz": "秘密", "revision": "99", "pk": "1"}
    journey.next({"kind": "use", "urgency": "normal"}, **forged)
    stolen = journey.state() | {"draft_key": [others_key], "f_zzzzzzzz": ["秘密"]}
    before = list(Draft.objects.order_by("pk").values("answers"))
    assert answered(journey.client.post(journey.url, stolen)).status_code == 404
    assert list(Draft.objects.order_by("pk").values("answers")) == before

    answers = {k: v for k, v in REFERRAL.items() if k != "school"}
    journey.walk(answers).send()

    submission = Submission.objects.get()
    assert answer(submission, "phoned_at") is None
    assert "14:05" not in str(submission.answers)
    assert "秘密" not in str(submission.answers)
    assert answer(submission, "facts") == REFERRAL["facts"].replace("\r\n", "\n")


def test_bad_answers_of_the_public_form_are_kept_beside_their_sentence(journey):
    journey.next()
    assert journey.errors and all(map(is_japanese, journey.errors))
    journey.next({"kind": "use", "urgency": "normal"})
    journey.next({"writer_name": LONG, "writer_phone": "内線１２"})
    # Counted as people see characters: a family of four is one.
    length = len(regex.findall(r"\X", LONG))
    assert any(f"今の入力は{length}文字" in text for text in journey.errors)
    assert journey.value("writer_name") == [LONG]
    assert journey.value("writer_phone") == ["内線１２"]
    good = {k: v for k, v in REFERRAL.items() if k.startswith(("writer", "contact"))}
    journey.next(good)
    for parts in (
        ("令和8", "２", "30"),
        ("平成40", "1", "1"),
        ("昭和100", "1", "1"),
        ("2016", "13", "x"),
        ("9" * 99, "\x00", "-1"),
    ):
        journey.next({"birth_date": parts})
        about = [text for text in journey.errors if "生年月日" in text]
        assert about and all(map(is_japanese, journey.errors)), parts
    names = {k: v for k, v in REFERRAL.items() if "child" in k or k == "grade"}
    journey.next(names | {"birth_date": ("平成２８", "７", "１５"), **REFERRAL})
    assert not journey.errors


# Requests


@pytest.mark.parametrize("charset", ["rot13", "hex", "undefined", "utf-16", "x"])
def test_no_charset_that_a_client_names_brings_the_server_down(charset, db):
    kind = f"text/plain; charset={charset}"
    status, _page = served("/forms/?q=%41&b=2", CONTENT_TYPE=kind)
    assert status == 200


def test_no_cookie_brings_a_page_down(client):
    client.raise_request_exception = False
    for value in (
        '"\\000\\000aaaaaaaaaa"',
        "x" * 5000,
        '"\\355\\240\\200aaaaaaaa"',
        "=",
    ):
        names = ("sessionid", "csrftoken", "draft_key", "messages")
        cookies = "; ".join(f"{name}={value}" for name in names)
        for path in ("/accounts/login/", "/admin/", "/status/"):
            answered(client.get(path, HTTP_COOKIE=cookies))


def test_no_parameter_of_a_list_brings_it_down(cast, site):
    records(cast, site)
    for who, lists in LISTS.items():
        browser = browser_of(cast[who])
        for name in lists:
            for query in QUERIES:
                response = answered(browser.get(f"/admin/{name}/?{query}"))
                assert response.status_code == 200, (name, query)
            response = answered(browser.get(f"/admin/{name}/?p=1&q=%00%22'"))
            assert response.status_code == 400
            assert "読み取れ" in response.content.decode()


def test_bad_months_and_bad_dates_are_told_and_answered(client):
    seed.load(demo=True)
    client.raise_request_exception = False
    for month in ("2026-13", "9999-12", "0001-01", "令和8年2月", "x" * 3000, "-"):
        response = answered(client.get("/sites/enmusubi/", {"month": month}))
        assert response.status_code == 400 and is_japanese(response.content.decode())
    days = "/api/v1/sites/enmusubi/opening-days"
    for start, end in (
        ("2026-02-30", "2026-03-01"),
        ("令和8年1月1日", "x"),
        ("9" * 30, "1e400"),
        ("2026-12-01", "2026-11-01"),
        ("0001-01-01", "9999-12-31"),
        ("", ""),
    ):
        response = answered(client.get(days, {"from": start, "to": end}))
        assert response.status_code == 422
        assert is_japanese(response.json()["title"])
    for edge in ("0001-01-01", "9999-12-31"):
        response = answered(client.get(days, {"from": edge, "to": edge}))
        assert len(response.json()) == 1
    for body in (b'{"a": "\\ud800\\u0000"}', b"\xff{", b"{" * 5000):
        for path in ("/api/v1/sites", days, "/api/v1/nothing"):
            told = answered(client.generic("POST", path, body, "application/json"))
            assert told.status_code in (404, 405)


# Files


def uploaded(browser, name, content):
    file = SimpleUploadedFile(name, content)
    return answered(browser.post(PAGE, {"file": file, "encoding": "auto"}))


def test_a_file_that_is_none_is_refused_in_japanese_and_takes_nothing_in(cast):
    browser, before = browser_of(cast["programme"]), everything()
    good = to_xlsx(["コード", "学校・団体名"], [["0001", "架空小学校"]])
    for name, content in (
        ("空.csv", b""),
        ("空.xlsx", b""),
        ("壊.xlsx", b"PK\x03\x04broken"),
        ("半.xlsx", good[: len(good) // 2]),
        ("マクロ.xlsm", good),
        ("古.xls", b"\xd0\xcf\x11\xe0" * 200),
        ("偽.xlsx", "コード,学校・団体名".encode()),
        ("零.csv", b"\x00\xff"),
        ("長.csv", "コード\n".encode() + b"1" * 140_000),
        ("名" * 250 + ".csv", b"x"),
    ):
        response = uploaded(browser, name, content)
        assert response.status_code == 200, name
        errors = response.context["upload_form"].errors["file"]
        assert errors and all(map(is_japanese, errors)), name
    assert everything() == before and not ImportBatch.objects.exists()


def test_a_csv_of_an_old_program_is_read_and_a_hidden_row_is_not(cast, monkeypatch):
    browser = browser_of(cast["programme"])
    headings = ["コード", "学校・団体名", "種別", "電話番号", "使用中"]
    row = ["0001", "架空髙﨑小学校", "学校", "０６−６０００−００００", "はい"]
    content = to_csv(headings, [row], "utf-8").content.decode("utf-8-sig")
    assert uploaded(browser, "旧.csv", content.encode("cp932", "replace")).url
    assert ImportBatch.objects.get().counts["wrong"] in (0, 1)
    hidden = PartnerFactory(code="0001", name="よその学校")
    rows = Partner.objects.exclude(pk=hidden.pk)
    monkeypatch.setattr(PartnerResource, "get_queryset", lambda self: rows.all())

    page = browser.get(uploaded(browser, "他.xlsx", to_xlsx(headings, [row])).url)

    (problem,) = page.context["problems"]
    assert problem.row == 2 and is_japanese(problem.reason)
    assert "よその学校" not in page.content.decode()
    hidden.refresh_from_db()
    assert hidden.name == "よその学校"
    for path in ("/admin/exchange/referrals/", "/admin/exchange/nothing/"):
        told = answered(browser.post(path, {"file": io.BytesIO(content.encode())}))
        assert told.status_code in (302, 403, 404)
