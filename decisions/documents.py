"""The papers of decisions: what is frozen at approval, and the notice made of it.

A snapshot is a JSON object. Keys that end in ``_on`` hold days as ISO dates; all that
the notice prints is in it, the city's wording included, so that nothing that is changed
later changes a paper.
"""

import copy
import hashlib
import json
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from cases.models import Assessment, Case
from decisions import rules
from decisions.models import Decision, PaperSettings, UseApplication
from exchange.pdf import render_pdf

Kind = Decision.Kind
SCHEMA = 1
PAPER_WORDS = [
    "city",
    "sender",
    "seal_note",
    "programme",
    "number_pattern",
    "contact",
    "contact_phone",
    "recommendation_basis",
    "measure_basis",
]
ASSESSMENT_TEXTS = [
    "situation",
    "child_voice",
    "guardian_voice",
    "strengths",
    "risks",
    "urgency",
    "needs",
    "considered",
    "recommendation",
    "shared_summary",
]
COMPARED = {
    Kind.USE: ["site", "starts_on", "ends_on", "days", "services", "fee", "conditions"],
    Kind.END: ["ends_on"],
}
# Sizes of print, by the full-width characters on the page: it stays one page.
SIZES = [(2000, "tightest"), (1300, "densest"), (700, "dense")]
LINE = 40


def digest(content: Any) -> str:
    """The sha256 of a JSON value in its one canonical form."""
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot_of(decision: Decision) -> dict[str, Any]:
    """All that a decision says and rests on, as it stands now.

    Its digest travels with the page on which it is read. Only the approval fills in
    the number, the day and the person.
    """
    with translation.override(settings.LANGUAGE_CODE):
        end_reason = str(decision.get_end_reason_display())
    content = {
        "schema": SCHEMA,
        "number": "",
        "kind": decision.kind,
        "decided_on": None,
        "decided_by": None,
        "drafted_by": decision.drafted_by_id,
        "revision": decision.revision,
        "case": _case(decision.case),
        "child": _child(decision.case),
        "application": _application(decision.application),
        "assessment": _assessment(rules.confirmed_assessment(decision.case)),
        "attempts": rules.attempts(decision.case),
        "changes": _changed(decision.supersedes),
        **_said(decision),
        "end_reason_label": end_reason,
        "paper": _paper(decision),
    }
    return json.loads(json.dumps(content, default=_iso))


def _iso(value: date) -> str:
    return value.isoformat()


def _said(decision: Decision) -> dict[str, Any]:
    """What the decision itself says."""
    site = decision.site
    return {
        "site": {"slug": site.slug, "name": site.name, "operator": site.operator.name}
        if site
        else None,
        "starts_on": decision.starts_on,
        "ends_on": decision.ends_on,
        "days": decision.days,
        "services": [
            {"code": row.code, "label": row.label_official}
            for row in decision.services.all()
        ],
        "fee": decision.fee,
        "conditions": decision.conditions,
        "addressee": decision.addressee,
        "reason": decision.reason,
        "elsewhere": decision.elsewhere,
        "end_reason": decision.end_reason,
    }


def _case(case: Case) -> dict[str, Any]:
    # Not its unit: the name would tell every reader who is on the council's list.
    return {"number": case.number}


def _child(case: Case) -> dict[str, Any]:
    child = case.child
    return {
        "number": child.number,
        "name": child.full_name,
        "kana": child.full_kana,
        "born_on": child.birth_date,
        "school": child.school.name if child.school else "",
        "grade_note": child.grade_note,
    }


def _application(application: UseApplication | None) -> dict[str, Any] | None:
    if application is None:
        return None
    return {
        "number": application.number,
        "received_on": application.received_on,
        "applicant": application.applicant,
        "relation": application.relation,
        "site": application.site.name,
        "wished_days": application.wished_days,
        "reason": application.reason,
    }


def _assessment(assessment: Assessment | None) -> dict[str, Any] | None:
    """Which assessment it was, by the digest of its text."""
    if assessment is None:
        return None
    return {
        "record": str(assessment),
        "version": assessment.version,
        "author": assessment.author_id,
        "confirmed_by": assessment.confirmed_by_id,
        "confirmed_on": timezone.localdate(assessment.confirmed_at)
        if assessment.confirmed_at
        else None,
        "recommendation": assessment.recommendation,
        "sha256": digest(
            {name: getattr(assessment, name) for name in ASSESSMENT_TEXTS}
        ),
    }


def _changed(former: Decision | None) -> dict[str, Any] | None:
    """The decision that this one changes or ends, in its own words."""
    if former is None:
        return None
    return {
        "number": former.number,
        "decided_on": former.decided_on,
        **_said(former),
    }


def _paper(decision: Decision) -> dict[str, Any]:
    words = PaperSettings.load()
    paper = {name: getattr(words, name) for name in PAPER_WORDS}
    has_notice = words.has_appeal_notice and decision.kind != Kind.RECOMMEND
    return paper | {"appeal_notice": words.appeal_notice if has_notice else ""}


def read(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A copy of a snapshot in which days are days again."""

    def walk(value, name=""):
        if isinstance(value, dict):
            return {key: walk(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        if name.endswith("_on") and isinstance(value, str):
            return date.fromisoformat(value)
        return copy.copy(value)

    return walk(snapshot)


def differences(content: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """What differs from the decision it changes: label, before, after."""
    before = content.get("changes") or {}
    names = COMPARED.get(content.get("kind"), []) if before else []
    return [
        (Decision._meta.get_field(name).verbose_name, before.get(name), content[name])
        for name in names
        if before.get(name) != content[name]
    ]


def size_of_print(content: dict[str, Any]) -> str:
    """How small the notice is printed, so that it stays on one page."""
    services = "、".join(service["label"] for service in content["services"])
    names = ["addressee", "days", "fee", "conditions", "elsewhere"]
    if content["kind"] != Kind.USE:
        names.append("reason")
    texts = [content[name] for name in names]
    texts += [services, content["paper"]["appeal_notice"]]
    weight = sum(len(text) + LINE * text.count("\n") for text in texts)
    return next((name for limit, name in SIZES if weight >= limit), "")


def document_number(paper: dict[str, Any], number: str) -> str:
    """A number as the city writes it on papers: ``第K8-0001号``."""
    return paper["number_pattern"].replace("{number}", number)


def notice_pdf(decision: Decision) -> bytes:
    """The notice, from the snapshot alone; called once, then the bytes are served."""
    content = read(decision.snapshot)
    paper = content["paper"]
    former = content["changes"] or {}
    context = {
        "snapshot": content,
        "paper": paper,
        "city": paper["city"],
        "document_number": document_number(paper, content["number"]),
        "former_number": document_number(paper, former.get("number") or ""),
        "size": size_of_print(content),
    }
    return render_pdf("decisions/documents/notice.html", context)
