"""The paper: two pages whatever the boxes hold, the right words, faces and names."""

import io
import re
import subprocess

import pikepdf
import pytest

from cases.models import Guardian
from support import documents
from support.documents import page_count, plan_pdf
from support.models import PlanVersion
from tests.support.conftest import fill_every_box

pytestmark = pytest.mark.django_db


def words(pdf):
    """The text of a PDF in reading order, without blanks."""
    done = subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return re.sub(r"\s", "", done.stdout.decode())


def pages(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def fresh(plan):
    return PlanVersion.objects.get(pk=plan.pk)


def test_an_empty_draft_has_two_pages(draft):
    draft.goals.all().delete()
    empty = ["child_voice", "guardian_voice", "situation", "strengths", "policy"]
    for name in [*empty, "long_goal", "care_allergy", "explained_by"]:
        setattr(draft, name, "")
    draft.save()

    assert pages(plan_pdf(draft, is_draft=True)) == 2


@pytest.mark.parametrize("letter", ["鬱", "\n", "👧"])
def test_every_box_at_its_limit_has_two_pages_and_loses_nothing(draft, letter):
    fill_every_box(draft, letter)

    pdf = plan_pdf(fresh(draft), is_draft=True)

    assert page_count(pdf) == pages(pdf) == 2
    if letter == "鬱":
        plan = 160 * 2 + 140 * 2 + 100 + 80 + 70 * 4 + 40 * 2
        goals, services = 3 * (60 + 80), 8 * (54 + 12 + 12)
        head = 50 * 2 + 40 + 100 + 100 + 20 + 60 + 100 + 8 * 58
        assert words(pdf).count("鬱") == plan + goals + services + head


def test_full_boxes_of_the_plan_alone_are_printed_at_nine_points(draft, monkeypatch):
    fill_every_box(draft, "鬱", head=False)
    monkeypatch.setattr(documents, "SETTINGS", [""])

    assert pages(plan_pdf(fresh(draft))) == 2


def test_the_order_of_the_paper(draft):
    Guardian.objects.create(child=draft.case.child, name="架空葛󠄁城", relation="母")
    draft.child_voice_how = PlanVersion.How.NOT_NOW
    draft.child_missing_reason = "家族には見せない理由"
    draft.guardian_missing_reason = "家族には見せない理由"
    draft.signature_missing_reason = "家族には見せない理由"
    draft.save()

    text = words(plan_pdf(draft, is_draft=True))

    marks = [
        "個別支援計画書案",
        "作成年月日令和8年11月20日",
        "計画期間令和8年12月1日～令和9年5月31日",
        "架空𠮷田髙花子",
        "小学4年",
        "1こどもの意向",
        "聴き取り日令和8年11月18日",
        "■今は話したくない",
        "2保護者の意向",
        "3現在の状況",
        "4支援の方針",
        "5長期目標",
        "6短期目標",
        "7支援内容",
        "安全・安心な居場所の提供",
        "送迎支援（任意）",
        "8配慮事項",
        "令和9年5月20日",
        "10説明と同意",
        "保護者署名",
        "市受領日",
    ]
    places = [text.find(mark) for mark in marks]
    assert -1 not in places, marks[places.index(-1)]
    assert places == sorted(places)
    assert "平成28年7月15日（10歳）" in text
    assert "家族には見せない" not in text
    for number in (1, 2):
        assert f"取扱注意・個人情報／{number}/2／{draft.case.number}・第1版" in text


def test_names_keep_their_letters_and_faces(draft):
    child = draft.case.child
    child.family_name, child.given_name = "𠮷田髙﨑", "葛󠄁"
    child.save()

    pdf = plan_pdf(fresh(draft))

    assert "𠮷田髙﨑" in words(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        faces = {
            str(item.get("/BaseFont")).split("+")[-1]
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert all(face.startswith(("BIZ", "Noto")) for face in faces), faces
    assert any(face.startswith("Noto") for face in faces), "𠮷 and 葛󠄁 need it"
    assert any(face.startswith("BIZ") for face in faces)


def test_a_confirmed_paper_is_no_draft(confirmed):
    text = words(plan_pdf(confirmed))

    assert "個別支援計画書案" not in text
    assert "市受領日令和" in text
