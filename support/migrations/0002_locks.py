"""Confirmed plan versions, their parts and their papers never change."""

from django.db import migrations

from staff.triggers import append_only, changed_beside, refuse

FROZEN = (
    "EXISTS (SELECT 1 FROM support_planversion p"
    " WHERE p.state IN ('confirmed', 'superseded') AND p.id = {row}.plan_id)"
)


def parts(table: str) -> list:
    """Three operations: rows of a part stand still once their plan is frozen."""
    return [
        refuse(f"{table}_frozen_new", table, "INSERT", when=FROZEN.format(row="NEW")),
        refuse(
            f"{table}_frozen_old",
            table,
            "UPDATE",
            when=f"{FROZEN.format(row='OLD')} OR {FROZEN.format(row='NEW')}",
        ),
        refuse(f"{table}_frozen_gone", table, "DELETE", when=FROZEN.format(row="OLD")),
    ]


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]
    operations = [
        changed_beside(
            "planversion_frozen",
            "support",
            "PlanVersion",
            allowed={"state"},
            when="OLD.state = 'confirmed'",
        ),
        refuse(
            "planversion_forward_only",
            "support_planversion",
            "UPDATE",
            when="OLD.state = 'superseded' OR (OLD.state = 'confirmed'"
            " AND NEW.state NOT IN ('confirmed', 'superseded'))",
        ),
        refuse(
            "planversion_no_delete",
            "support_planversion",
            "DELETE",
            when="OLD.state <> 'draft'",
        ),
        *parts("support_plangoal"),
        *parts("support_planservice"),
        *append_only("support_advice"),
        *append_only("support_planpaper"),
    ]
