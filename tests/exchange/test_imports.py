"""Imports and exports through their pages: what was shown is what is done."""

import io
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from exchange.imports import drop_left_over
from exchange.models import ImportBatch
from exchange.reading import read
from exchange.writing import to_csv, to_xlsx
from staff.models import AuditEvent, Partner
from tests.conftest import EVERYBODY
from tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db

HEADINGS = [
    "コード",
    "学校・団体名",
    "フリガナ",
    "種別",
    "電話番号",
    "郵便番号",
    "住所",
    "使用中",
]
PAGE = "/admin/exchange/partners/"
MAY = {"programme", "programme-lead", "admin"}


def row(code, name="架空小学校", phone="06-6000-0000", kind="school", **more):
    label = str(Partner.Kind(kind).label) if kind in Partner.Kind else kind
    return [code, name, "", label, phone, more.get("post", ""), "", "はい"]


def file_of(*rows, name="一覧.xlsx", content=None):
    return SimpleUploadedFile(name, content or to_xlsx(HEADINGS, rows))


def send(client, *rows, **file):
    """Upload a file; the response."""
    return client.post(PAGE, {"file": file_of(*rows, **file), "encoding": "auto"})


def checked(client, *rows, **file):
    """Upload a file that can be read; its batch."""
    response = send(client, *rows, **file)
    assert response.status_code == 302, response.content.decode()
    return ImportBatch.objects.latest("pk")


def act(client, batch, name="confirm", **data):
    batch.refresh_from_db()
    data.setdefault("fingerprint", batch.fingerprint)
    return client.post(f"{PAGE}{batch.pk}/{name}/", data, follow=True)


@pytest.fixture
def programme(log_in):
    return log_in("programme")


def everything():
    return list(Partner.objects.order_by("pk").values())


def test_a_check_takes_nothing_in_and_shows_new_changed_same_and_wrong(programme):
    PartnerFactory(code="0001", name="架空第一小学校", phone="0660000000")
    PartnerFactory(code="0002", name="架空第二小学校", phone="0660000000")
    before = everything()

    batch = checked(
        programme,
        row("0001", "架空第一小学校"),
        row("0002", "架空𠮷田小学校"),
        row("0003"),
        row("0004", phone="660000000"),
    )
    page = programme.get(f"{PAGE}{batch.pk}/").content.decode()

    assert batch.counts == {"new": 1, "changed": 1, "same": 1, "wrong": 1}
    assert everything() == before
    assert "9けたです" in page and "660000000" in page
    assert "架空第二小学校" in page and "架空𠮷田小学校" in page
    assert "エラー行を除いて取り込む" in page


def test_confirming_takes_in_the_whole_and_the_same_file_again_changes_nothing(
    programme, cast
):
    rows = [row("0001", "架空𠮷田小学校 髙﨑分校"), row("０００２", kind="group")]
    act(programme, checked(programme, *rows))

    assert Partner.objects.get(code="0001").name == "架空𠮷田小学校 髙﨑分校"
    assert Partner.objects.get(code="0002").phone == "0660000000"
    event = AuditEvent.objects.get(event="partners.imported")
    assert (event.by, event.action) == (cast["programme"], "import")
    assert event.detail["records"] == ["0001", "0002"]
    again = checked(programme, *rows)
    assert again.counts == {"new": 0, "changed": 0, "same": 2, "wrong": 0}
    before = everything()
    act(programme, again)
    assert everything() == before


def test_a_file_with_errors_is_refused_as_a_whole(programme):
    before = everything()
    batch = checked(programme, row("0001"), row("0002", name=""))

    act(programme, batch)

    assert everything() == before
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.PREVIEWED


def test_rows_with_errors_can_be_left_out_saved_corrected_and_taken_in(programme):
    batch = checked(programme, row("0001"), row("0002", phone="1"), row("0001"))
    saved = programme.get(f"{PAGE}{batch.pk}/errors/")
    act(programme, batch, leave_wrong_rows="1")
    wrong = list(load_workbook(io.BytesIO(saved.content)).active.values)

    assert Partner.objects.filter(code="0001").exists()
    assert not Partner.objects.filter(code="0002").exists()
    assert wrong[0] == (*HEADINGS, "エラー内容")
    assert [line[0] for line in wrong[1:]] == ["0002", "0001"]
    assert "既に2行目にあります" in wrong[2][-1]

    corrected = [list(wrong[0]), *(list(line) for line in wrong[1:])]
    corrected[1][4], corrected[2][0] = "0660000001", "0003"
    content = to_xlsx(corrected[0], [[v or "" for v in line] for line in corrected[1:]])
    batch = checked(programme, content=content)
    act(programme, batch)
    assert Partner.objects.filter(code__in=["0002", "0003"]).count() == 2


@pytest.mark.parametrize(
    ("wrong", "column", "reason"),
    [
        (row("あ"), "コード", ""),
        (row(""), "コード", ""),
        (row("0001", name=""), "学校・団体名", ""),
        (row("0001", name="あ" * 101), "学校・団体名", ""),
        (row("0001", kind="塾"), "種別", "次の中から選んでください"),
        (row("0001", phone="1e1000000"), "電話番号", "数字でない"),
        (row("0001", phone="٣" * 10), "電話番号", "数字でない"),
        (row("0001", post="123"), "郵便番号", "3けたです"),
        ([*row("0001")[:-1], "たぶん"], "使用中", "次の中から選んでください"),
    ],
)
def test_each_error_names_row_column_reason_and_cure(programme, wrong, column, reason):
    batch = checked(programme, row("0009"), wrong)
    (problem,) = programme.get(f"{PAGE}{batch.pk}/").context["problems"]

    assert (problem.row, problem.column) == (3, column)
    assert reason in problem.reason
    assert problem.cure and not (problem.reason + problem.cure).isascii()


def test_columns_may_be_missing_moved_or_unknown(programme):
    PartnerFactory(code="0001", name="架空小学校", phone="0661111111")
    content = to_xlsx(["学校・団体名", "校長", "コード"], [["新しい名", "某", "0001"]])
    batch = checked(programme, content=content)
    page = programme.get(f"{PAGE}{batch.pk}/").content.decode()
    act(programme, batch)

    partner = Partner.objects.get(code="0001")
    assert (partner.name, partner.phone) == ("新しい名", "0661111111")
    assert "校長" in page


def test_without_the_code_nothing_can_be_found_again(programme):
    response = send(programme, content=to_xlsx(["学校・団体名"], [["架空"]]))

    assert response.status_code == 200
    assert "見出し「コード」がありません" in response.content.decode()
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_csv_of_an_office_works(programme, encoding):
    text = to_csv(HEADINGS, [row("0001", "髙﨑小学校")], "utf-8").content
    content = text.decode("utf-8-sig").encode(encoding)
    act(programme, checked(programme, name="一覧.csv", content=content))

    assert Partner.objects.get(code="0001").name == "髙﨑小学校"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("一覧.xlsm", b"PK"),
        ("一覧.xlsx", b"PK\x03\x04broken"),
        ("一覧.csv", b"\x00\xff"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_japanese(programme, name, content):
    response = send(programme, name=name, content=content)

    assert response.status_code == 200
    assert "ファイルを読み取れませんでした" in response.content.decode()


def test_no_file_and_a_forged_encoding_are_answered(programme):
    assert programme.post(PAGE, {}).status_code == 200
    forged = {"file": file_of(row("1")), "encoding": "rot13"}
    assert programme.post(PAGE, forged).status_code == 200
    assert not ImportBatch.objects.exists()


def test_rows_changed_in_between_are_noticed_and_shown(programme):
    PartnerFactory(code="0001", name="架空小学校", phone="0660000000")
    batch = checked(programme, row("0001", "新しい名"))
    Partner.objects.filter(code="0001").update(name="ほかの人の名")

    page = act(programme, batch).content.decode()

    assert Partner.objects.get(code="0001").name == "ほかの人の名"
    assert "ほかの人の名" in page and "この結果で進める" in page
    assert "1件も取り込んでいません" in page
    act(programme, batch, "check-again")
    act(programme, batch)
    assert Partner.objects.get(code="0001").name == "新しい名"


def test_a_page_opened_before_another_check_confirms_nothing(programme):
    PartnerFactory(code="0001", name="架空小学校", phone="0660000000")
    batch = checked(programme, row("0001", "新しい名"))
    old_page = batch.fingerprint
    Partner.objects.filter(code="0001").update(name="ほかの人の名")
    act(programme, batch, "check-again")

    for forged in (old_page, "", "x"):
        act(programme, batch, fingerprint=forged)
    assert Partner.objects.get(code="0001").name == "ほかの人の名"


def test_a_kept_file_that_can_no_longer_be_read_says_so(programme):
    batch = checked(programme, row("0001"))
    ImportBatch.objects.update(content=b"PK broken")

    page = programme.get(f"{PAGE}{batch.pk}/")
    assert page.status_code == 200 and "読み取れません" in page.content.decode()
    assert programme.get(f"{PAGE}{batch.pk}/errors/").status_code == 404
    assert act(programme, batch).status_code == 200
    assert act(programme, batch, "check-again").status_code == 200


def test_a_record_added_in_between_is_noticed(programme):
    batch = checked(programme, row("0001"))
    PartnerFactory(code="0001", name="ほかの人が足した")

    act(programme, batch)

    assert Partner.objects.get(code="0001").name == "ほかの人が足した"


def test_an_error_while_saving_takes_nothing_in(programme, monkeypatch):
    batch = checked(programme, row("0001"), row("0002"))
    before, saves = everything(), []

    def save(self, *args, **kwargs):
        saves.append(self.code)
        if len(saves) == 2:
            raise OSError("disk")
        return original(self, *args, **kwargs)

    original = Partner.save
    monkeypatch.setattr(Partner, "save", save)
    page = act(programme, batch).content.decode()

    assert saves == ["0001", "0002"]
    assert everything() == before
    assert "1件も取り込んでいません" in page
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.PREVIEWED


def test_a_confirmed_or_dropped_file_is_over_and_emptied(programme):
    taken, dropped = checked(programme, row("0001")), checked(programme, row("0002"))
    act(programme, taken)
    act(programme, dropped, "drop")
    Partner.objects.filter(code="0001").delete()

    for batch in (taken, dropped):
        for name in ("confirm", "check-again", "drop"):
            assert act(programme, batch, name).status_code == 200
        batch.refresh_from_db()
        assert bytes(batch.content) == b""
        assert programme.get(f"{PAGE}{batch.pk}/").status_code == 200
        assert programme.get(f"{PAGE}{batch.pk}/errors/").status_code == 404
    assert not Partner.objects.filter(code__in=["0001", "0002"]).exists()


def test_a_file_left_over_is_emptied_after_an_hour(programme):
    old, young = checked(programme, row("0001")), checked(programme, row("0002"))
    ImportBatch.objects.filter(pk=old.pk).update(
        uploaded_at=timezone.now() - timedelta(minutes=61)
    )
    drop_left_over()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, bytes(old.content)) == (ImportBatch.State.ABANDONED, b"")
    assert young.state == ImportBatch.State.PREVIEWED and bytes(young.content)


def test_the_upload_of_another_person_does_not_exist(programme, log_in):
    batch = checked(programme, row("0001"))
    other = log_in("programme-lead")

    for path in ("", "confirm/", "check-again/", "drop/", "errors/"):
        asked = other.get if path in ("", "errors/") else other.post
        response = asked(f"{PAGE}{batch.pk}/{path}")
        missing = asked(f"{PAGE}{batch.pk + 1000}/{path}")
        assert response.status_code == missing.status_code == 404
        assert response.content == missing.content
    assert not Partner.objects.filter(code="0001").exists()


def test_a_batch_lives_under_its_own_kind_only(programme):
    batch = checked(programme, row("0001"))

    assert programme.get(f"/admin/exchange/referrals/{batch.pk}/").status_code == 404
    assert programme.get("/admin/exchange/nothing/").status_code == 404
    assert programme.post("/admin/exchange/nothing/export/").status_code == 404
    assert programme.get(f"/admin/exchange/nothing/{batch.pk}/").status_code == 404


@pytest.mark.parametrize("username", EVERYBODY)
def test_only_those_with_the_permission_bring_in_or_take_out(log_in, username):
    client = log_in(username)
    pages = [
        client.get(PAGE),
        client.get(f"{PAGE}template/"),
        client.post(f"{PAGE}export/", {"file_format": "xlsx"}),
    ]
    uploaded = send(client, row("0001"))

    if username in MAY:
        assert [page.status_code for page in pages] == [200, 200, 200]
        assert ImportBatch.objects.count() == 1
    else:
        assert all(page.status_code in (302, 403, 404) for page in pages)
        assert uploaded.status_code in (302, 403)
        assert not ImportBatch.objects.exists()
        assert not AuditEvent.objects.filter(action="export").exists()


def test_the_template_explains_itself_and_its_sample_is_not_taken_in(programme):
    response = programme.get(f"{PAGE}template/")
    book = load_workbook(io.BytesIO(response.content))

    assert book.sheetnames == ["データ", "記入要領", "コード表"]
    data = book["データ"]
    assert [cell.value for cell in data[1]] == HEADINGS
    assert data.freeze_panes == "A2"
    assert data["A2"].value.startswith("（例）")
    assert data.column_dimensions["A"].width > 10
    assert len(data.data_validations.dataValidation) == 2
    for number in range(1, 9):
        data.cell(3, number).value = row("0001")[number - 1] or None
    out = io.BytesIO()
    book.save(out)
    assert len(read(out.getvalue(), "f.xlsx", "auto", 50).rows) == 1
    act(programme, checked(programme, content=out.getvalue()))
    assert Partner.objects.get(code="0001").phone == "0660000000"


# Exports


def exported(client, file_format="xlsx", **data):
    return client.post(f"{PAGE}export/", {"file_format": file_format, **data})


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_an_export_comes_back_without_change_and_loses_nothing(programme, file_format):
    for number, name in enumerate(["=1+1", "+架空", "'=x", "𠮷田髙﨑葛󠄁", "-1", "@a"]):
        PartnerFactory(code=f"000{number}", name=name, postal_code="0600001")
    response = exported(programme, file_format)
    name = f"一覧.{file_format}"

    batch = checked(programme, name=name, content=response.content)

    total = Partner.objects.count()
    assert batch.counts == {"new": 0, "changed": 0, "same": total, "wrong": 0}


def test_the_name_of_the_file_is_japanese_and_tells_nothing(programme):
    header = exported(programme)["Content-Disposition"]
    today = f"{timezone.localdate():%Y%m%d}"

    assert header.startswith("attachment; filename*=utf-8''")
    assert unquote(header).endswith(f"学校・団体一覧_{today}.xlsx")


def test_an_export_is_written_down_before_it_leaves(programme, cast, monkeypatch):
    exported(programme)
    event = AuditEvent.objects.get(event="partners.exported")

    assert (event.by, event.action) == (cast["programme"], "export")
    assert event.detail["count"] == Partner.objects.count()
    assert event.detail["format"] == "xlsx"

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("exchange.exports.record_event", fail)
    with pytest.raises(RuntimeError):
        exported(programme)


def test_what_shift_jis_would_lose_is_shown_first(programme):
    PartnerFactory(code="0001", name="𠮷田小学校")
    first = exported(programme, "cp932")

    assert "𠮷" in first.content.decode() and "Content-Disposition" not in first
    assert not AuditEvent.objects.filter(event="partners.exported").exists()
    accepted = exported(programme, "cp932", accept_losses="1")
    assert "〓田小学校" in accepted.content.decode("cp932")
    assert AuditEvent.objects.filter(event="partners.exported").count() == 1


def test_a_forged_format_is_answered(programme):
    assert exported(programme, "yaml").status_code == 302


def test_an_export_is_no_get(programme):
    assert programme.get(f"{PAGE}export/").status_code == 405


# The outbox page


def test_the_outbox_is_for_those_who_look_after_it(log_in):
    for username in EVERYBODY:
        client = log_in(username)
        answer = client.get(reverse("exchange:outbox")).status_code
        again = client.post(reverse("exchange:send_again", args=[999])).status_code
        if username == "admin":
            assert (answer, again) == (200, 404)
        else:
            assert answer != 200 and again != 200


def test_what_was_given_up_is_on_the_page_and_can_be_sent_again(log_in, cast):
    from exchange.models import OutboxItem

    item = OutboxItem.objects.create(
        channel="mail", key="k", attempts=8, dead_at=timezone.now(), last_error="X y:1"
    )
    OutboxItem.objects.create(
        channel="receipt-mail",
        key="l",
        attempts=1,
        last_error="ConnectionRefusedError python3.11/socket.py:836",
    )
    client = log_in("admin")
    page = client.get(reverse("exchange:outbox")).content.decode()
    home = client.get("/admin/").content.decode()

    assert f'data-number="{item}"' in page and "X y:1" in page
    assert "利用者へのメール" in page and "ポータルの中でエラーが起きました" in page
    assert "送信者への受付メール" in page and "相手のサーバにつながりません" in page
    assert "断念したものが1件あります" in home
    assert "自動処理が止まっています" in page and "自動処理が止まっています" in home
    client.post(reverse("exchange:send_again", args=[item.pk]))
    item.refresh_from_db()
    assert item.dead_at is None and item.attempts == 0


# Commands


def test_commands_check_take_in_and_export(cast, tmp_path, capsys):
    file = tmp_path / "in.csv"
    file.write_bytes(to_csv(HEADINGS, [row("0001", "𠮷田小学校")], "utf-8").content)

    call_command("import_rows", "partners", str(file))
    assert not Partner.objects.filter(code="0001").exists()
    call_command("import_rows", "partners", str(file), confirm=True)
    assert Partner.objects.filter(code="0001").exists()
    assert AuditEvent.objects.get(event="partners.imported").by == cast["admin"]

    out = tmp_path / "out.xlsx"
    call_command("export_rows", "partners", str(out), username="programme")
    assert "𠮷田小学校" in str(list(load_workbook(out).active.values))
    with pytest.raises(CommandError):
        call_command("export_rows", "partners", str(out), username="programme")


@pytest.mark.parametrize(
    ("resource", "username"),
    [("nothing", ""), ("partners", "intake"), ("partners", "nobody")],
)
def test_commands_refuse_who_may_not_and_what_is_not(
    cast, tmp_path, resource, username
):
    file = tmp_path / "in.csv"
    file.write_bytes(to_csv(HEADINGS, [row("0001")], "utf-8").content)

    with pytest.raises(CommandError) as caught:
        call_command(
            "import_rows", resource, str(file), confirm=True, username=username
        )
    assert not re.match("[ -~]+$", str(caught.value)), "not in Japanese"
    assert not Partner.objects.filter(code="0001").exists()


def test_a_command_says_each_error_and_takes_nothing_in(cast, tmp_path, capsys):
    file = tmp_path / "in.csv"
    rows = [row("0001"), row("0002", phone="1")]
    file.write_bytes(to_csv(HEADINGS, rows, "utf-8").content)

    with pytest.raises(CommandError):
        call_command("import_rows", "partners", str(file), confirm=True)
    assert "1けたです" in capsys.readouterr().err
    assert not Partner.objects.filter(code="0001").exists()
