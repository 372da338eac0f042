"""What people type: cleaned where it must be, refused with a sentence, never a 5xx."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import answer
from forms.forms.controls import CONTROLS
from forms.forms.text import tidy
from forms.models import Draft, IndexedAnswer, Submission
from tests.forms.conftest import question
from tests.forms.journey import Journey

FAMILY = "👨‍👩‍👧‍👦"
# Nine characters as people count them, seventeen as computers do.
NINE = ["𠮷", "田", "葛\U000e0100", "は", "る", FAMILY, "あ", "い", "う"]
LONG = (NINE * 1200)[:10_001]


def read(kind, typed, **settings):
    field = {"key": "f", "label": "設問", "type": kind, "help": "", **settings}
    return CONTROLS[kind].clean(field, typed)


def sentence(kind, typed, **settings):
    with pytest.raises(ValidationError) as refusal:
        read(kind, typed, **settings)
    return refusal.value.messages[0]


@pytest.mark.parametrize(
    ("year", "stored"),
    [
        ("2015", "2015-05-03"),
        ("２０１５", "2015-05-03"),
        ("H27", "2015-05-03"),
        ("ｈ２７", "2015-05-03"),
        ("平成27", "2015-05-03"),
        ("平成２７年", "2015-05-03"),
        ("令和元", "2019-05-03"),
        ("R1", "2019-05-03"),
        ("平成31", "2019-05-03"),
        ("昭和64", None),
        ("27", None),
        ("令和0", None),
        ("きのう", None),
    ],
)
def test_a_year_is_read_as_people_write_it(year, stored):
    typed = {"year": year, "month": "５", "day": "03"}
    if stored:
        assert read("date", typed) == stored
    elif year == "昭和64":
        assert read("date", typed) == "1989-05-03"
    else:
        assert "「設問」の「年」は" in sentence("date", typed)


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        (("2015", "13", "1"), "「月」は、1から12"),
        (("2015", "2", "30"), "暦にない日付"),
        (("2015", "", "1"), "「月」も入力"),
        (("令和元", "4", "30"), "元号が始まる前"),
        (("2015", "1", "0"), "「日」は、1から31"),
    ],
)
def test_a_date_that_does_not_exist_is_refused_by_its_part(typed, part):
    parts = dict(zip(("year", "month", "day"), typed, strict=True))
    assert part in sentence("date", parts)


def test_a_birthday_cannot_lie_in_the_future():
    tomorrow = timezone.localdate().replace(year=timezone.localdate().year + 1)
    typed = {"year": str(tomorrow.year), "month": "1", "day": "1"}
    assert "未来" in sentence("date", typed, not_future=True)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("14:05", "14:05"),
        ("１４：０５", "14:05"),
        ("1405", "14:05"),
        ("14時5分", "14:05"),
        ("午後2時5分", "14:05"),
        ("午前０時", "00:00"),
        ("9.30", "09:30"),
        ("25:00", None),
        ("さっき", None),
    ],
)
def test_a_time_is_read_as_people_write_it(typed, stored):
    if stored:
        assert read("time", typed) == stored
    else:
        assert "時と分で" in sentence("time", typed)


@pytest.mark.parametrize(
    "typed",
    [
        "06-6858-0000",
        "０６−６８５８−００００",
        "06ー6858‐0000",
        "(06)6858 0000",
        "+81 6-6858-0000",
    ],
)
def test_every_way_to_write_a_phone_number_is_one_number(typed):
    assert read("phone", typed) == "0668580000"


def test_a_phone_number_too_short_is_told_its_length():
    assert "今の入力は9けたです" in sentence("phone", "066858000")
    assert "数字で入力" in sentence("phone", "内線12")


@pytest.mark.parametrize("typed", ["12,000", "12人", "１２人", "約12", "1.5", "1e9"])
def test_a_number_with_a_unit_or_a_comma_is_explained(typed):
    assert "カンマや単位を付けずに" in sentence("number", typed)


def test_a_full_width_number_is_a_number():
    assert read("number", "１２") == "12"
    assert "10以下" in sentence("number", "11", maximum=10)


def test_a_postal_code_and_a_mail_address_are_narrowed():
    assert read("postcode", "〒５６０－０００１") == "5600001"
    assert read("email", "ｔａｒｏ＠example.jp") == "taro@example.jp"
    assert read("email", "taro.@docomo.ne.jp") == "taro.@docomo.ne.jp"
    assert "メールアドレス" in sentence("email", "taro.@example.jp")


def test_kana_becomes_katakana_and_nothing_else_passes():
    assert read("kana", "とよなか　ﾊﾅｺ") == "トヨナカ　ハナコ"
    assert read("kana", "ヴァイオレット・ｶﾞｰ") == "ヴァイオレット・ガー"
    assert "カタカナで" in sentence("kana", "豊中")
    assert "絵文字" in sentence("kana", "ハナ😀")


def test_an_emoji_in_a_name_is_refused_and_free_text_keeps_it():
    assert "絵文字を消して" in sentence("short_text", "花子😀", is_name=True)
    assert read("long_text", f"笑った{FAMILY}") == f"笑った{FAMILY}"


@pytest.mark.parametrize("name", ["\ufa19", "\ufa10", "葛\U000e0100", "髙﨑", "ﾀﾅｶ"])
def test_a_name_is_never_normalised(name):
    assert read("short_text", tidy(name), is_name=True) == name


def test_the_limit_is_named_with_the_present_length():
    refused = sentence("long_text", "あ" * 7 + "\n" + "い" * 3, max=10)
    assert "10文字以内" in refused
    assert "今の入力は11文字" in refused
    assert read("long_text", tidy("あ" * 7 + "\r\n" + "い" * 2), max=10)


def test_too_many_line_breaks_are_refused():
    assert "改行は300回まで" in sentence("long_text", "あ\n" * 301, max=10_000)


def test_half_a_character_is_refused_with_a_clear_sentence():
    assert "読み取れない文字" in sentence("short_text", tidy("山\ud800田"))


@given(st.text())
def test_tidy_text_can_be_stored_and_is_its_own_tidy_text(text):
    clean = tidy(text)
    clean.encode()
    assert "\x00" not in clean
    assert "\r" not in clean
    assert tidy(clean) == clean


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=300))
def test_ordinary_text_passes_through_untouched(text):
    kept = [c for c in text if c not in "\ufeff\u2028\u2029"]
    assert tidy(text) == "".join(kept)


@given(st.sampled_from(sorted(CONTROLS)), st.text(max_size=60), st.text(max_size=9))
def test_whatever_is_typed_is_an_answer_or_a_sentence(kind, text, other):
    if kind == "partner":
        text = ""
    field = {
        "key": "f",
        "label": "設問",
        "type": kind,
        "options": [],
        "max": 50,
        "required": True,
        "value": "",
        "parameter": "p",
        "allowed": [],
        "fields": [],
    }
    post = QueryDict(mutable=True)
    for name in ("f", "f-year", "f-month"):
        post[name] = text
    post["f-day"] = post["f-other"] = other
    control = CONTROLS[kind]
    typed = control.read(field, post)
    try:
        value = control.clean(field, typed)
    except ValidationError as refusal:
        assert "設問" in refusal.messages[0]
    else:
        assert value is None or isinstance(control.show(field, value), str)


@pytest.fixture
def small(publish, client):
    publish([question("long_text", "story", "様子", max=10_000)])
    return Journey(client, "small").begin()


@pytest.mark.django_db
def test_ten_thousand_characters_are_kept_byte_for_byte(small):
    text = "".join(LONG[:10_000])
    small.next({"story": text})
    assert small.page.select_one("main dl dd bdi").get_text() == text
    small.send()
    assert answer(Submission.objects.get(), "story") == text


@pytest.mark.django_db
def test_a_long_name_is_cut_between_two_signs_where_lists_show_its_beginning(
    publish, client
):
    publish([question("short_text", "name", "氏名", slot="child_name")])
    typed = "あ" * 199 + "葛\U000e0100" + "城"
    Journey(client, "small").begin().next({"name": typed}).send()
    assert IndexedAnswer.objects.get().text == "あ" * 199
    assert answer(Submission.objects.get(), "name") == typed


@pytest.mark.django_db
def test_what_is_too_long_is_kept_while_it_is_explained(small):
    small.next({"story": "".join(LONG)})
    assert "今の入力は10001文字" in small.errors[0]
    assert small.value("story") == ["".join(LONG)]


@pytest.mark.django_db
def test_nul_and_control_characters_disappear(small):
    small.next({"story": "見\x00た\x0bこと\x1b\r\n二行目\t"}).send()
    assert answer(Submission.objects.get(), "story") == "見たこと\n二行目\t"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [b"%8E%A9%82%CC", b"%ED%A0%80", b"%FF%C0%AF", b"\x8e%A9"]
)
def test_a_body_in_another_encoding_is_an_error_to_read_and_no_5xx(small, body):
    key, name = (
        small.state()["draft_key"][0],
        next(n for n in small.state() if n.startswith("f_")),
    )
    raw = f"draft_key={key}&{name}=".encode() + body
    response = small.client.post(
        small.url, raw, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 303
    small.follow(response)
    assert "読み取れない文字" in small.errors[0]


@pytest.mark.django_db
def test_unknown_and_forged_fields_are_dropped(small):
    forged = {"f_aaaaaaaa": "秘密", "owner": "秘密", "__class__": "秘密"}
    small.next({"story": "あ"}, **forged)
    assert "秘密" not in str(Draft.objects.get().answers)
    small.send()
    assert "秘密" not in str(Submission.objects.get().answers)


@pytest.mark.django_db
def test_a_choice_that_was_never_offered_counts_as_no_choice(journey):
    journey.begin()
    data = journey.typed({"kind": "use", "urgency": "normal"})
    for name in data:
        if name.startswith("f_") and not name.endswith("-shown"):
            data[name] = ["o_forged00' OR 1=1"]
    journey.follow(journey.client.post(journey.url, data))
    assert "「紹介の種別」を選んでください。" in journey.errors
