"""Answers may go in two steps; the locks let nothing but a part of them stay."""

from django.db import migrations, models

from staff.triggers import changed, refuse

SUBMISSION = "portal_forms_submission"
# What is left was there before, as it was.
LEFT = {
    "sqlite": (
        "NOT EXISTS (SELECT 1 FROM json_each(NEW.answers) n"
        " LEFT JOIN json_each(OLD.answers) o ON o.key = n.key"
        " WHERE o.key IS NULL OR o.value IS NOT n.value)"
    ),
    "postgresql": "OLD.answers @> NEW.answers",
}
# Each once, and in this order: the short-lived answers, then all but the statistics.
CLEARED = (
    "(OLD.anonymised_at IS NULL AND NEW.anonymised_at IS NOT NULL"
    " AND NEW.submitted_by_id IS NULL AND NEW.look_up_hash = '')"
)
THINNED = (
    "(OLD.anonymised_at IS NULL AND NEW.anonymised_at IS NULL"
    " AND OLD.thinned_at IS NULL AND NEW.thinned_at IS NOT NULL)"
)
KEPT_FOR_GOOD = ["receipt", "token", "form_id", "version_id", "submitted_at"]
WITH_THE_ANSWERS = ["answers", "sha256"]
WITH_THE_PERSON = ["partner_id", "submitted_by_id", "look_up_hash"]
STILL_THERE = (
    f"EXISTS (SELECT 1 FROM {SUBMISSION} s WHERE s.id = OLD.submission_id"
    " AND s.anonymised_at IS NULL AND s.thinned_at IS NULL)"
)
FROZEN = {
    vendor: f"{changed(*KEPT_FOR_GOOD)}"
    f" OR (({changed(*WITH_THE_PERSON, 'anonymised_at')}) AND NOT {CLEARED})"
    f" OR (({changed(*WITH_THE_ANSWERS)}) AND NOT ({CLEARED} OR {THINNED}))"
    f" OR (({changed('thinned_at')}) AND NOT {THINNED})"
    f" OR (({changed('answers')}) AND NOT {left})"
    for vendor, left in LEFT.items()
}


class Migration(migrations.Migration):
    dependencies = [("portal_forms", "0011_partner_keys")]
    operations = [
        migrations.AddField(
            "formdefinition",
            "retention_short_days",
            models.PositiveIntegerField(
                blank=True,
                null=True,
                verbose_name="Days that short-lived answers are kept",
                help_text="For the questions marked “Cleared before the rest”. Left"
                " empty, they go with the rest.",
            ),
        ),
        migrations.AddField(
            "submission",
            "thinned_at",
            models.DateTimeField(
                blank=True,
                editable=False,
                null=True,
                verbose_name="Short-lived answers cleared at",
            ),
        ),
        refuse(
            "portal_forms_submission_frozen", SUBMISSION, "UPDATE", when=FROZEN
        ),
        *(
            refuse(f"{table}_no_delete", table, "DELETE", when=STILL_THERE)
            for table in (
                "portal_forms_indexedanswer",
                "portal_forms_attachment",
                "portal_forms_correctedanswer",
            )
        ),
    ]
