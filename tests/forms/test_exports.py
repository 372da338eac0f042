"""Answers as files: over all versions, formula-safe, lossless, and written down."""

import csv
import io
import json
from datetime import date, datetime

import openpyxl
import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from forms.documents import copy_of, sheet_of
from forms.exports import Export, named_apart
from forms.models import Submission, SubmissionEvent
from forms.services.correcting import correct
from staff.models import AuditEvent, Partner, Unit
from tests.factories import TOKYO
from tests.forms import inbox
from tests.forms.inbox import NO, YES, field
from tests.forms.journey import words_of
from tests.forms.test_typed_text import LONG

pytestmark = pytest.mark.django_db
FORMULAS = ["=1+1", "==1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "{=A1}", " =1"]
REPEAT = field(
    "siblings",
    "repeat",
    label="=きょうだい/一覧",
    fields=[field("name"), field("note", sensitive=True)],
)
FIRST = [
    field("family", label="氏名", slot="child_name"),
    field("old", label="前の設問"),
    field("q1", "radio", options=[YES, NO]),
]
SECOND = [
    field("q1", "radio", label="今の言い方", options=[YES, NO]),
    field("family", label="氏名", slot="child_name"),
    field("born", "date", label="生年月日"),
    field("count", "number", label="=人数"),
    field("phone", "phone", label="電話"),
    field("secret", label="機微な設問", sensitive=True),
    REPEAT,
    field("paper", "file", label="添付"),
]


@pytest.fixture
def consult(cast):
    """A form of two versions that the intake desk may export."""
    form = inbox.form()
    unit = Unit.objects.get(function=Unit.Function.INTAKE)
    inbox.grant(form, unit=unit, can_export=True)
    return inbox.version(form, *FIRST), inbox.version(form, *SECOND, number=2)


@pytest.fixture
def sent(consult):
    first, second = consult
    old = inbox.received(
        first,
        {"f_family": "𠮷田", "f_old": "前の答え", "f_q1": "o_yes"},
        submitted_at=datetime(2026, 1, 1, 0, 30, tzinfo=TOKYO),
    )
    new = inbox.received(
        second,
        {
            "f_q1": "o_no",
            "f_family": "\ufa19葛\U000e0100城",
            "f_born": "2016-07-15",
            "f_count": "12",
            "f_phone": "+819000000000",
            "f_secret": "極秘の事情",
            "f_siblings": [
                {"id": "r1", "f_name": "兄", "f_note": "極秘の兄"},
                {"id": "r2", "f_name": "妹"},
            ],
            "f_paper": [
                {"id": "x", "name": "意見書.pdf", "type": "application/pdf", "size": 9}
            ],
        },
    )
    return old, new


@pytest.fixture
def export(log_in, consult):
    """The file that somebody gets: ``export("intake", "csv")``."""

    def get(who="intake", file_format="csv", **more):
        data = {"form": consult[0].form_id, "file_format": file_format, **more}
        return log_in(who).post(reverse("inbox:export"), data)

    return get


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def rows_in(content: bytes, codec="utf-8-sig") -> list[dict]:
    text = content.decode(codec)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_one_sheet_holds_the_questions_of_all_versions(sent, export):
    old, new = rows_in(body(export()))
    assert list(old)[8:] == [
        "今の言い方",
        "氏名",
        "生年月日",
        "'=人数",
        "電話",
        "'=きょうだい/一覧",
        "添付",
        "（旧項目）前の設問",
    ]
    assert (old["受付番号"], old["版"]) == (sent[0].receipt, "1")
    assert old["（旧項目）前の設問"] == "前の答え"
    assert (old["今の言い方"], new["今の言い方"]) == ("はい", "いいえ")
    assert old["生年月日"] == ""
    assert new["氏名"] == "\ufa19葛\U000e0100城"
    assert new["添付"] == "意見書.pdf"
    assert "None" not in str(old) + str(new)


def test_d31_moments_are_those_of_japan(sent, export):
    assert rows_in(body(export()))[0]["受付日時"] == "2026/01/01 00:30"
    book = openpyxl.load_workbook(io.BytesIO(body(export(file_format="xlsx"))))
    assert book["全件"].cell(2, 2).value == datetime(2026, 1, 1, 0, 30)
    (first, _second) = json.loads(body(export(file_format="json")))["submissions"]
    assert first["submitted_at"] == "2026-01-01T00:30:00+09:00"
    for paper in (copy_of(sent[0]), sheet_of(sent[0])):
        assert "令和8年1月1日（木）0:30" in "".join(words_of(paper).split())


def test_excel_has_a_sheet_for_each_version_repeat_and_the_dictionary(sent, export):
    book = openpyxl.load_workbook(io.BytesIO(body(export(file_format="xlsx"))))
    assert book.sheetnames == ["全件", "第2版", "第1版", "きょうだい 一覧", "項目一覧"]
    siblings = [[c.value for c in row] for row in book["きょうだい 一覧"]]
    assert siblings[1][:3] == [sent[1].receipt, 1, "兄"]
    assert siblings[2][:3] == [sent[1].receipt, 2, "妹"]
    heads = [c.value for c in book["第1版"][1]]
    assert heads[8:] == ["氏名", "前の設問", "設問q1"]
    row = dict(zip([c.value for c in book["全件"][1]], book["全件"][3], strict=True))
    assert row["生年月日"].value.date() == date(2016, 7, 15)
    assert row["=人数"].value == 12
    assert row["電話"].value == "+81 90-0000-0000"
    assert row["電話"].data_type == "s"
    words = [c.value for line in book["項目一覧"] for c in line]
    assert {"q1", "今の言い方", "設問q1", "yes: はい\nno: いいえ"} <= set(words)


def test_the_dictionary_calls_the_kinds_as_the_editor_does(sent, export):
    rows = rows_in(body(export(version="項目一覧")))
    kinds = {row["項目コード"]: row["種別"] for row in rows}
    assert kinds["q1"] == "1つ選ぶ（すべて表示）"
    assert kinds["siblings"] == "繰り返し（きょうだい・連絡先など）"
    whole = json.loads(body(export(file_format="json")))
    assert {"radio", "repeat"} <= {row["type"] for row in whole["dictionary"]}


def test_sensitive_answers_stay_out_unless_a_reason_is_given(sent, export):
    for kind in ("csv", "xlsx", "json"):
        content = body(export(file_format=kind))
        if kind == "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(content))
            content = str([[c.value for c in r] for s in book for r in s]).encode()
        assert "極秘" not in content.decode()
    refused = export(with_sensitive="on").content.decode()
    assert "理由" in refused
    assert "極秘" not in refused
    text = body(export(with_sensitive="on", reason="会議の資料")).decode()
    assert "極秘の事情" in text
    event = AuditEvent.objects.filter(action="export").order_by("-seq").first()
    assert (event.detail["sensitive"], event.detail["reason"]) == (True, "会議の資料")


def test_f38_an_export_says_who_took_how_many_by_which_filter(sent, export, cast):
    body(export())
    event = AuditEvent.objects.get(action="export")
    assert event.by == cast["intake"]
    assert event.detail["count"] == 2
    assert event.detail["form"] == "consult"
    rows = SubmissionEvent.objects.filter(kind="exported")
    assert {row.submission for row in rows} == set(sent)


def test_f38_without_its_audit_no_file_leaves(sent, export, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("forms.services.exporting.record_event", broken)
    with pytest.raises(DatabaseError):
        export()
    assert not SubmissionEvent.objects.exists()


@pytest.mark.parametrize(
    ("who", "may"),
    [("intake", True), ("programme", False), ("caseworker", False), ("head", False)],
)
def test_exporting_is_a_right_of_its_own(consult, sent, export, who, may):
    inbox.grant(consult[0].form, role="programme_manager", can_act=True)
    answer = export(who)
    assert (answer.status_code == 200 and answer.streaming) == may
    assert AuditEvent.objects.filter(action="export").exists() == may


def test_f36_rows_that_one_may_not_see_do_not_leave(consult, cast, sent, export):
    hidden = inbox.received(inbox.version(inbox.form("other")))
    content = body(export(pick=[hidden.pk, sent[0].pk])).decode("utf-8-sig")
    assert hidden.receipt not in content
    assert sent[0].receipt in content
    assert sent[1].receipt not in content
    answer = export(form=hidden.form_id)
    assert answer.status_code == 200
    assert not answer.streaming


@pytest.mark.parametrize("kind", ["csv", "cp932", "xlsx"])
def test_d30_nothing_in_a_file_is_a_formula_and_everything_is_kept(cast, log_in, kind):
    form = inbox.form("=cmd".strip("="))
    unit = Unit.objects.get(function=Unit.Function.INTAKE)
    inbox.grant(form, unit=unit, can_export=True)
    fields = [field(f"q{n}", label=text) for n, text in enumerate(FORMULAS)]
    version = inbox.version(form, *fields)
    answers = {f"f_q{n}": text for n, text in enumerate(FORMULAS)}
    inbox.received(version, answers)
    data = {"form": form.pk, "file_format": kind}
    content = body(log_in("intake").post(reverse("inbox:export"), data))
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book for row in sheet for cell in row]
        assert all(cell.data_type != "f" for cell in cells)
        assert set(FORMULAS) <= {cell.value for cell in cells}
        return
    text = content.decode("cp932" if kind == "cp932" else "utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    for line in lines:
        assert not any(cell.strip("\t 　")[:1] in "=+-@＝" for cell in line if cell)
    kept = [cell.removeprefix("'") for cell in lines[1][8:]]
    assert kept == FORMULAS


def test_d29_one_control_character_breaks_no_file(consult, export):
    # PostgreSQL keeps no NUL in JSON, so there such a row cannot be.
    null = "" if connection.vendor == "postgresql" else "\x00"
    made = {
        "f_family": f"前\x0b後{null}\ufffe",
        "f_q1": "o_yes",
    }
    inbox.received(consult[0], made)
    for kind in ("csv", "xlsx", "json"):
        assert export(file_format=kind).status_code == 200
    assert rows_in(body(export()))[0]["氏名"] == "前後"


def test_cp932_shows_what_it_loses_before_anything_leaves(sent, export):
    page = export(file_format="cp932")
    text = page.content.decode()
    assert "𠮷" in text and "氏名" in text
    assert not AuditEvent.objects.filter(action="export").exists()
    content = body(export(file_format="cp932", accept_losses="on"))
    assert rows_in(content, "cp932")[0]["氏名"] == "〓田"


def test_d27_utf8_json_and_excel_keep_names_sign_by_sign(sent, export):
    name = "\ufa19葛\U000e0100城"
    assert name in body(export()).decode()
    data = json.loads(body(export(file_format="json")))
    answer = data["submissions"][1]["answers"]["family"]
    assert answer == {"label": "氏名", "text": name, "value": name}
    assert data["submissions"][1]["answers"]["q1"]["value"] == "no"
    book = openpyxl.load_workbook(io.BytesIO(body(export(file_format="xlsx"))))
    assert name in {c.value for row in book["全件"] for c in row}


def test_d26_ten_thousand_characters_leave_sign_by_sign(consult, export):
    text = "".join(LONG[:10_000])
    made = inbox.received(consult[0], {"f_family": "架空", "f_old": text})
    assert rows_in(body(export()))[0]["（旧項目）前の設問"] == text
    book = openpyxl.load_workbook(io.BytesIO(body(export(file_format="xlsx"))))
    assert book["第1版"].cell(2, 10).value == text
    sent = json.loads(body(export(file_format="json")))["submissions"]
    assert sent[0]["answers"]["old"]["value"] == text
    paper = "".join(words_of(copy_of(made)).split())
    assert paper.count("\U00020bb7田") == text.count("\U00020bb7田")
    assert paper.count("葛\U000e0100") + paper.count("葛") >= text.count("葛")
    assert "\ufffd" not in paper


def test_corrected_answers_leave_corrected_and_marked(sent, export, cast):
    correct(sent[0], by=cast["intake"], key="f_old", typed="直した", reason="電話")
    row = rows_in(body(export()))[0]
    assert row["（旧項目）前の設問"] == "直した"
    assert row["訂正"] == "前の設問"


def test_the_file_name_tells_nothing_of_anybody(sent, export):
    disposition = export()["Content-Disposition"]
    assert "consult" in disposition
    assert "𠮷" not in disposition


def test_a_list_that_is_narrowed_exports_its_rows(sent, consult, log_in):
    url = f"{reverse('inbox:export')}?since=R8.6.1"
    data = {"form": consult[0].form_id, "file_format": "csv"}
    rows = rows_in(body(log_in("intake").post(url, data)))
    assert [row["受付番号"] for row in rows] == [sent[1].receipt]
    detail = AuditEvent.objects.get(action="export").detail
    assert detail["filter"]["since"] == "2026-06-01"


def test_one_version_and_the_dictionary_leave_as_csv_too(sent, export):
    rows = rows_in(body(export(version="第1版")))
    assert [row["前の設問"] for row in rows] == ["前の答え"]
    assert "yes: はい" in body(export(version="項目一覧")).decode()


def test_g45_an_export_asks_for_rows_in_portions(
    consult, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr("forms.exports.PORTION", 10)
    school = Partner.objects.get(code="S-OWN")
    for _at in range(25):
        inbox.received(consult[0], {"f_family": "架空"}, partner=school)
    keys = list(Submission.objects.values_list("pk", flat=True))
    export = Export(consult[0].form, keys, with_sensitive=False)
    with django_assert_max_num_queries(3 * 3 + 1):
        assert len(list(export.records())) == 25


def test_sheet_names_are_ones_that_a_spreadsheet_program_takes():
    from forms.exports import Table

    names = ["=[a]:*?/\\'", "x" * 40, "X" * 40, "", "第1版", "第1版"]
    made = [t.name for t in named_apart([Table(n, [], None) for n in names])]
    assert len({name.casefold() for name in made}) == len(made)
    for name in made:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name[0] not in "'=" and name[-1] != "'"
