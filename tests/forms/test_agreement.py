"""One evaluator: whatever form and whatever answers, every door says the same."""

import json
import uuid
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import handlers, starters
from forms.answers import pages_in_words, read
from forms.compiler import compile_form, fields_of
from forms.forms.bound import bind_page
from forms.forms.controls import control_of
from forms.models import FormDefinition, Submission
from forms.rules import judge, relevant
from tests.forms.conftest import question, yes_no
from tests.forms.journey import Journey

DAY = date(2026, 11, 27)
WORDS = ["", "あ", "10", "９", "3", "いいえ"]
CONDITIONS = st.builds(
    lambda number, yes: (number, yes),
    st.sampled_from(["is", "is_not", "greater", "at_most", "answered", "not_answered"]),
    st.sampled_from(["is", "is_not", "in", "not_in", "answered"]),
)


def condition(draw, asked):
    """A condition on one of the questions before, that suits its kind."""
    kind, code = draw(st.sampled_from(asked))
    number, choice = draw(CONDITIONS)
    value = draw(st.sampled_from(["3", "9", "10"])) if kind == "number" else "yes"
    comparison = number if kind == "number" else choice
    return {"question": code, "comparison": comparison, "value": value}


def rule(draw, asked):
    """No rule, or one to three conditions joined one way or another."""
    if not asked or not draw(st.booleans()):
        return {}
    parts = [condition(draw, asked) for _n in range(draw(st.integers(1, 2)))]
    match = draw(st.sampled_from(["all", "any", "none"]))
    groups = []
    if draw(st.booleans()):
        inner = [condition(draw, asked) for _n in range(2)]
        groups = [
            {"match": draw(st.sampled_from(["any", "none"])), "conditions": inner}
        ]
    return {"match": match, "conditions": parts, "groups": groups}


def one(draw, code, asked):
    kind = draw(st.sampled_from(["radio", "number", "yes_no", "short_text"]))
    more = rule(draw, asked)
    if draw(st.booleans()):
        more["required_when"] = rule(draw, asked)
    if kind == "radio":
        found = yes_no(code, f"設問{code}", **more)
        found["options"][1]["when"] = rule(draw, asked)
    else:
        found = question(kind, code, f"設問{code}", **more)
    if kind != "short_text":
        asked.append((kind, code))
    return found


@st.composite
def forms(draw):
    """A form of a few pages: rules of every purpose, a group, a sum."""
    asked, pages = [], []
    for number in range(draw(st.integers(1, 3))):
        fields = [
            one(draw, f"q{number}{n}", asked) for n in range(draw(st.integers(1, 4)))
        ]
        if draw(st.booleans()):
            inner = list(asked)
            subs = [one(draw, f"s{number}{n}", inner) for n in range(2)]
            fields.append(question("repeat", f"g{number}", "行", fields=subs))
        pages.append({"title": f"頁{number}", "fields": fields})
    for at, page in enumerate(pages[:-1]):
        way = rule(draw, [a for a in asked if a[1] < f"q{at + 1}"])
        if way:
            page["goto"] = [
                {"when": way, "page": draw(st.sampled_from(["", pages[-1]["title"]]))}
            ]
    return pages


def compiled(pages):
    handlers._handlers.setdefault("kept", ("残すだけ", lambda submission: None))
    blocks = starters.pages_as_blocks({"slug": "any", "pages": pages})
    definition = FormDefinition(
        slug="any", title="型", handler="kept", pages=json.dumps(blocks)
    )
    return compile_form(definition)


def posted(draw, document):
    """What a browser might post: anything for anything, forged values among it."""
    post = QueryDict(mutable=True)
    for field in fields_of(document):
        rows = ["r1", "r2"] if field.get("fields") is not None else [""]
        if field.get("fields") is not None:
            post.setlist(f"{field['key']}-rows", rows)
        for row in rows:
            for sub in field.get("fields") or [field]:
                name = f"{field['key']}-{row}-{sub['key']}" if row else field["key"]
                values = [o["key"] for o in sub.get("options") or []] or WORDS
                post[name] = draw(st.sampled_from([*values, "", "o_forged"]))
    return post


@settings(max_examples=60, deadline=None)
@given(forms(), st.data())
def test_page_review_json_and_reading_agree_on_any_form_and_any_answers(pages, data):
    document = compiled(pages).document
    post = posted(data.draw, document)
    typed = {f["key"]: control_of(f).read(f, post) for f in fields_of(document)}
    reading = read(document, typed, DAY)

    # What is stored says the same again: asked, in words, and through JSON.
    stored = json.loads(json.dumps(reading.values))
    again = relevant(document, stored, DAY)
    assert {key for key in again if "-" not in key} == {
        key for key in reading.asked if "-" not in key
    }
    rows = [
        f"{k}-{row['id']}-"
        for k, v in stored.items()
        if isinstance(v, list)
        for row in v
    ]
    for start in rows:
        assert {key for key in again if key.startswith(start)} == {
            key for key in reading.asked if key.startswith(start)
        }
    assert json.loads(json.dumps(typed)) == typed

    # An answer is there only for a question that is asked; a valid one has no error.
    for field in fields_of(document):
        key = field["key"]
        if key in reading.values:
            assert key in reading.asked
            assert key not in reading.errors or field.get("fields") is not None
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
        f["key"] for f in fields_of(document) if f["key"] in reading.asked
    }


@pytest.mark.django_db
@settings(max_examples=6, deadline=None)
@given(forms(), st.data())
def test_the_journey_accepts_what_the_reading_accepts_and_stores_the_same(pages, data):
    result = compiled(pages)
    if result.problems:
        return
    slug = f"f{uuid.uuid4().hex[:12]}"
    blocks = starters.pages_as_blocks({"slug": "any", "pages": pages})
    form = FormDefinition(
        slug=slug, title="型", handler="kept", live=False, pages=json.dumps(blocks)
    )
    form.save()
    form.save_revision().publish()
    document = form.latest_version().document
    post = posted(data.draw, document)
    typed = {f["key"]: control_of(f).read(f, post) for f in fields_of(document)}
    reading = read(document, typed, DAY)
    journey = Journey(slug=slug).begin()
    everything = dict(post.lists())
    for number in range(1, len(document["pages"]) + 1):
        state = journey.state()["draft_key"]
        address = f"{journey.draft_address}{number}/"
        journey.client.post(address, everything | {"draft_key": state})
    journey.open(f"{journey.draft_address}review/")
    shown = BeautifulSoup(journey.response.content, "html.parser")
    links = shown.select("[role=alert] li")
    if not reading.asked & {p["key"] for p in document["pages"]}:
        return
    assert len(links) == len(reading.errors)
    journey.send()
    found = Submission.objects.filter(form=form)
    assert found.exists() == (not reading.errors)
    if found:
        assert found.get().answers == reading.values


@given(
    st.sampled_from(["is", "greater", "less", "at_least"]), st.sampled_from(["1", "2"])
)
def test_a_check_says_nothing_as_long_as_an_answer_is_missing(op, value):
    leaf = {"key": "a", "op": op, "value": value, "as": "number"}
    assert judge(leaf, {}, DAY) is None
    assert judge({"not": leaf}, {}, DAY) is None
    assert judge({"all": [leaf, {"key": "b", "op": "answered"}]}, {}, DAY) is False
    assert judge({"any": [leaf, {"key": "b", "op": "not_answered"}]}, {}, DAY) is True
