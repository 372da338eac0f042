"""What follows from a correction, and what of it goes with short-lived answers."""

import pytest

from forms.models import CorrectedAnswer
from forms.services.correcting import correct
from forms.services.thinning import thin
from tests.forms import inbox
from tests.forms.inbox import field

pytestmark = pytest.mark.django_db

IF_YES = {"key": "f_q", "op": "is", "value": "o_yes"}


def number(code, **more):
    return field(code, "number", **more)


def total(*codes, **more):
    of = [{"key": f"f_{code}"} for code in codes]
    return field("total", "calculated", calc={"op": "sum", "of": of}, **more)


@pytest.fixture
def receive(cast):
    inbox.grant(role="case_worker")

    def do(*fields, **answers):
        answers = {f"f_{code}": value for code, value in answers.items()}
        version = inbox.version(inbox.form(), *fields)
        return inbox.received(version, answers)

    return do


@pytest.fixture
def fix(cast):
    """Correct an answer; every correction that stands afterwards, the last one last."""

    def do(submission, code, typed, reason="電話"):
        key = f"f_{code}"
        correct(submission, by=cast["intake"], key=key, typed=typed, reason=reason)
        return list(submission.corrections.values_list("key", "value"))

    return do


def test_only_what_is_asked_is_worked_out_and_what_becomes_asked_is_too(receive, fix):
    question = field("q", "radio", options=[inbox.YES, inbox.NO])
    asked_if = total("n", when=IF_YES)
    made = receive(question, number("n"), asked_if, q="o_no", n="4")
    assert fix(made, "n", "5") == [("f_n", "5")]
    assert fix(made, "q", "o_yes")[1:] == [("f_q", "o_yes"), ("f_total", "5")]
    assert fix(made, "n", "6")[3:] == [("f_n", "6"), ("f_total", "6")]
    assert fix(made, "q", "o_no")[5:] == [("f_q", "o_no")]
    assert fix(made, "n", "7")[6:] == [("f_n", "7")]


def test_after_short_lived_answers_went_only_what_hangs_from_them_stays(receive, fix):
    difference = {"op": "difference", "of": [{"key": "f_n"}, {"key": "f_secret"}]}
    both = [{"key": "f_n"}, {"key": "f_if"}]
    made = receive(
        number("n"),
        number("never"),
        number("secret", retention="short"),
        total("n", "never"),
        field("less", "calculated", calc=difference),
        number("if", when={"key": "f_secret", "op": "answered"}),
        field("more", "calculated", calc={"op": "sum", "of": both}),
        n="4",
        secret="1",
        total="4",
        less="3",
        **{"if": "2", "more": "6"},
    )
    thin(made)
    assert fix(made, "n", "5") == [("f_n", "5"), ("f_total", "5")]


def test_a_grade_follows_the_birth_date_in_its_row_unless_chosen_by_hand(receive, fix):
    subs = [field("born", "date"), field("grade", "grade", source="f_born")]
    subs[1]["options"] = [{"key": k, "code": k, "label": k} for k in ("e3", "e4", "e5")]
    rows = [
        {"id": "r1", "f_born": "2016-07-15", "f_grade": "e4"},
        {"id": "r2", "f_born": "2016-07-15", "f_grade": "e5"},
    ]
    made = receive(field("kids", "repeat", fields=subs, max_rows=3), kids=rows)
    day = {"year": "2017", "month": "7", "day": "15"}
    typed = [{**row, "f_born": day} for row in rows]
    ((key, value),) = fix(made, "kids", [*typed, {"id": "r3", "f_born": day}])
    assert key == "f_kids"
    assert [row["f_grade"] for row in value] == ["e3", "e5", "e3"]
    later = [{**row, "f_born": day} for row in value]
    later[0]["f_grade"] = "e4"
    (_first, (_key, value)) = fix(made, "kids", later)
    assert [row["f_grade"] for row in value] == ["e4", "e5", "e3"]


def test_a_grade_in_a_row_follows_a_birth_date_outside_of_it(receive, fix):
    sub = field("grade", "grade", source="f_born", options=[])
    group = field("kids", "repeat", fields=[field("nick"), sub], max_rows=3)
    rows = [{"id": "r1", "f_nick": "花", "f_grade": "e4"}]
    made = receive(field("born", "date"), group, born="2016-07-15", kids=rows)
    found = fix(made, "born", {"year": "2017", "month": "7", "day": "15"})
    assert found[1] == ("f_kids", [{**rows[0], "f_grade": "e3"}])


def test_nothing_of_a_corrected_short_lived_answer_is_left_when_it_goes(receive, fix):
    made = receive(
        field("who", "name", slot="child_name", retention="short"),
        number("n", retention="short"),
        total("n"),
        n="4",
        total="4",
    )
    fix(made, "who", {"name": "内緒　花", "kana": "ナイショ　ハナ"})
    fix(made, "n", "5", reason="内緒の理由")
    assert made.indexed.filter(slot__startswith="child_kana").exists()
    thin(made)
    assert not made.indexed.exists()
    left = CorrectedAnswer.objects.get()
    assert (left.key, left.value) == ("f_total", "5")
    assert "設問n" in left.reason
    assert "内緒" not in left.reason
