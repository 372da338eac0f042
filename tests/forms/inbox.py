"""What the tests of the inbox have in common: small submissions and who reads them."""

from forms.models import AnswerGrant, IndexedAnswer, Submission
from staff.names import search_key
from tests.factories import (
    FormDefinitionFactory,
    FormVersionFactory,
    SubmissionFactory,
)

YES, NO = (
    {"key": "o_yes", "code": "yes", "label": "はい"},
    {
        "key": "o_no",
        "code": "no",
        "label": "いいえ",
    },
)


def field(code, kind="short_text", **more):
    return {
        "key": f"f_{code}",
        "code": code,
        "type": kind,
        "label": f"設問{code}",
        "help": "",
        "required": False,
        "when": None,
        **more,
    }


def document(*fields, slug="consult", title="架空の相談フォーム"):
    return {
        "schema": 1,
        "slug": slug,
        "title": title,
        "access": "public",
        "handler": "inbox",
        "texts": {},
        "pages": [
            {
                "key": "p_1",
                "title": "ページ1",
                "intro": "",
                "when": None,
                "fields": list(fields),
            }
        ],
    }


FIELDS = (
    field("family", slot="child_name"),
    field("given", slot="child_name"),
    field("kana", "kana", slot="child_kana"),
    field("born", "date"),
    field("q1", "radio", options=[YES, NO]),
    field("more", "long_text"),
)
ANSWERS = {
    "f_family": "𠮷田",
    "f_given": "\ufa19花\U000e0100",
    "f_kana": "ヨシダハナ",
    "f_born": "2016-07-15",
    "f_q1": "o_yes",
    "f_more": "夕食を一人で食べている",
}


def form(slug="consult", **more):
    return FormDefinitionFactory(
        slug=slug, handler="inbox", title="架空の相談フォーム", live=True, **more
    )


def version(of, *fields, number=1):
    made = document(*(fields or FIELDS), slug=of.slug)
    return FormVersionFactory(form=of, number=number, document=made)


def received(of, answers=None, **more) -> Submission:
    """A submission with its indexed name, as the real transaction leaves it."""
    made = SubmissionFactory(
        version=of,
        answers=dict(ANSWERS if answers is None else answers),
        **{"partner": None, **more},
    )
    slots: dict = {}
    for question in of.document["pages"][0]["fields"]:
        value = made.answers.get(question["key"])
        if question.get("slot") and value:
            slots.setdefault(question["slot"], []).append(value)
    IndexedAnswer.objects.bulk_create(
        IndexedAnswer(
            submission=made,
            slot=slot,
            text="　".join(texts),
            folded=search_key("".join(texts)),
        )
        for slot, texts in slots.items()
    )
    return made


def grant(of=None, **more) -> AnswerGrant:
    return AnswerGrant.objects.create(form=of, **{"can_act": True, **more})
