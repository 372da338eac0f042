"""The seal of a backup: it opens whole, or not at all."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.backup import seal
from portal.backup.seal import Broken, Opening, Sealing

PASSPHRASE = "ほんとうに ながい 合い言葉"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Pieces of a few bytes and a quick key: many seams in little time."""
    monkeypatch.setattr(seal, "PIECE", 16)
    monkeypatch.setattr(
        seal.hashlib,
        "scrypt",
        lambda word, salt, **_: hashlib.sha256(word + salt).digest(),
    )


def sealed(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    file = io.BytesIO()
    sealing = Sealing(file, passphrase)
    sealing.write(content)
    sealing.finish()
    return file.getvalue()


def opened(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    opening = Opening(io.BytesIO(content), passphrase)
    found = opening.readall()
    opening.finish()
    return found


@given(st.binary(max_size=200), st.integers(min_value=0), st.integers(0, 7))
def test_what_was_sealed_opens_whole_and_no_bit_of_it_may_differ(content, at, bit):
    whole = sealed(content)
    assert opened(whole) == content
    wrong = bytearray(whole)
    wrong[at % len(whole)] ^= 1 << bit
    with pytest.raises(Broken):
        opened(bytes(wrong))


@given(st.binary(max_size=200), st.integers(min_value=0))
def test_no_end_may_be_missing_or_added(content, at):
    whole = sealed(content)
    for wrong in (whole[: at % len(whole)], whole + b"x"):
        with pytest.raises(Broken):
            opened(wrong)


def test_pieces_may_not_change_places_nor_files_nor_passphrases():
    whole = sealed(b"a" * 48)
    head, piece = len(seal.MAGIC) + seal.SALT, 4 + 16 + 16
    one, two = whole[head : head + piece], whole[head + piece : head + 2 * piece]
    swapped = whole[:head] + two + one + whole[head + 2 * piece :]
    other = sealed(b"b" * 48)
    mixed = other[: head + piece] + whole[head + piece :]
    for wrong in (swapped, mixed):
        with pytest.raises(Broken):
            opened(wrong)
    with pytest.raises(Broken):
        opened(whole, "ちがう")
    assert b"aaaa" not in whole
