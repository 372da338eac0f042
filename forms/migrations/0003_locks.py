"""Published versions and received answers never change."""

from django.db import migrations

from staff.triggers import append_only, changed, refuse

FROZEN = [
    "receipt",
    "token",
    "form_id",
    "version_id",
    "partner_id",
    "submitted_by_id",
    "answers",
    "sha256",
    "look_up_hash",
    "submitted_at",
]


class Migration(migrations.Migration):
    dependencies = [("portal_forms", "0002_initial")]
    operations = [
        *append_only("portal_forms_formversion"),
        refuse(
            "portal_forms_submission_frozen",
            "portal_forms_submission",
            "UPDATE",
            when=changed(*FROZEN),
        ),
        refuse(
            "portal_forms_submission_no_delete", "portal_forms_submission", "DELETE"
        ),
        *append_only("portal_forms_indexedanswer"),
    ]
