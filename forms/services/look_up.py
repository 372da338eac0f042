"""The password that goes with a receipt number."""

import hashlib
import hmac

from django.utils.crypto import salted_hmac

from forms.forms.text import narrow
from forms.models import Submission

PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105  an alphabet


def look_up_password(key: str) -> str:
    """The password to look up a submission, made from the draft's key.

    Nobody stores it: whoever still holds the key is shown the same password again, so
    a reload or a second click after a lost connection shows what the first one did.
    """
    digest = salted_hmac("forms.look_up", key, algorithm="sha256").digest()
    number = int.from_bytes(digest)
    letters = []
    for _position in range(16):
        number, at = divmod(number, len(PASSWORD_LETTERS))
        letters.append(PASSWORD_LETTERS[at])
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))


def look_up_hash(receipt: str, password: str) -> str:
    """What is stored instead of the password: typed with or without hyphens."""
    plain = narrow(password).replace("-", "").replace(" ", "").lower()
    return hashlib.sha256(f"{receipt}:{plain}".encode()).hexdigest()


def look_up(receipt: str, password: str) -> Submission | None:
    """The submission with this number and password; None where either is wrong."""
    receipt = narrow(receipt).upper()
    found = Submission.objects.filter(receipt=receipt).first()
    expected = found.look_up_hash if found else "0" * 64
    right = hmac.compare_digest(expected, look_up_hash(receipt, password))
    return found if found and right else None
