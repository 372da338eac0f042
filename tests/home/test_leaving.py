"""Logging in and out: nobody stays in, and nobody is sent in circles."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from home.models import ContactSettings

pytestmark = pytest.mark.django_db
LOGOUT = 'action="/accounts/logout/"'


@pytest.mark.parametrize("person", ["school", "group", "intake"])
def test_whoever_is_logged_in_finds_the_way_out_on_every_page(person, log_in):
    client = log_in(person)
    for path in ("/status/", "/forms/", "/nothing-here/", "/accounts/logout/"):
        response = client.get(path)
        assert LOGOUT in response.text, path
        assert "no-store" in response["Cache-Control"]
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session
    assert LOGOUT not in client.get("/nothing-here/").text


def test_strangers_find_no_button_and_get_no_cookie(client, cast):
    response = client.get("/nothing-here/")
    assert LOGOUT not in response.text
    assert not response.cookies
    assert "ログインしていません" in client.get("/accounts/logout/").text


def test_logging_out_by_a_link_logs_nobody_out(log_in):
    client = log_in("school")
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session


def test_without_the_right_to_the_desk_one_is_told_so_and_not_asked_again(log_in, cast):
    yesterday = timezone.localdate() - timedelta(days=1)
    cast["intake"].memberships.update(valid_to=yesterday)
    for person, told in (
        ("intake", "所属の期限が切れていないか"),
        ("school", "学校・団体の利用者では"),
    ):
        client = log_in(person)
        response = client.get("/admin/cases/", follow=True)
        assert response.status_code == 403
        assert len(response.redirect_chain) == 1
        assert told in response.text and LOGOUT in response.text
        assert 'name="password"' not in response.text


def test_an_account_without_membership_is_told_so_after_logging_in(log_in, cast):
    cast["intake"].memberships.all().delete()
    response = log_in("intake").get(reverse("account_home"), follow=True)
    assert response.status_code == 403
    assert not response.redirect_chain
    assert "この利用者では管理画面を開けません" in response.text


def test_a_login_that_ran_out_is_explained_where_one_logs_in_again(client, cast):
    text = client.get("/admin/cases/", follow=True).text
    assert "ログインの期限が切れたときは" in text
    assert "ログインの期限が切れた" not in client.get("/accounts/login/").text


def test_the_hours_of_a_login_count_from_the_last_act(log_in, settings):
    response = log_in("school").get("/status/")
    cookie = response.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value


def test_a_missing_number_is_left_out_and_the_editor_is_told(log_in):
    contact = ContactSettings.load()
    contact.office_name, contact.office_phone = "架空課", ""
    contact.save()
    client = log_in("editor")
    footer = client.get("/nothing-here/").text.split("<footer")[1]
    assert "架空課" in footer and "お問い合わせください" not in footer
    for person in ("editor", "admin"):
        assert "市の電話番号が入っていません" in log_in(person).get("/admin/").text
    assert "市の電話番号" not in log_in("intake").get("/admin/").text
    contact.office_phone = contact.urgent_phone = "06-0000-0000"
    contact.save()
    assert "市の電話番号" not in log_in("editor").get("/admin/").text
