"""Approved decisions and their papers never change; enrolments need a decision."""

from django.db import migrations

from staff.triggers import append_only, changed, refuse

APPROVED = "SELECT 1 FROM decisions_decision d WHERE d.state = 'approved' AND d.id = "
OVERLAP = (
    "EXISTS (SELECT 1 FROM decisions_enrolment e WHERE e.case_id = NEW.case_id"
    " AND e.id <> NEW.id"
    " AND (NEW.ends_on IS NULL OR e.starts_on < NEW.ends_on)"
    " AND (e.ends_on IS NULL OR NEW.starts_on < e.ends_on)"
    " AND (e.ends_on IS NULL OR e.ends_on > e.starts_on)"
    " AND (NEW.ends_on IS NULL OR NEW.ends_on > NEW.starts_on))"
)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0002_initial")]
    operations = [
        refuse(
            "decision_no_update",
            "decisions_decision",
            "UPDATE",
            when="OLD.state = 'approved'",
        ),
        refuse("decision_no_delete", "decisions_decision", "DELETE"),
        refuse(
            "decision_services_no_insert",
            "decisions_decision_services",
            "INSERT",
            when=f"EXISTS ({APPROVED} NEW.decision_id)",
        ),
        refuse(
            "decision_services_no_delete",
            "decisions_decision_services",
            "DELETE",
            when=f"EXISTS ({APPROVED} OLD.decision_id)",
        ),
        *append_only("decisions_notice"),
        refuse(
            "enrolment_needs_its_decision",
            "decisions_enrolment",
            "INSERT",
            when=f"NOT EXISTS ({APPROVED} NEW.decision_id"
            " AND d.case_id = NEW.case_id AND d.site_id = NEW.site_id"
            " AND d.starts_on = NEW.starts_on AND d.kind IN ('use', 'measure'))",
            message="an enrolment needs an approved decision on this case and site",
        ),
        refuse(
            "enrolment_no_overlap_new",
            "decisions_enrolment",
            "INSERT",
            when=OVERLAP.replace(" AND e.id <> NEW.id", ""),
            message="enrolments of one case do not overlap",
        ),
        refuse(
            "enrolment_no_overlap_changed",
            "decisions_enrolment",
            "UPDATE",
            when=OVERLAP,
            message="enrolments of one case do not overlap",
        ),
        refuse(
            "enrolment_fixed",
            "decisions_enrolment",
            "UPDATE",
            when=changed("case_id", "site_id", "decision_id", "starts_on"),
        ),
        refuse(
            "enrolment_end_needs_its_decision",
            "decisions_enrolment",
            "UPDATE",
            when=f"({changed('ends_on')}) AND (NEW.ended_by_id IS NULL OR"
            f" NOT EXISTS ({APPROVED} NEW.ended_by_id AND d.case_id = NEW.case_id"
            " AND d.kind = 'end'))",
            message="an enrolment ends by an approved decision",
        ),
        refuse("enrolment_no_delete", "decisions_enrolment", "DELETE"),
    ]
