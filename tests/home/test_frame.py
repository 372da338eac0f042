"""The frame of every public page, and the pages of errors."""

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import RequestFactory

from home.models import ContactSettings
from portal.middleware import AnswerOutages

pytestmark = pytest.mark.django_db


def test_a_missing_page_is_answered_in_japanese_with_a_way_on(client):
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert 'lang="ja"' in response.text
    assert "見つかりません" in response.text
    assert 'href="/"' in response.text


def test_the_office_and_the_emergency_numbers_stand_on_every_page(client):
    contact = ContactSettings.load()
    contact.office_name = "架空課"
    contact.office_phone = "06-0000-0000"
    contact.save()
    text = client.get("/nothing-here/").text
    assert "架空課" in text
    for number in ["06-0000-0000", "110", "119", "189"]:
        assert f'href="tel:{number}"' in text


def test_the_outage_page_reads_no_database_and_still_names_whom_to_call(
    client, django_assert_num_queries
):
    contact = ContactSettings.load()
    contact.office_name, contact.office_phone = "架空課", "06-0000-0000"
    contact.save()
    client.get("/nothing-here/")
    with django_assert_num_queries(0):
        response = AnswerOutages(None).process_exception(
            RequestFactory().get("/"), OperationalError()
        )
    assert response.status_code == 503
    assert "06-0000-0000" in response.text
    assert "受け付けられていません" in response.text


def test_the_outage_page_stands_even_where_nothing_was_ever_shown():
    cache.clear()
    response = AnswerOutages(None).process_exception(
        RequestFactory().get("/"), OperationalError()
    )
    assert "市の担当課" in response.text
