"""The way of a decision, played by the cast."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from decisions import documents, services
from decisions.models import Decision
from tests.factories import (
    AssessmentFactory,
    ContactLogFactory,
    ServiceTypeFactory,
    UseApplicationFactory,
)


@pytest.fixture
def application(cast, site, case):
    """An application on a case whose assessment is confirmed."""
    ServiceTypeFactory(code="S1", label_official="安心・安全な居場所の提供")
    AssessmentFactory(case=case, confirmed=True, child_voice="みんなと食べたい")
    return UseApplicationFactory(case=case, site=site)


def shown_of(draft):
    """The digest that the page of a draft carries now."""
    return documents.digest(
        documents.snapshot_of(Decision.objects.get(pk=draft.pk)),
    )


def approve(draft, **named):
    """Approve what the page shows now."""
    return services.approve(draft, shown=shown_of(draft), **named)


def values_of(kind, site, **changes):
    """What somebody types into a draft of a kind."""
    today = timezone.localdate()
    typed = {
        "use": {
            "supersedes": None,
            "site": site,
            "starts_on": today + timedelta(days=7),
            "ends_on": None,
            "days": "火・木　16時～21時",
            "fee": "無料",
            "conditions": "",
            "addressee": "架空𠮷田　母子",
            "reason": "放課後の居場所と夕食が必要なため",
        },
        "not_use": {
            "addressee": "架空𠮷田　母子",
            "reason": "学童保育の利用が適当と認められるため",
            "elsewhere": "こども総合相談窓口",
        },
        "recommend": {
            "site": site,
            "addressee": "架空𠮷田　母子",
            "reason": "夕方の時間を安心して過ごすため",
        },
        "end": {
            "supersedes": None,
            "ends_on": today,
            "end_reason": "moved",
            "addressee": "架空𠮷田　母子",
            "reason": "市外へ転出するため",
            "elsewhere": "",
        },
    }
    typed["measure"] = {
        key: value for key, value in typed["use"].items() if key != "supersedes"
    } | {"reason": "勧奨によっても利用が著しく困難なため"}
    return typed[kind] | changes


@pytest.fixture
def draft_of(cast, site, case, application):
    """Draft a decision of a kind by the person whose task it is."""

    def draft(kind, services_given=(), **changes):
        if kind == "measure":
            ContactLogFactory(case=case, kind="recommendation")
        by = "caseworker" if kind in Decision.BY_HEAD else "programme"
        on_application = kind in ("use", "not_use")
        return services.draft_decision(
            case,
            kind=kind,
            by=cast[by],
            values=values_of(kind, site, **changes),
            application=application if on_application else None,
            services=services_given,
        )

    return draft


@pytest.fixture
def circulated(draft_of):
    """A draft of a kind that waits for approval."""

    def circulate(kind, **changes):
        draft = draft_of(kind, **changes)
        return services.circulate(draft, revision=draft.revision, by=draft.drafted_by)

    return circulate


@pytest.fixture
def approved(cast, circulated):
    """An approved decision of a kind."""

    def approve_kind(kind, *, on: date | None = None, **changes):
        draft = circulated(kind, **changes)
        by = cast["head" if draft.is_by_head else "programme-lead"]
        return approve(
            draft, revision=draft.revision, on=on or timezone.localdate(), by=by
        )

    return approve_kind
