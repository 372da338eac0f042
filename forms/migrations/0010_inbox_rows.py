"""A row in the inbox for what was received before, and the locks of the history."""

from django.db import migrations

from staff.triggers import changed_beside, refuse

ERASED_EVENT = "NEW.text <> '' AND NEW.text IS DISTINCT FROM OLD.text"
ERASED_CORRECTION = "NEW.value IS NOT NULL OR NEW.reason <> ''"
# Retention clears a submission first; only then what hangs from it may go with it.
STILL_THERE = (
    "EXISTS (SELECT 1 FROM portal_forms_submission s"
    " WHERE s.id = OLD.submission_id AND s.anonymised_at IS NULL)"
)


def stand_in_the_inbox(apps, schema_editor):
    Handling = apps.get_model("portal_forms", "Handling")
    rows = apps.get_model("portal_forms", "Submission").objects.values_list(
        "pk", "form_id", "partner_id", "submitted_at", "status"
    )
    Handling.objects.bulk_create(
        (
            Handling(
                submission_id=pk,
                form_id=form,
                partner_id=partner,
                received_at=at,
                state=status,
            )
            for pk, form, partner, at, status in rows.iterator()
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


def locks(model: str, *, may_empty: set[str], when: str):
    """Rows are added; retention alone empties what was written, and nothing else."""
    table = f"portal_forms_{model}"
    return [
        changed_beside(
            f"{table}_frozen", "portal_forms", model, allowed=may_empty, when="1 = 1"
        ),
        refuse(f"{table}_only_emptied", table, "UPDATE", when=when),
        refuse(f"{table}_no_delete", table, "DELETE", when=STILL_THERE),
    ]


class Migration(migrations.Migration):
    dependencies = [("portal_forms", "0009_inbox")]
    operations = [
        migrations.RunPython(stand_in_the_inbox, migrations.RunPython.noop),
        *locks("submissionevent", may_empty={"text"}, when=ERASED_EVENT),
        *locks(
            "correctedanswer", may_empty={"value", "reason"}, when=ERASED_CORRECTION
        ),
        refuse(
            "portal_forms_handling_no_delete",
            "portal_forms_handling",
            "DELETE",
            when=STILL_THERE,
        ),
    ]
