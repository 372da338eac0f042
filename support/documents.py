"""The papers of support."""

import re
import zlib
from datetime import date

from cases.models import Child
from cases.models.child import school_grade
from decisions.models import PaperSettings
from exchange.pdf import render_pdf
from support.models import PlanVersion

PAGES = 2
# Large letters first; where those are too long, smaller ones, then lines are joined.
SETTINGS = ["roomy", "", "joined", "joined small", "joined smaller"]
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
COUNT = re.compile(
    rb"/Type\s*/Pages\b[^>]*?/Count\s+(\d+)|/Count\s+(\d+)[^>]*?/Pages\b"
)


def plan_pdf(plan: PlanVersion, *, is_draft: bool = False) -> bytes:
    """The plan as the family takes it home: two pages, whatever the boxes hold.

    For a confirmed version it is called once; from then on the stored bytes are
    served. A draft carries 「案」. Why somebody was not heard is internal: not on it.
    """
    context = _context(plan) | {"is_draft": is_draft}
    pdf = b""
    for setting in SETTINGS:
        pdf = render_pdf("support/documents/plan.html", context | {"setting": setting})
        if page_count(pdf) == PAGES:
            break
    return pdf


def page_count(pdf: bytes) -> int:
    """How many pages a PDF of ours has, as its page tree says."""
    parts = [pdf]
    for stream in STREAM.findall(pdf):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    for part in parts:
        if found := COUNT.search(part):
            return int(found[1] or found[2])
    return 0


def grade_label(birth: date | None, on: date) -> str:
    """The grade as papers name it: ``小学4年``; empty where no birth date is known."""
    if birth is None:
        return ""
    grade = school_grade(birth, on)
    for first, last, school in [(1, 6, "小学"), (7, 9, "中学"), (10, 12, "高校相当")]:
        if first <= grade <= last:
            return f"{school}{grade - first + 1}年"
    return "未就学" if grade < 1 else ""


def age(birth: date, on: date) -> int:
    """Full years on a day."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _context(plan: PlanVersion) -> dict[str, object]:
    child: Child = plan.case.child
    words = PaperSettings.load()
    decision = plan.enrolment.decision
    return {
        "plan": plan,
        "child": child,
        "age": age(child.birth_date, plan.written_on) if child.birth_date else None,
        "grade": child.grade_note or grade_label(child.birth_date, plan.written_on),
        "guardian": child.guardians.first(),
        "site": plan.enrolment.site,
        "decision": decision,
        "decision_number": words.number_pattern.replace(
            "{number}", str(decision.number or "")
        ),
        "city": words.city,
        "programme": words.programme,
        "goals": plan.goals.all(),
        "services": plan.services.select_related("service"),
        "ways": [
            (label, value == plan.child_voice_how)
            for value, label in PlanVersion.How.choices
        ],
    }
