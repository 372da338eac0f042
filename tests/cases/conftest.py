"""A referral with real answers, and acts on the staff desk."""

from datetime import datetime

import pytest
from django.urls import reverse

from cases import services
from staff.models import Partner
from tests.factories import TOKYO, FormVersionFactory, SubmissionFactory


def question(code, kind="short_text", *, options=()):
    return {
        "key": f"f_{code}",
        "code": code,
        "type": kind,
        "label": f"設問{code}",
        "help": "",
        "required": False,
        "when": None,
        "options": [
            {"key": f"o_{name}", "code": name, "label": label}
            for name, label in options
        ],
    }


URGENCIES = [("now", "今すぐ"), ("this_week", "今週中"), ("normal", "通常")]
DOCUMENT = {
    "schema": 1,
    "slug": "referral",
    "title": "学校からの相談・紹介票",
    "texts": {},
    "pages": [
        {
            "key": "p_1",
            "title": "お子さまのこと",
            "intro": "",
            "when": None,
            "fields": [
                question("urgency", "radio", options=URGENCIES),
                question("child_family_name"),
                question("child_given_name"),
                question("child_family_kana", "kana"),
                question("child_given_kana", "kana"),
                question("birth_date", "date"),
                question("grade", "radio", options=[("p4", "小学4年")]),
                question("class_name"),
                question("guardian_name"),
                question("facts", "long_text"),
            ],
        }
    ],
}
ANSWERS = {
    "f_urgency": "o_now",
    "f_child_family_name": "架空𠮷田",
    "f_child_given_name": "花子",
    "f_child_family_kana": "カクウヨシダ",
    "f_child_given_kana": "ハナコ",
    "f_birth_date": "2016-07-15",
    "f_grade": "o_p4",
    "f_class_name": "2組",
    "f_guardian_name": "架空𠮷田　母子",
    "f_facts": "夕食を一人で食べている",
}


@pytest.fixture
def submission(cast):
    """What the school sent, just now."""
    return SubmissionFactory(
        version=FormVersionFactory(document=DOCUMENT),
        answers=dict(ANSWERS),
        partner=Partner.objects.get(code="S-OWN"),
        submitted_by=cast["school"],
    )


@pytest.fixture
def received(submission):
    """The referral it became."""
    return services.receive_referrals([submission])[0]


@pytest.fixture
def act(client, cast):
    """POST an act as somebody: ``act("intake", "referrals:triage", record, …)``."""

    def post(who, name, record, /, **data):
        client.force_login(cast[who], backend="staff.backends.MembershipBackend")
        return client.post(reverse(name, args=[record.pk]), data)

    return post


HEARING = {
    "day": "令和8年11月20日",
    "time": "15:00",
    "with_whom": "担任",
    "body": "「ごはんはひとり」と話した",
    "visibility": "city",
}
NEW_CHILD = {
    "child": "new",
    "family_name": "架空𠮷田",
    "given_name": "花子",
    "birth_date": "H28.7.15",
    "guardian_name": "架空𠮷田　母子",
    "guardian_relation": "母",
    "guardian_phone": "０９０－００００－００００",
}


@pytest.fixture
def heard(received, cast):
    """The same referral, checked (not on the list) and heard by the intake desk."""
    services.triage_referral(received, by=cast["intake"], is_listed=False)
    received.refresh_from_db()

    services.add_hearing(
        received,
        by=cast["intake"],
        at=datetime(2026, 11, 20, 15, 0, tzinfo=TOKYO),
        with_whom="担任",
        body="架空の聞き取り",
        visibility="city",
    )
    received.refresh_from_db()
    return received
