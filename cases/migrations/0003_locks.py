"""Contact records and confirmed assessments never change."""

from django.db import migrations

from staff.triggers import changed, changed_beside, refuse

FROZEN = "OLD.state IN ('confirmed', 'superseded')"


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial")]
    operations = [
        # A record of a referral joins the case that the referral becomes, once.
        changed_beside(
            "contact_log_no_update",
            "cases",
            "ContactLog",
            allowed={"case_id"},
            when="1 = 1",
        ),
        refuse(
            "contact_log_joins_one_case",
            "cases_contactlog",
            "UPDATE",
            when=f"OLD.case_id IS NOT NULL AND ({changed('case_id')})",
        ),
        refuse("referral_no_delete", "cases_referral", "DELETE"),
        refuse("case_no_delete", "cases_case", "DELETE"),
        refuse("contact_log_no_delete", "cases_contactlog", "DELETE"),
        changed_beside(
            "assessment_frozen",
            "cases",
            "Assessment",
            allowed={"state"},
            when=FROZEN,
        ),
        refuse(
            "assessment_stays_confirmed",
            "cases_assessment",
            "UPDATE",
            when=f"{FROZEN} AND NEW.state <> 'superseded' AND ({changed('state')})",
        ),
        refuse("assessment_no_delete", "cases_assessment", "DELETE", when=FROZEN),
    ]
