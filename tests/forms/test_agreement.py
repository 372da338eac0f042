"""One evaluator: whatever form and whatever answers, every door says the same."""

import json
import uuid
from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import handlers, starters
from forms.answers import pages_in_words, read
from forms.compiler import compile_form, fields_of
from forms.forms.bound import bind_page
from forms.forms.controls import control_of
from forms.json_answers import answers_as_json
from forms.models import FormDefinition, Submission
from forms.rules import judge, relevant
from forms.services.partner_keys import make_key
from forms.services.sending import judge as judge_sent
from staff.models import Partner
from tests.factories import PartnerFactory, UserFactory
from tests.forms.conftest import question, yes_no
from tests.forms.journey import Journey

DAY = date(2026, 11, 27)
WORDS = ["", "あ", "10", "９", "3", "いいえ"]
DAYS = [
    ("2026", "11", "27"),
    ("2026", "12", "01"),
    ("2016", "07", "15"),
    ("2026", "13", "01"),
    ("", "", ""),
]
SIZES = ["is", "is_not", "greater", "at_most", "answered", "not_answered"]
COMPARISONS = {
    "number": SIZES,
    "calculated": SIZES,
    "date": ["is", "less", "at_least", "answered"],
    "repeat": ["greater", "less", "answered"],
    "checkboxes": ["contains", "not_contains", "answered"],
    "choice": ["is", "is_not", "in", "not_in", "answered"],
}
VALUES = {
    "number": ["3", "9", "10"],
    "calculated": ["3", "9", "13"],
    "date": ["2026-12-01", "今日"],
    "repeat": ["0", "1"],
    "checkboxes": ["yes"],
    "choice": ["yes"],
}
PLAIN = ["radio", "number", "yes_no", "short_text"]
TYPED = [*PLAIN, "checkboxes", "date"]
KINDS = [*TYPED, "repeat", "calculated", "check", "stop"]


class Maker:
    """Makes pages by chance; ``asked`` are the kinds and codes of what came before."""

    def __init__(self, draw, kinds):
        self.draw, self.kinds = draw, kinds
        self.asked = []

    def maybe(self) -> bool:
        return self.draw(st.booleans())

    def pick(self, choices):
        return self.draw(st.sampled_from(choices))

    def condition(self, asked):
        """A condition on one of the questions before, that suits its kind."""
        kind, code = self.pick(asked)
        value = self.pick(VALUES[kind])
        others = [c for k, c in asked if k == kind == "number" and c != code]
        if others and self.maybe():
            value = f"{{{self.pick(others)}}}"
        comparison = self.pick(COMPARISONS[kind])
        return {"question": code, "comparison": comparison, "value": value}

    def rule(self, asked, *, always=False):
        """No rule, or one to three conditions joined one way or another."""
        if not asked or not (always or self.maybe()):
            return {}
        parts = [self.condition(asked) for _n in range(self.pick([1, 2]))]
        groups = []
        if self.maybe():
            inner = [self.condition(asked) for _n in range(2)]
            groups = [{"match": self.pick(["any", "none"]), "conditions": inner}]
        match = self.pick(["all", "any", "none"])
        return {"match": match, "conditions": parts, "groups": groups}

    def one(self, code, asked):
        """A question with rules to show it, to require it, to offer a choice."""
        kind = self.pick([kind for kind in self.kinds if kind in TYPED])
        more = self.rule(asked)
        if self.maybe():
            more["required_when"] = self.rule(asked)
        if kind in ("radio", "checkboxes"):
            found = yes_no(code, f"設問{code}", **more) | {"type": kind}
            found["options"][1]["when"] = self.rule(asked)
        else:
            found = question(kind, code, f"設問{code}", **more)
        if kind != "short_text":
            asked.append(("choice" if kind in ("radio", "yes_no") else kind, code))
        return found

    def group(self, number):
        """Two questions in rows; the group itself may hang on others, be required."""
        inner = list(self.asked)
        subs = [self.one(f"s{number}{n}", inner) for n in range(2)]
        more = {}
        if "repeat" in self.kinds:
            more = self.rule(self.asked) | {"required": self.maybe()}
            self.asked.append(("repeat", f"g{number}"))
        return question("repeat", f"g{number}", "行", fields=subs, **more)

    def reckoned(self, code, fields):
        """A sum over numbers before it, in rows too, where there are any."""
        numbers = [c for kind, c in self.asked if kind == "number"]
        for each in fields:
            for sub in each.get("fields") or []:
                if sub["type"] == "number":
                    numbers.append(f"{each['code']}.{sub['code']}")
        if not numbers:
            return []
        some = st.lists(st.sampled_from(numbers), min_size=1, unique=True)
        more = self.rule(self.asked)
        self.asked.append(("calculated", code))
        made = question("calculated", code, "計", operation="sum")
        return [made | {"questions": self.draw(some)} | more]

    def page(self, number):
        """A few questions; perhaps a group, a sum, a check across them, a stop."""
        codes = [f"q{number}{n}" for n in range(self.pick([1, 2, 3]))]
        fields = [self.one(code, self.asked) for code in codes]
        if self.maybe():
            fields.append(self.group(number))
        if "calculated" in self.kinds and self.maybe():
            fields += self.reckoned(f"c{number}", fields)
        found = {"title": f"頁{number}", "fields": fields}
        if "check" in self.kinds and self.asked and self.maybe():
            check = {"rule": self.rule(self.asked, always=True)}
            check |= {"message": f"確認{number}", "at": self.pick(fields)["code"]}
            found["checks"] = [check]
        if "stop" in self.kinds and self.asked and self.pick([False, False, True]):
            stop = question("stop", f"x{number}", f"止める{number}")
            fields.append(stop | self.rule(self.asked, always=True))
        return found


@st.composite
def forms(draw, kinds=KINDS):
    """A form of a few pages: rules of every purpose, groups, sums, stops, checks."""
    maker, before, pages = Maker(draw, kinds), [], []
    for number in range(draw(st.integers(1, 3))):
        pages.append(maker.page(number))
        before.append(list(maker.asked))
    for at, page in enumerate(pages[:-1]):
        way = maker.rule(before[at])
        if way:
            page["goto"] = [{"when": way, "page": maker.pick(["", pages[-1]["title"]])}]
    return pages


def as_definition(pages, slug="any", **more):
    handlers._handlers.setdefault("kept", ("残すだけ", lambda submissions: None))
    blocks = starters.pages_as_blocks({"slug": "any", "pages": pages})
    return FormDefinition(
        slug=slug, title="型", handler="kept", pages=json.dumps(blocks), **more
    )


def compiled(pages):
    return compile_form(as_definition(pages))


def boxes(document):
    """Every question that is filled in, with its name on the page, in two rows each."""
    for field in fields_of(document):
        rows = ["r1", "r2"] if field.get("fields") is not None else [""]
        for row in rows:
            for sub in field.get("fields") or [field]:
                yield (f"{field['key']}-{row}-{sub['key']}" if row else sub["key"]), sub


def posted(draw, document):
    """What a browser might post: anything for anything, forged values among it."""
    post = QueryDict(mutable=True)
    for field in fields_of(document):
        if field.get("fields") is not None:
            post.setlist(f"{field['key']}-rows", ["r1", "r2"])
    for name, field in boxes(document):
        # A program has no way to say a forged choice: a row of nothing else is blank.
        forged = [] if "-" in name else ["o_forged"]
        options = [o["key"] for o in field.get("options") or []]
        if field["type"] == "date":
            parts = draw(st.sampled_from(DAYS))
            for part, text in zip(("year", "month", "day"), parts, strict=True):
                post[f"{name}-{part}"] = text
        elif field["type"] == "checkboxes":
            picked = st.lists(st.sampled_from([*options, *forged]), unique=True)
            post.setlist(name, draw(picked))
        else:
            texts = [*(options or [*WORDS, "o_forged"]), "", *forged]
            post[name] = draw(st.sampled_from(texts))
    return post


def as_sent(fields, typed):
    """The same answers as a program sends them, by item code."""
    found = {}
    for field in fields:
        value, kind = typed.get(field["key"]), field["type"]
        codes = {o["key"]: o["code"] for o in field.get("options") or []}
        if kind == "repeat":
            found[field["code"]] = [as_sent(field["fields"], row) for row in value]
        elif kind == "date" and value:
            found[field["code"]] = "-".join(value.values())
        elif kind == "checkboxes":
            found[field["code"]] = [codes[key] for key in value if key in codes]
        elif codes:
            found |= {field["code"]: codes[value]} if value in codes else {}
        elif kind not in ("calculated", "stop") and value:
            found[field["code"]] = value
    return found


def typed_from(document, post):
    return {f["key"]: control_of(f).read(f, post) for f in fields_of(document)}


@settings(max_examples=60, deadline=None)
@given(forms(), st.data())
def test_page_review_json_and_reading_agree_on_any_form_and_any_answers(pages, data):
    document = compiled(pages).document
    typed = typed_from(document, posted(data.draw, document))
    reading = read(document, typed, DAY)

    # A program that sends the same is told the same, and sends the same in effect.
    judged = judge_sent(document, as_sent(fields_of(document), typed), on=DAY)
    assert judged.reading.values == reading.values
    assert judged.reading.errors == reading.errors
    assert len(judged.faults) == len(reading.errors)

    # What is stored says the same again: asked, in words, and through JSON.
    stored = json.loads(json.dumps(reading.values))
    again = relevant(document, stored, DAY)
    assert {key for key in again if "-" not in key} == {
        key for key in reading.asked if "-" not in key
    }
    rows = [
        f"{field['key']}-{row['id']}-"
        for field in fields_of(document)
        if field.get("fields") is not None
        for row in stored.get(field["key"], [])
    ]
    for start in rows:
        assert {key for key in again if key.startswith(start)} == {
            key for key in reading.asked if key.startswith(start)
        }
    assert json.loads(json.dumps(typed)) == typed

    # An answer is there only for a question that is asked; a valid one has no error
    # but one across questions. Of several boxes one may not be on offer.
    partly = {c["at"] for p in document["pages"] for c in p.get("checks") or []}
    partly |= {f["key"] for f in fields_of(document) if f["type"] == "checkboxes"}
    for field in fields_of(document):
        key = field["key"]
        if key in reading.values:
            assert key in reading.asked
            is_group = field.get("fields") is not None
            assert key not in reading.errors or is_group or key in partly
        for row in stored.get(key, []) if field.get("fields") is not None else []:
            for sub in set(row) - {"id"}:
                assert f"{key}-{row['id']}-{sub}" in reading.asked

    # Answering again with what was read changes nothing that was read.
    again = {
        f["key"]: control_of(f).retype(f, stored[f["key"]])
        for f in fields_of(document)
        if f["key"] in stored
    }
    assert read(document, again, DAY).values == stored

    # The pages show exactly what is asked, and mark what is required and wrong.
    for page in document["pages"]:
        if page["key"] not in reading.asked:
            continue
        bound = bind_page(
            page, typed, reading.asked, reading.errors, reading.parts, reading
        )
        seen = {item.field["key"]: item for item in bound}
        for field in page["fields"]:
            key = field["key"]
            assert (key in reading.asked) == (key in seen and seen[key].is_asked)
            if key in seen and key in reading.asked and field.get("fields") is None:
                assert seen[key].error == reading.errors.get(key, "")
                assert seen[key].is_required == (key in reading.required)

    # The review lists every question that is asked and no other.
    listed = {
        i.key for p in pages_in_words(document, stored, reading.asked) for i in p.items
    }
    assert listed == {
        f["key"]
        for f in fields_of(document)
        if f["key"] in reading.asked and control_of(f).is_answer
    }


@pytest.mark.django_db
@settings(max_examples=20, deadline=None)
@given(forms(), st.data())
def test_page_post_review_and_api_accept_and_store_the_same(pages, data):
    if compiled(pages).problems:
        return
    form = as_definition(pages, f"f{uuid.uuid4().hex[:12]}", live=False)
    form.save()
    form.save_revision().publish()
    document = form.latest_version().document
    post = posted(data.draw, document)
    typed = typed_from(document, post)
    reading = read(document, typed, timezone.localdate())
    sent = as_sent(fields_of(document), typed)
    told = by_program(form, "validate", sent)
    assert told.status_code == 200, told.text
    assert told.json()["valid"] == (not reading.errors)
    assert told.json()["answers"] == answers_as_json(document, reading.values)
    journey = Journey(slug=form.slug).begin()
    everything = dict(post.lists())
    for number in range(1, len(document["pages"]) + 1):
        state = journey.state()["draft_key"]
        address = f"{journey.draft_address}{number}/"
        journey.client.post(address, everything | {"draft_key": state})
    journey.open(f"{journey.draft_address}review/")
    links = journey.page.select("[role=alert] li")
    if not reading.asked & {p["key"] for p in document["pages"]}:
        return
    assert len(links) == len(reading.errors)
    journey.send()
    by_program(form, "submissions", sent)
    found = Submission.objects.filter(form=form)
    assert found.count() == (0 if reading.errors else 2)
    for submission in found:
        assert submission.answers == reading.values


def by_program(form, door, answers):
    """What the API answers to a school's program."""
    partner = Partner.objects.filter(code="S-API").first()
    partner = partner or PartnerFactory(code="S-API")
    day = timezone.localdate() + timedelta(days=9)
    key = make_key(partner, purpose="試験", expires_on=day, by=UserFactory())[1]
    return Client().post(
        f"/api/v1/forms/{form.slug}/{door}",
        json.dumps({"answers": answers}),
        content_type="application/json",
        headers={"authorization": f"Bearer {key}", "idempotency-key": "k-0000001"},
    )


@given(
    st.sampled_from(["is", "greater", "less", "at_least"]), st.sampled_from(["1", "2"])
)
def test_a_check_says_nothing_as_long_as_an_answer_is_missing(op, value):
    leaf = {"key": "a", "op": op, "value": value, "as": "number"}
    assert judge(leaf, {}, DAY) is None
    assert judge({"not": leaf}, {}, DAY) is None
    assert judge({"all": [leaf, {"key": "b", "op": "answered"}]}, {}, DAY) is False
    assert judge({"any": [leaf, {"key": "b", "op": "not_answered"}]}, {}, DAY) is True
