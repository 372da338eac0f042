"""Whatever is thrown at a form gets a clear answer in Japanese, and nothing is lost."""

from urllib.parse import urlencode

import pytest
from django import forms
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Child
from forms.models import Draft
from tests.portal.addresses import addresses
from tests.portal.bad_input import (
    ACTS,
    FORGED_KEYS,
    FORGED_REVISIONS,
    GOOD,
    IMPOSSIBLE_DATES,
    MALFORMED,
    RICH,
    TYPED,
    WITHOUT_FIELDS,
    address,
    answered,
    begun,
    browser_of,
    choices_of,
    dates_of,
    everything,
    is_japanese,
    keeps,
    opened,
    outsiders,
    records,
    stored,
    texts_of,
    undone,
)

pytestmark = pytest.mark.django_db
READ_ONLY = {
    "index",
    "index_results",
    "detail",
    "preview",
    "paper",
    "notice",
    "sheet",
}
# Fields that take the number of another record, and no text.
NUMBERED = {("inbox:link", "other"), ("inbox:aside", "of"), ("inbox:hand_on", "typed")}
HIDDEN = ("revision", "shown")
DRAFTS_ANEW = {
    "applications:use",
    "applications:not_use",
    "decisions:draft_recommend",
    "decisions:draft_measure",
    "decisions:draft_end",
}
LONG = (RICH * 700)[:10_001]


@pytest.fixture
def journey(cast):
    """The public form, begun; asked for before the desks, which know it as well."""
    return begun(cast["school"])


@pytest.fixture
def made(cast, site, monkeypatch):
    for room in ("decisions.views.decisions", "support.views"):
        monkeypatch.setattr(f"{room}.run_now", lambda key: True)
    return records(cast, site)


@pytest.fixture
def desks(made, cast):
    """Every act of the desk: its name, a browser, its path, its form, good input."""
    browsers = {who: browser_of(cast[who]) for who, _record in ACTS.values()}
    desks = []
    for name, (who, _record) in ACTS.items():
        path = address(name, made)
        form, data = opened(browsers[who], path)
        desks.append((name, browsers[who], path, form, data | GOOD.get(name, {})))
    return desks


def refused(response, *fields) -> None:
    """The form again, with a sentence in Japanese at each of these fields."""
    assert answered(response).status_code == 200
    errors = response.context["form"].errors
    for name in fields:
        assert name in errors, (response.request["PATH_INFO"], name, errors)
    sentences = [text for texts in errors.values() for text in texts]
    assert sentences and all(map(is_japanese, sentences)), sentences


def test_every_act_of_the_desk_is_tried_and_takes_good_input(desks):
    spaces = {name.split(":")[0] for name in ACTS}
    routed = {a.name for a in addresses("admin/") if a.name.split(":")[0] in spaces}
    acts = {n for n in routed if n.split(":")[1] not in READ_ONLY}
    assert acts == set(ACTS) | WITHOUT_FIELDS
    for name, browser, path, _form, data in desks:
        with undone():
            assert answered(browser.post(path, data)).status_code == 302, name


def test_a_text_over_its_limit_is_refused_by_its_limit_and_kept(desks):
    before = everything()
    for name, browser, path, form, data in desks:
        limits = texts_of(form)
        if not limits:
            continue
        response = browser.post(path, data | dict.fromkeys(limits, LONG))
        refused(response)
        assert keeps(response, LONG), name
        errors = response.context["form"].errors
        for field, limit in limits.items():
            told = " ".join(errors.get(field, ()))
            is_free = "kana" not in field and "phone" not in field
            assert not is_free or str(limit) in told.replace(",", ""), (name, field)
    assert everything() == before


def test_nothing_typed_is_answered_at_each_field_that_is_needed(desks):
    before = everything()
    for name, browser, path, form, _data in desks:
        response = answered(browser.post(path, {}))
        needed = [n for n, field in form.fields.items() if field.required]
        if name == "referrals:accept":
            needed = ["child"]
        if needed:
            refused(response, *needed)
    assert everything() == before


def test_impossible_dates_are_refused_with_an_example_and_kept(desks):
    for _name, browser, path, form, data in desks:
        dates = dates_of(form)
        for typed in IMPOSSIBLE_DATES if dates else ():
            response = browser.post(path, data | dict.fromkeys(dates, typed))
            refused(response, *dates)
            assert keeps(response, typed) and keeps(response, "令和8年11月23日")


def test_rich_text_up_to_the_limit_is_stored_sign_by_sign(desks):
    tried = 0
    for name, browser, path, form, data in desks:
        for field, limit in texts_of(form).items():
            if {"kana", "phone", "search", "case"} & set(field.split("_")):
                continue
            if name == "cases:consent" and field == "missing_reason":
                continue
            if (name, field) in NUMBERED:
                continue
            if name == "referrals:accept" and not field.startswith("guardian"):
                continue
            text = (RICH * 900)[:limit]
            with undone():
                response = answered(browser.post(path, data | {field: text}))
                assert response.status_code == 302, (name, field)
                assert stored(text), (name, field)
            tried += 1
    assert tried > 60


def test_signs_that_cannot_be_read_reach_no_record(desks):
    for name, browser, path, form, data in desks:
        for field in texts_of(form):
            rest = urlencode({k: v for k, v in data.items() if k != field}, True)
            for bad in (b"%00", b"%ED%A0%80", b"%8E%A9"):
                body = f"{rest}&{field}=".encode() + b"abc%E6%9E%B6" + bad
                with undone():
                    response = answered(browser.post(path, body, TYPED))
                    if response.status_code == 200 and "look" not in data:
                        refused(response)
                    unreadable = [f"abc架{sign}" for sign in ("\ufffd", "\ufffd" * 2)]
                    if connection.vendor == "sqlite":
                        unreadable.append("abc架\x00")
                    assert not stored(*unreadable), (name, field, bad)


def test_a_choice_that_was_not_offered_is_none(desks):
    foreign, before = set(), everything()
    for name, browser, path, form, data in desks:
        choices = choices_of(form)
        if name == "referrals:accept":
            # Names no record but the child, and a search finds which ones.
            del choices["child"]
        for key in FORGED_KEYS if choices else ():
            refused(browser.post(path, data | dict.fromkeys(choices, key)), *choices)
        for field, control in choices.items():
            is_record = isinstance(control, forms.ModelChoiceField)
            others = outsiders(control) if is_record else []
            foreign |= {(name, field)} if others else set()
            for key in others[:3]:
                with undone():
                    refused(browser.post(path, data | {field: key}), field)
                    assert everything() == before, name
    assert {name for name, field in foreign if field == "site"} >= {
        "applications:ask",
        "applications:use",
        "decisions:edit",
    }
    assert {
        ("cases:child", "school"),
        ("cases:worker", "worker"),
        ("applications:answer", "inquiry"),
        ("decisions:draft_end", "supersedes"),
        ("plans:add", "enrolment"),
    } <= foreign


def test_a_hidden_child_and_a_hidden_case_are_answered_like_missing_ones(desks):
    hidden = Child.objects.get(family_name="秘匿乙")
    acts = {name: (browser, path, data) for name, browser, path, _f, data in desks}
    browser, path, data = acts["referrals:accept"]
    for child in (str(hidden.pk), "999999", *FORGED_KEYS):
        response = browser.post(path, data | {"search": "秘匿乙", "child": child})
        refused(response, "child")
        assert hidden.number not in response.content.decode()
    browser, path, data = acts["referrals:duplicate"]
    told = set()
    for number in ("C-82000", "C-99999", "ｃ－８２０００"):
        response = browser.post(path, data | {"case": number})
        refused(response, "case")
        told.add(str(response.context["form"].errors["case"]))
    assert len(told) == 1


def test_a_forged_or_stale_revision_changes_nothing_and_keeps_what_was_typed(desks):
    tried = 0
    for name, browser, path, form, data in desks:
        if name in DRAFTS_ANEW:
            continue
        for field in set(HIDDEN) & set(form.fields):
            for forged in (*FORGED_REVISIONS, "77"):
                with undone():
                    before = everything()
                    response = browser.post(path, data | {field: forged})
                    refused(response)
                    assert everything() == before, name
                    typed = [data[n] for n in texts_of(form) if data.get(n)]
                    assert all(keeps(response, text) for text in typed), name
                tried += 1
    assert tried > 100


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_stands_in_the_fields_of_an_act_is_answered(desks, data):
    _name, browser, path, form, good = data.draw(st.sampled_from(desks))
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
    nasty = st.sampled_from(
        [*FORGED_KEYS, *IMPOSSIBLE_DATES, LONG, "２０２６/１１/２３"]
    )
    changed = data.draw(
        st.dictionaries(st.sampled_from(sorted(good)), anything | nasty, min_size=1)
    )
    extra = data.draw(st.dictionaries(anything, anything, max_size=2))
    with undone():
        response = answered(browser.post(path, extra | good | changed))
        assert response.status_code in (200, 302)


def test_a_malformed_body_is_told_in_japanese_and_the_draft_stays(journey, desks):
    journey.next({"kind": "use", "urgency": "normal"})
    kept, before = Draft.objects.get().answers, everything()
    acts = {name: (browser, path) for name, browser, path, _form, _data in desks}
    places = [
        (journey.client, journey.url),
        (journey.client, "/status/"),
        (Client(raise_request_exception=False), "/accounts/login/"),
        acts["cases:contact"],
        acts["plans:edit"],
    ]
    for browser, path in places:
        for body, kind in MALFORMED:
            response = answered(browser.generic("POST", path, body, kind))
            assert response.status_code in (200, 400, 403, 404), (path, kind)
            assert is_japanese(response.content.decode())
    assert Draft.objects.get().answers == kept
    assert everything() == before


def test_a_session_that_ended_sends_to_the_login_and_loses_nothing(journey, desks):
    journey.next({"kind": "use", "urgency": "normal"})
    typed = journey.typed({"writer_name": RICH})
    before = everything()
    Session.objects.all().delete()
    answered(journey.client.post(journey.url, typed))
    assert RICH in Draft.objects.get().answers.values()
    for _name, browser, path, _form, data in desks:
        response = answered(browser.post(path, data))
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=/admin/")
    assert everything() == before


def test_text_in_a_charset_of_its_own_puts_no_half_sign_into_a_record(desks):
    acts = {name: desk for name, *desk in desks}
    browser, path, _form, data = acts["cases:contact"]
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (data | {"day": "2026/11/20", "time": "9:00"}).items()
    ]
    body = (
        "".join(parts).replace("架空の記録であるため", "+2AA-").encode() + b"--B--\r\n"
    )
    for charset in ("utf-7", "rot13", "cp932", "undefined"):
        kind = f"multipart/form-data; boundary=B; charset={charset}"
        with undone():
            answered(browser.generic("POST", path, body, kind))
