"""Which facts of a case a reader gets: one rule for page, list and panel."""

from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from cases.models.child import grade_label, school_grade
from cases.querysets import reads_council_check
from staff.models import Unit

# To whom the child comes: what is needed to look after a child, and no more.
FOR_OPERATORS = frozenset(
    {
        "number",
        "state",
        "child_name",
        "child_kana",
        "birth_date",
        "grade",
        "grade_note",
        "school",
        "guardians",
        "programme_phone",
        "shared_summary",
    }
)
# The city: since when, where the family lives, and whom to ask who does the casework.
FOR_THE_CITY = FOR_OPERATORS | {
    "child_number",
    "casework_phone",
    "opened_on",
    "ended_on",
    "addresses",
    "operators",
    "consents",
    "assessments",
    "referrals",
}
# Whether the child is on the council's list (要対協): those who do casework, and the
# head of the centre. The unit and its worker tell it as well, so they are not named
# to others, in no case: what is left out of some cases only marks just these.
FOR_CASEWORK = FOR_THE_CITY | {"is_restricted", "unit", "worker"}


def readable_facts(user) -> frozenset[str]:
    """The names of the facts that this reader may see of a case visible to them."""
    if reads_council_check(user):
        return FOR_CASEWORK
    if user.scope.has("programme_manager"):
        return FOR_THE_CITY
    return FOR_OPERATORS if user.scope.operator_ids else frozenset()


def facts_of(case, user) -> dict[str, Any]:
    """The facts of *case* that *user* may read; what is hidden is not in the dict."""
    return {name: _MAKERS[name](case, user) for name in sorted(readable_facts(user))}


def _grade(case, user) -> str:
    birth = case.child.birth_date
    return grade_label(school_grade(birth, timezone.localdate())) if birth else ""


def _guardians(case, user) -> list[dict[str, Any]]:
    with_address = "addresses" in readable_facts(user)
    return [
        {
            "pk": adult.pk,
            "name": adult.name,
            "kana": adult.kana,
            "relation": adult.relation,
            "phone": adult.phone,
            "address": adult.address if with_address else "",
        }
        for adult in case.child.guardians.all()
    ]


def _shared_summary(case, user) -> str:
    # The one part of an assessment that leaves the city; hence past visible_to.
    confirmed = case.assessments.filter(state="confirmed").first()
    return confirmed.shared_summary if confirmed else ""


def _operators(case, user) -> list:
    # Enrolments live a step up, in decisions; they are asked for by name.
    is_real = Q(ends_on__gt=timezone.localdate()) & Q(ends_on__gt=F("starts_on"))
    in_force = Q(ends_on=None) | is_real
    rows = case.enrolments.filter(in_force).select_related("site__operator")
    return [row.site for row in rows]


def _visible(related: str, *joined: str):
    def rows(case, user) -> list:
        manager = getattr(case, related)
        return list(manager.visible_to(user).select_related(*joined))

    return rows


_MAKERS = {
    "number": lambda case, user: case.number,
    "state": lambda case, user: case.get_state_display(),
    "child_name": lambda case, user: case.child.full_name,
    "child_kana": lambda case, user: case.child.full_kana,
    "child_number": lambda case, user: case.child.number,
    "birth_date": lambda case, user: case.child.birth_date,
    "grade": _grade,
    "grade_note": lambda case, user: case.child.grade_note,
    "school": lambda case, user: case.child.school,
    "guardians": _guardians,
    "addresses": lambda case, user: True,
    "programme_phone": lambda case, user: Unit.objects.filter(
        function=Unit.Function.PROGRAMME
    ).first(),
    "shared_summary": _shared_summary,
    # The head of the centre sees every case and puts through to whoever works on it.
    "casework_phone": lambda case, user: Unit.objects.filter(
        function=Unit.Function.HEAD
    ).first(),
    "unit": lambda case, user: case.unit,
    "worker": lambda case, user: case.worker,
    "opened_on": lambda case, user: case.opened_on,
    "ended_on": lambda case, user: case.ended_on,
    "operators": _operators,
    "consents": _visible("consents", "author"),
    "assessments": _visible("assessments", "author"),
    "referrals": _visible("referrals"),
    "is_restricted": lambda case, user: case.is_restricted,
}
