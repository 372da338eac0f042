"""The one evaluator of conditions, as properties."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from forms.rules import TODAY, holds, relevant

DAY = date(2026, 11, 23)
KEYS = ["f_a", "f_b", "f_c"]
VALUES = ["o_x", "o_y", "10", "9", ""]
leaf = st.builds(
    lambda key, op, value: {
        "key": key,
        "op": op,
        "value": [value] if op == "in" else value,
    },
    st.sampled_from(KEYS),
    st.sampled_from(["is", "is_not", "in", "contains", "answered", "greater", "less"]),
    st.sampled_from(VALUES),
)
rule = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
answers = st.dictionaries(
    st.sampled_from(KEYS),
    st.one_of(st.sampled_from(VALUES), st.lists(st.sampled_from(VALUES), max_size=2)),
)


@given(rule, answers)
def test_not_turns_every_rule_round(rule, answers):
    assert holds({"not": rule}, answers, DAY) is not holds(rule, answers, DAY)


@given(st.lists(rule, max_size=4), answers)
def test_all_and_any_are_each_others_mirror(rules, answers):
    mirrored = {"not": {"any": [{"not": one} for one in rules]}}
    assert holds({"all": rules}, answers, DAY) is holds(mirrored, answers, DAY)


@given(st.sampled_from(KEYS), st.sampled_from(VALUES), answers)
def test_is_not_is_the_opposite_of_is(key, value, answers):
    positive = {"key": key, "op": "is", "value": value}
    negative = {**positive, "op": "is_not"}
    assert holds(negative, answers, DAY) is not holds(positive, answers, DAY)


@given(leaf)
def test_without_an_answer_only_is_not_holds(leaf):
    assert holds(leaf, {}, DAY) is (leaf["op"] == "is_not")


@st.composite
def documents(draw):
    """Forms whose conditions look back, as the compiler makes sure."""
    keys = [f"f_{n}" for n in range(draw(st.integers(1, 7)))]
    fields = []
    for at, key in enumerate(keys):
        back = st.none()
        if at:
            one = st.builds(
                lambda k, op, v: {"key": k, "op": op, "value": v},
                st.sampled_from(keys[:at]),
                st.sampled_from(["is", "is_not", "answered"]),
                st.sampled_from(["x", "y"]),
            )
            back = st.one_of(st.none(), one)
        fields.append({"key": key, "when": draw(back)})
    cut = draw(st.integers(0, len(fields)))
    pages = [fields[:cut], fields[cut:]]
    return {
        "pages": [
            {"key": f"p_{n}", "when": None, "fields": part}
            for n, part in enumerate(pages)
        ]
    }


given_answers = st.dictionaries(
    st.sampled_from([f"f_{n}" for n in range(7)]), st.sampled_from(["x", "y"])
)


@given(documents(), given_answers)
def test_answers_to_questions_not_asked_change_nothing(document, answers):
    asked = relevant(document, answers, DAY)
    kept = {key: value for key, value in answers.items() if key in asked}
    assert relevant(document, kept, DAY) == asked


@given(documents(), given_answers)
def test_a_question_is_asked_exactly_when_its_rule_holds_over_what_is_asked(
    document, answers
):
    asked = relevant(document, answers, DAY)
    present = {key: value for key, value in answers.items() if key in asked}
    for page in document["pages"]:
        for field in page["fields"]:
            assert (field["key"] in asked) is holds(field["when"], present, DAY)


def test_numbers_compare_as_numbers():
    greater = {"key": "f_a", "op": "greater", "value": "9", "as": "number"}
    assert holds(greater, {"f_a": "10"}, DAY)
    assert not holds(greater, {"f_a": "9"}, DAY)
    same = {"key": "f_a", "op": "is", "value": "10", "as": "number"}
    assert holds(same, {"f_a": "10.0"}, DAY)


def test_a_day_compares_with_today_in_japan():
    earlier = {"key": "f_a", "op": "less", "value": TODAY, "as": "date"}
    assert holds(earlier, {"f_a": "2026-11-22"}, DAY)
    assert not holds(earlier, {"f_a": "2026-11-23"}, DAY)


def test_a_box_ticked_is_contained_and_a_part_of_a_text_too():
    ticked = {"key": "f_a", "op": "contains", "value": "o_x"}
    assert holds(ticked, {"f_a": ["o_y", "o_x"]}, DAY)
    assert holds({**ticked, "value": "山"}, {"f_a": "中山"}, DAY)
    assert holds(
        {**ticked, "value": "北小"}, {"f_a": {"code": "", "name": "架空北小"}}, DAY
    )
