"""The password that goes with a receipt number."""

import hashlib
import hmac
from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from forms.forms.text import HYPHENS, narrow, receipt_number
from forms.models import FailedLookUp, Submission

PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105  an alphabet


WINDOW = timedelta(minutes=15)
TRIES_OF_AN_ADDRESS = 10
TRIES_OF_A_NUMBER = 5


def spelled(number: int, length: int) -> str:
    """A number as letters that nobody confuses, in groups of four."""
    letters = []
    for _position in range(length):
        number, at = divmod(number, len(PASSWORD_LETTERS))
        letters.append(PASSWORD_LETTERS[at])
    return "-".join("".join(letters[at : at + 4]) for at in range(0, length, 4))


def plain_of(password: str) -> str:
    """A password as it is compared: with or without strokes, wide or narrow."""
    return HYPHENS.sub("", narrow(password)).lower()


def look_up_password(key: str) -> str:
    """The password to look up a submission, made from the draft's key.

    Nobody stores it: whoever still holds the key is shown the same password again, so
    a reload or a second click after a lost connection shows what the first one did.
    """
    digest = salted_hmac("forms.look_up", key, algorithm="sha256").digest()
    return spelled(int.from_bytes(digest), 16)


def look_up_hash(receipt: str, password: str) -> str:
    """What is stored instead of the password: typed with or without hyphens."""
    return hashlib.sha256(f"{receipt}:{plain_of(password)}".encode()).hexdigest()


def look_up(receipt: str, password: str) -> Submission | None:
    """The submission with this number and password; None where either is wrong."""
    receipt = receipt_number(receipt)
    found = Submission.objects.filter(receipt=receipt).first()
    expected = found.look_up_hash if found else "0" * 64
    right = hmac.compare_digest(expected, look_up_hash(receipt, password))
    return found if found and right else None


def guessed_too_often(receipt: str, address: str) -> bool:
    """Whether to wait: too many wrong guesses from there, or at this number.

    A number that does not exist is counted like one that does.
    """
    since = timezone.now() - WINDOW
    recent = FailedLookUp.objects.filter(at__gte=since)
    by_address = recent.filter(of=_counted("address", address)).count()
    by_number = recent.filter(of=_counted("number", receipt_number(receipt))).count()
    return by_address >= TRIES_OF_AN_ADDRESS or by_number >= TRIES_OF_A_NUMBER


def note_wrong_guess(receipt: str, address: str) -> None:
    """Count a wrong guess, for every process to see."""
    marks = [_counted("address", address), _counted("number", receipt_number(receipt))]
    FailedLookUp.objects.bulk_create(FailedLookUp(of=mark) for mark in marks)


def forget_wrong_guesses() -> int:
    """Delete the guesses that count no more."""
    old = FailedLookUp.objects.filter(at__lt=timezone.now() - WINDOW)
    return old.delete()[0]


def _counted(kind: str, value: str) -> str:
    return salted_hmac(f"forms.look_up.{kind}", value, algorithm="sha256").hexdigest()
