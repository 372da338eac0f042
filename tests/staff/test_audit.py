"""The audit: chained, added to, never changed; every tampering is found."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from staff.models import AuditEvent
from staff.services import record_event, verify_audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(cast):
    return [record_event(f"test.{n}", by=cast["intake"]) for n in range(5)]


def tamper(sql, *values):
    """Change the table as somebody could who owns the database."""
    with connection.cursor() as cursor:
        for on in ("update", "delete"):
            name = f"staff_auditevent_no_{on}"
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER {name}")
            else:
                cursor.execute(f"DROP TRIGGER {name} ON staff_auditevent")
        cursor.execute(sql, values)


def test_an_untouched_chain_verifies(chain):
    assert verify_audit() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE staff_auditevent SET event = 'other' WHERE seq = 2",
        "UPDATE staff_auditevent SET by_id = NULL WHERE seq = 3",
        "DELETE FROM staff_auditevent WHERE seq = 3",
        "DELETE FROM staff_auditevent WHERE seq = 1",
        "UPDATE staff_auditevent SET seq = 9 WHERE seq = 2",
    ],
)
def test_an_edit_a_deletion_and_a_reordering_are_found(chain, sql):
    tamper(sql)

    assert verify_audit() != []


def test_an_inserted_event_is_found(chain):
    forged = AuditEvent.objects.get(seq=5)
    forged.pk, forged.seq, forged.digest = None, 6, "f" * 64
    forged._state.adding = True
    forged.save()

    assert verify_audit() != []


def test_a_cut_tail_is_found_by_its_anchor(chain):
    anchor = {"seq": 5, "digest": chain[-1].digest}
    tamper("DELETE FROM staff_auditevent WHERE seq = 5")

    assert verify_audit() == []
    assert verify_audit([anchor]) != []


def test_neither_code_nor_database_changes_an_event(chain):
    with pytest.raises(ValidationError):
        chain[0].save()
    with pytest.raises(ValidationError):
        chain[0].delete()
    for write in (
        lambda: AuditEvent.objects.filter(seq=1).update(event="x"),
        lambda: AuditEvent.objects.filter(seq=1)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()
