"""Plans of the cast: services of the contract, a draft, and every box full."""

from datetime import date

import pytest

from cases.models import Guardian
from programs.models import ServiceType
from support import services
from support.models import PlanGoal, PlanService, PlanVersion
from tests.factories import DecisionFactory, PlanVersionFactory, ServiceTypeFactory

LABELS = [
    "安全・安心な居場所の提供",
    "生活習慣の形成",
    "学習の支援",
    "食事の提供",
    "課外活動の提供",
    "学校、医療機関、地域団体等の関係機関との連携",
    "保護者への情報提供、相談支援",
    "送迎支援（任意）",
]


@pytest.fixture
def service_types(db):
    """The eight services as the contract names them."""
    return [
        ServiceTypeFactory(code=f"S{n}", label_official=label, order=n)
        for n, label in enumerate(LABELS, start=1)
    ]


@pytest.fixture
def draft(service_types, enrolment, cast):
    """A whole draft at the site of ``operator``: nothing is lacking."""
    return PlanVersionFactory(enrolment=enrolment)


@pytest.fixture
def shared(draft, cast):
    return services.share_plan(draft, by=cast["operator"], revision=draft.revision)


@pytest.fixture
def acknowledged(shared, cast):
    return services.acknowledge_plan(
        shared, by=cast["caseworker"], revision=shared.revision, advice="架空の助言"
    )


@pytest.fixture
def confirmed(acknowledged, cast):
    """Confirmed; its paper still waits in the outbox."""
    return services.confirm_plan(
        acknowledged, by=cast["operator"], revision=acknowledged.revision
    )


def end_enrolment(enrolment, day):
    """End an enrolment in the database's own way: by an approved decision."""
    decision = DecisionFactory(
        approved=True, kind="end", case=enrolment.case, site=enrolment.site
    )
    rows = type(enrolment).objects.filter(pk=enrolment.pk)
    rows.update(ends_on=day, ended_by=decision)


def fill_every_box(plan: PlanVersion, letter: str, *, head: bool = True) -> None:
    """Write *letter* into every text of a draft, up to its maximum."""
    texts = [
        field
        for field in PlanVersion._meta.concrete_fields
        if field.max_length and not field.choices
    ]
    for field in texts:
        setattr(plan, field.name, letter * field.max_length)
    plan.child_voice_how = PlanVersion.How.NOT_NOW
    plan.child_recheck_on = plan.child_signed_on = date(2026, 12, 28)
    plan.save()
    plan.goals.all().delete()
    for order in (1, 2, 3):
        PlanGoal.objects.create(
            plan=plan,
            order=order,
            goal=letter * 60,
            measure=letter * 80,
            due=date(2027, 12, 31),
        )
    for row in PlanService.objects.filter(plan=plan):
        row.content, row.frequency, row.person = letter * 54, letter * 12, letter * 12
        row.save()
    if head:
        fill_the_head(plan, letter)


def fill_the_head(plan: PlanVersion, letter: str) -> None:
    """The same for what the paper takes from the case, the site and the services."""
    child, site = plan.case.child, plan.enrolment.site
    child.family_name = child.given_name = letter * 50
    child.family_kana = child.given_kana = "ヴ" * 60
    child.grade_note = letter * 40
    child.school.name = letter * 100
    child.school.save()
    child.save()
    Guardian.objects.create(child=child, name=letter * 100, relation=letter * 20)
    site.name = letter * 60
    site.save()
    plan.author.full_name = letter * 100
    plan.author.save()
    for number, service in enumerate(ServiceType.objects.all()):
        service.label_official = letter * 58 + f"{number:02d}"
        service.save()
