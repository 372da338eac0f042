"""Coming back to a draft: by number and passphrase, or as its owner."""

from datetime import timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from forms.forms.text import narrow
from forms.models import Draft
from forms.services.drafts import end_of, hash_of, holds_key
from forms.services.look_up import plain_of, spelled
from forms.services.tally import count_one, counted

SPAN = timedelta(minutes=15)
TRIES = 10


def passphrase_of(key: str) -> str:
    """The passphrase that goes with a draft's key; stored nowhere."""
    digest = salted_hmac("forms.passphrase", key, algorithm="sha256").digest()
    return spelled(int.from_bytes(digest), 12)


def resume_key(number: str, passphrase: str) -> str:
    """The key that number and passphrase amount to."""
    words = f"{number}:{plain_of(passphrase)}"
    return salted_hmac("forms.resume", words, algorithm="sha256").hexdigest()


@transaction.atomic
def keep_for_later(draft: Draft, key: str) -> str:
    """Let the draft be resumed elsewhere; return its passphrase.

    Whoever came back by the passphrase holds another key than the first one: the
    passphrase stays the same, and an empty text says so.
    """
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("version__form__conduct")
        .get(pk=draft.pk)
    )
    passphrase = passphrase_of(key)
    if draft.owner_id:
        passphrase = ""  # the account is the way back
    elif draft.resume_hash and hash_of(key) != draft.key_hash:
        passphrase = ""
    else:
        draft.resume_hash = hash_of(resume_key(draft.number, passphrase))
    draft.expires_at = max(draft.expires_at, end_of(draft))
    draft.save(update_fields=["resume_hash", "expires_at"])
    return passphrase


def may_try(address: str) -> bool:
    """Whether this address may guess once more in this quarter of an hour."""
    return counted("resume", address, SPAN) < TRIES


def resume(number: str, passphrase: str, *, address: str) -> tuple[Draft, str] | None:
    """The draft and the key to it; None where either is wrong, and the guess counted.

    Both cost the same whether the number exists or not. A draft that belongs to an
    account is opened by its owner only.
    """
    number = f"T-{_grouped(narrow(number))}"
    key = resume_key(number, passphrase)
    draft = (
        Draft.objects.open()
        .select_related("version__form")
        .filter(number=number, sent_at=None)
        .first()
    )
    if draft is not None and draft.resume_hash and holds_key(draft, key):
        return draft, key
    count_one("resume", address, SPAN)
    return None


def _grouped(number: str) -> str:
    """``T7K3M9QXF``, ``t-7k3m-9qxf`` and the like, as numbers are stored."""
    plain = plain_of(number).removeprefix("t")
    return f"{plain[:4]}-{plain[4:]}"
