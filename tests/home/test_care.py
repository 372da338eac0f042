"""Facts that grow old are named, each with the way to its field."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.cache import cache

from home.blocks.facts import SectionBlock
from home.care import overdue_facts
from home.models import ContactSettings, ContentPage, Section
from programs.models import ServiceType, Site

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 27)
LONG_AGO = TODAY - timedelta(days=1)


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed with its demo, which every test of this file takes."""
    cache.clear()


@pytest.fixture
def site(seeded):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


def test_nothing_of_a_new_portal_is_due_before_its_time(seeded):
    due = {fact.review_by for fact in overdue_facts(date(2200, 1, 1))}
    first = min(due)
    assert overdue_facts(first - timedelta(days=31)) == []
    assert overdue_facts(first - timedelta(days=30))
    assert not overdue_facts(first)[0].is_overdue(first)
    assert overdue_facts(first)[0].is_overdue(first + timedelta(days=1))


def test_each_kind_of_fact_is_named_with_its_keeper_and_field(seeded):
    far = date(2300, 1, 1)
    Site.objects.update(review_by=far)
    ServiceType.objects.update(review_by=far)
    for page in ContentPage.objects.all():
        page.review_by = far
        page.save()
    Site.objects.filter(slug="enmusubi").update(review_by=LONG_AGO)
    ServiceType.objects.filter(code="S4").update(review_by=LONG_AGO)
    contact = ContactSettings.load()
    contact.review_by = LONG_AGO
    contact.save()
    page = ContentPage.objects.get(slug="hogosha")
    block = next(b for b in page.body if b.block_type == "facts")
    block.value["review_by"] = LONG_AGO
    block.value["section"] = Section.objects.get(name="こども安心課")
    page.review_by = LONG_AGO
    page.save()
    found = {fact.address: fact for fact in overdue_facts(TODAY)}
    path = f"/admin/pages/{page.pk}/edit/#:w:contentpath="
    assert found[f"{path}review_by"].section == "こども支援課 支援企画係"
    of_block = found[f"{path}body.{block.id}.review_by"]
    assert of_block.section == "こども安心課" and of_block.as_of == "令和6年時点"
    assert "保護者の方へ" in of_block.name
    names = {fact.name for fact in found.values()}
    assert {"とよなか縁結実", "食事の提供"} <= names
    assert len([f for f in found.values() if f.review_by == LONG_AGO]) == 5


def test_the_report_is_for_editors_and_leaves_as_a_workbook(seeded, log_in):
    Site.objects.filter(slug="enmusubi").update(review_by=date(2020, 3, 31))
    client = log_in("editor")
    text = client.get("/admin/page-reports/facts/").text
    assert "期限切れ" in text and "令和2年3月31日" in text
    site = Site.objects.get(slug="enmusubi")
    assert f"/edit/{site.pk}/#:w:contentpath=review_by" in text
    answer = client.get("/admin/page-reports/facts/?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.values)
    assert rows[0][0] == "対象" and rows[1][0] == "とよなか縁結実"
    assert rows[1][-1].startswith("http")
    assert "/admin/page-reports/facts/" in client.get("/admin/").text
    assert "/admin/page-reports/" not in log_in("intake").get("/admin/").text
    assert log_in("operator").get("/admin/page-reports/facts/").status_code in (
        302,
        403,
    )


def test_a_section_is_changed_once_and_every_page_follows(seeded, client):
    section = Section.objects.get(name="こども支援課 支援企画係")
    section.phone, section.mail = "06-0000-1234", "kikaku@example.invalid"
    section.save()
    for path in ("/hogosha/", "/faq/", "/sites/enmusubi/", "/accessibility/"):
        text = client.get(path).text
        assert 'href="tel:06-0000-1234"' in text and "kikaku@example.invalid" in text


@pytest.mark.parametrize("sent", ["", "x", "999999", "1e3"])
def test_a_block_of_facts_without_a_section_of_its_own_is_saved(sent):
    """A plain list sends an empty text; that once broke the saving of every page."""
    block = SectionBlock(required=False)
    assert block.clean(block.value_from_datadict({"s": sent}, {}, "s")) is None
