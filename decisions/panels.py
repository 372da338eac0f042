"""What the page of a case shows of applications, decisions and enrolments."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from cases.panels import Panel, register
from decisions import rules
from decisions.models import Decision, Enrolment, UseApplication
from decisions.services import LIVE
from decisions.views.base import CITY

Kind = Decision.Kind


@register(30)
def applications(request: HttpRequest, case: Case) -> Panel | None:
    """The applications of the case, to the city."""
    user = request.user
    if not user.scope.has(*CITY):
        return None
    rows = UseApplication.objects.visible_to(user).filter(case=case)
    actions = []
    if user.has_perm("decisions.add_useapplication") and case.state not in Case.OVER:
        url = reverse("applications:record_of_case", args=[case.pk])
        actions = [(_("Record an application"), url)]
    return {
        "title": _("Applications for use"),
        "template": "decisions/panels/applications.html",
        "context": {"applications": rows.select_related("site")},
        "actions": actions,
    }


@register(40)
def decisions(request: HttpRequest, case: Case) -> Panel | None:
    """The decisions on the case and their drafts, to the city."""
    user = request.user
    if not user.scope.has(*CITY):
        return None
    rows = Decision.objects.visible_to(user).filter(case=case).defer("snapshot")
    return {
        "title": _("Decisions"),
        "template": "decisions/panels/decisions.html",
        "context": {
            "decisions": rows.select_related("case", "site"),
            "needs_an_eye": _refused_without_use(case, rows),
        },
        "actions": _drafts_offered(user, case),
    }


def _refused_without_use(case: Case, rows) -> bool:
    """Whether use was refused and nothing came after: the family needs an eye."""
    approved = rows.filter(state=Decision.State.APPROVED).first()
    is_closed = case.state != Case.State.IN_USE
    return bool(approved and approved.kind == Kind.NOT_USE and is_closed)


def _drafts_offered(user, case: Case) -> list[tuple[str, str]]:
    if case.state in Case.OVER:
        return []
    kinds = [
        (Kind.RECOMMEND, _("Draft a recommendation")),
        (Kind.MEASURE, _("Draft a measure")),
    ]
    if Enrolment.objects.filter(case=case, ended_by=None).exists():
        kinds.append((Kind.END, _("Draft the end of use")))
    live = Decision.objects.filter(case=case, state__in=LIVE)
    being_drafted = set(live.values_list("kind", flat=True))
    return [
        (text, reverse(f"decisions:draft_{kind}", args=[case.pk]))
        for kind, text in kinds
        if kind not in being_drafted and rules.may_draft(user, kind, case)
    ]


@register(50)
def enrolments(request: HttpRequest, case: Case) -> Panel | None:
    """When the child was and is at which site; an operator sees its own sites only."""
    rows = Enrolment.objects.visible_to(request.user).filter(case=case)
    today = timezone.localdate()
    found = list(rows.select_related("site", "decision"))
    if not found:
        return None
    is_city = request.user.scope.has(*CITY)
    has_run_out = case.state == Case.State.IN_USE and not any(
        row.ends_on is None or row.ends_on > today for row in found
    )
    return {
        "title": _("Enrolments"),
        "template": "decisions/panels/enrolments.html",
        "context": {
            "enrolments": found,
            "is_city": is_city,
            "has_run_out": is_city and has_run_out,
        },
        "actions": [],
    }
