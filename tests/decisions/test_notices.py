"""The papers: what they say, that they stay, and that they fit on one page."""

import hashlib
import io
import subprocess

import pikepdf
import pytest
from django.urls import reverse

from cases.models import Case
from decisions import services
from decisions.handlers import make_notice
from decisions.models import Decision, Notice, PaperSettings
from exchange.services import run_now
from programs.models import ServiceType
from staff.dates import wareki
from staff.models import AuditEvent
from tests.factories import EnrolmentFactory, ServiceTypeFactory

pytestmark = pytest.mark.django_db

TITLES = {
    "use": "利用決定通知書",
    "not_use": "利用不承認通知書",
    "end": "利用終了通知書",
    "measure": "措置決定通知書",
    "recommend": "利用勧奨のお知らせ",
}


@pytest.fixture
def child(case):
    """A child whose name not every font can print."""
    case.child.family_name, case.child.given_name = "𠮷田", "髙﨑葛\U000e0101"
    case.child.save()
    return case.child


@pytest.fixture
def decided(case, site, approved):
    """An approved decision of a kind, also an end of a use in force."""

    def decide(kind, **changes):
        if kind == "end":
            enrolment = EnrolmentFactory(case=case, site=site)
            Case.objects.filter(pk=case.pk).update(state="in_use")
            changes["supersedes"] = enrolment.decision
        return approved(kind, **changes)

    return decide


def paper(decision):
    """The stored paper of a decision, made if it is not there."""
    assert run_now(services.notice_key(decision))
    return bytes(Notice.objects.get(decision=decision).pdf)


def text_of(pdf):
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return "".join(done.stdout.decode().split())


@pytest.mark.one_database
@pytest.mark.parametrize("kind", TITLES)
def test_a_notice_is_one_page_with_number_days_and_the_name_as_typed(
    child, decided, kind
):
    decision = decided(kind)

    pdf = paper(decision)

    text = text_of(pdf)
    assert len(pikepdf.open(io.BytesIO(pdf)).pages) == 1
    assert TITLES[kind] in text
    assert f"第{decision.number}号" in text
    assert wareki(decision.decided_on) in text
    assert "𠮷田" in text
    assert "髙﨑葛" in text
    assert "架空𠮷田母子様" in text
    assert "豊中市長" in text
    for day in (decision.starts_on, decision.ends_on):
        assert day is None or wareki(day) in text
    assert (decision.reason.replace("　", "") in text) is (kind != "use")
    assert "None" not in text


@pytest.mark.one_database
def test_no_character_is_left_to_an_empty_box(child, decided):
    pdf = pikepdf.open(io.BytesIO(paper(decided("use"))))

    fonts = [
        str(font.BaseFont)
        for page in pdf.pages
        for font in page.Resources.Font.values()
    ]
    assert any("BIZ" in name for name in fonts)
    assert any("Noto" in name for name in fonts)
    assert all("BIZ" in name or "Noto" in name for name in fonts)


@pytest.mark.one_database
@pytest.mark.parametrize("kind", TITLES)
def test_a_notice_with_every_box_full_is_still_one_page(case, site, decided, kind):
    words = PaperSettings.load()
    words.has_appeal_notice = True
    words.appeal_notice = "教示の文を最大の長さまで書く。\n" * 11 + "教" * 424
    words.full_clean()
    words.save()
    site.name = "名" * 60
    site.save()
    full = {
        "addressee": "宛" * 100,
        "reason": "理由を最後の行まで書く。\n" * 76 + "理由終わり",
    }
    if kind in ("use", "measure"):
        full |= {"days": "曜" * 100, "fee": "費" * 100, "conditions": "条" * 200}
    if kind in ("not_use", "end"):
        full |= {"elsewhere": "窓" * 200}
    for number in range(2, 11):
        ServiceTypeFactory(code=f"S{number}", label_official="援" * 60)
    if kind in ("use", "measure"):
        full["services_given"] = ServiceType.objects.all()

    pdf = paper(decided(kind, **full))

    assert len(pikepdf.open(io.BytesIO(pdf)).pages) == 1
    if kind != "use":
        assert "理由終わり" in text_of(pdf)


@pytest.mark.one_database
@pytest.mark.parametrize("kind", TITLES)
def test_the_legal_notice_is_printed_if_the_city_says_so(decided, kind):
    words = PaperSettings.load()
    words.has_appeal_notice, words.appeal_notice = True, "架空の教示の文です。"
    words.save()

    text = text_of(paper(decided(kind)))

    assert ("架空の教示の文です。" in text) is (kind != "recommend")


@pytest.mark.one_database
def test_without_the_switch_no_legal_notice_is_printed(decided):
    words = PaperSettings.load()
    words.has_appeal_notice, words.appeal_notice = False, "架空の教示の文です。"
    words.save()

    assert "架空の教示の文です。" not in text_of(paper(decided("not_use")))


def test_the_stored_bytes_are_served_whatever_changes_later(
    log_in, case, site, decided
):
    decision = decided("use")
    made = paper(decision)
    url = reverse("decisions:notice", args=[decision.pk])
    client = log_in("programme")
    first = client.get(url)

    words = PaperSettings.load()
    words.sender, words.number_pattern = "別の市長", "別記{number}"
    words.save()
    case.child.family_name = "別の名"
    case.child.save()
    site.name = "別の拠点"
    site.save()
    make_notice({"decision": decision.pk})
    second = client.get(url)

    digests = {hashlib.sha256(answer.content).hexdigest() for answer in (first, second)}
    assert digests == {hashlib.sha256(made).hexdigest()}
    assert digests == {Notice.objects.get().sha256}
    assert first["Content-Type"] == "application/pdf"
    assert f'filename="{decision.number}.pdf"' in first["Content-Disposition"]
    downloads = AuditEvent.objects.filter(action="download", record=decision.number)
    assert downloads.count() == 2


def test_a_paper_made_late_says_what_was_decided_then(case, site, decided):
    decision = decided("use")
    words = PaperSettings.load()
    words.sender = "別の市長"
    words.save()
    site.name = "別の拠点"
    site.save()

    text = text_of(paper(decision))

    assert "豊中市長" in text
    assert "別の" not in text


def test_the_handler_makes_one_paper_however_often_it_runs(decided):
    decision = decided("use")

    make_notice({"decision": decision.pk})
    kept = Notice.objects.get().sha256
    make_notice({"decision": decision.pk})

    assert Notice.objects.get().sha256 == kept


def test_no_paper_is_made_of_a_draft(draft_of):
    with pytest.raises(Decision.DoesNotExist):
        make_notice({"decision": draft_of("use").pk})


def test_until_the_paper_is_there_the_page_says_so(log_in, decided):
    decision = decided("use")
    client = log_in("programme")

    page = client.get(reverse("decisions:detail", args=[decision.pk]))

    assert "作成中" in page.content.decode()
    assert (
        client.get(reverse("decisions:notice", args=[decision.pk])).status_code == 404
    )
