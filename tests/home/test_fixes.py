"""What one press mends: the same when pressed twice, and never a name of the list."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from home.checking.fixes import FIXES, Words, mend, mend_html
from home.checking.words import PAIRS

NAMES = ("ＢＢハウス", "㈱えん", "髙田", "３びきのこぶた")
WORDS = Words(names=NAMES, signs=PAIRS)
ALPHABET = st.one_of(
    st.sampled_from(list("Ａｚ０９ｶﾞﾊﾟ｡①㈱㍉ 　年月日居場所こどもABC019/-.<>&髙")),
    st.sampled_from([*NAMES, "2026/4/1", "2026-02-30", "お 知 ら せ", "１２"]),
)
TEXT = st.lists(ALPHABET, max_size=25).map("".join)
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLAIN = TEXT.map(lambda text: text.replace("<", "").replace("&", "").replace(">", ""))


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("full_width", "Ｐｄｆを１０部", "Pdfを10部"),
        ("half_kana", "ｶﾞｯｺｳ｡ﾊﾟﾝ", "ガッコウ。パン"),
        ("inner_space", "お 知　ら せ です", "お知らせ です"),
        ("inner_space", "支援 企画係", "支援 企画係"),
        ("date", "2026/4/1から2026-12-25まで", "2026年4月1日から2026年12月25日まで"),
        (
            "date",
            "2026/13/1と/a/2026/4/1と2026/4/1/x",
            "2026/13/1と/a/2026/4/1と2026/4/1/x",
        ),
        ("machine_sign", "①㈱㍉", "（1）（株）ミリ"),
        ("full_width", "ＢＢハウスは１６時", "ＢＢハウスは16時"),
        ("machine_sign", "㈱えんと㈱ほか", "㈱えんと（株）ほか"),
    ],
)
def test_each_fix_does_what_its_button_says(kind, before, after):
    assert mend(before, {kind}, WORDS) == after


@patiently
@given(TEXT, st.sets(st.sampled_from(sorted(FIXES)), min_size=1))
def test_what_was_mended_stays_as_it_is(text, kinds):
    once = mend(text, kinds, WORDS)
    assert mend(once, kinds, WORDS) == once


@patiently
@given(TEXT)
def test_no_name_of_the_list_is_ever_changed(text):
    after = mend(text, FIXES, WORDS)
    for name in NAMES:
        assert after.count(name) >= text.count(name)


@patiently
@given(PLAIN, PLAIN)
def test_addresses_and_tags_are_never_touched(before, said):
    html = f'<p>{before}<a href="/ｘ/2026/4/1/①">{said}</a>&#x2460;</p>'
    after = mend_html(html, FIXES, WORDS)
    assert '<a href="/ｘ/2026/4/1/①">' in after
    assert after.endswith("</a>&#x2460;</p>")
