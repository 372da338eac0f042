"""Plain factories with traits; the people of the cast are in conftest."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from cases.models import Assessment, Case, Child, ContactLog, Referral
from decisions.models import Decision, Enrolment, UseApplication
from forms.models import FormDefinition, FormVersion, Submission
from programs.models import OpeningHours, ServiceType, Site
from staff.models import Membership, Operator, Partner, Unit, User
from support.models import PlanGoal, PlanService, PlanVersion

TOKYO = ZoneInfo("Asia/Tokyo")
PASSWORD = "とても長い合い言葉です1234"


class UnitFactory(DjangoModelFactory):
    """A unit of the city, one for each function."""

    class Meta:
        model = Unit
        django_get_or_create = ["function"]

    function = Unit.Function.CASEWORK
    code = factory.LazyAttribute(lambda o: o.function)
    name = factory.LazyAttribute(lambda o: f"{o.function}係")


class OperatorFactory(DjangoModelFactory):
    class Meta:
        model = Operator

    name = factory.Sequence(lambda n: f"委託事業者{n}")
    contract_from = date(2024, 4, 1)


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner

    code = factory.Sequence(lambda n: f"S{n:04d}")
    name = factory.Sequence(lambda n: f"架空第{n}小学校")
    kind = Partner.Kind.SCHOOL
    phone = "0660000000"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        django_get_or_create = ["username"]
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    password = factory.django.Password(PASSWORD)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    valid_from = date(2024, 4, 1)


class SiteFactory(DjangoModelFactory):
    """A site with the seed's timetable. Trait: ``without_hours``."""

    class Meta:
        model = Site
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"site-{n}")
    name = factory.Sequence(lambda n: f"架空の居場所{n}")
    operator = factory.SubFactory(OperatorFactory)
    capacity_guide = 25

    @factory.post_generation
    def hours(self, create, extracted, **kwargs):
        if extracted is False:
            return
        rows = []
        for weekday in range(1, 6):
            opens = time(11) if weekday == 5 else time(16)
            for season, begins in (("term", opens), ("school_holiday", time(11))):
                row = {"season": season, "weekday": weekday, "opens": begins}
                rows.append(OpeningHours(site=self, closes=time(21), **row))
        OpeningHours.objects.bulk_create(rows)


class ServiceTypeFactory(DjangoModelFactory):
    class Meta:
        model = ServiceType
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"S{n + 1}")
    label_official = factory.LazyAttribute(lambda o: f"サービス{o.code}")
    label_public = factory.LazyAttribute(lambda o: f"サービス{o.code}")
    unit = ServiceType.Unit.PERSON_TIMES


class ChildFactory(DjangoModelFactory):
    class Meta:
        model = Child

    number = factory.Sequence(lambda n: f"K-{n + 90000:05d}")
    family_name = "架空𠮷田"
    given_name = factory.Sequence(lambda n: f"髙花子{n}")
    family_kana = "カクウヨシダ"
    given_kana = "タカハナコ"
    birth_date = date(2016, 7, 15)
    school = factory.SubFactory(PartnerFactory)


class CaseFactory(DjangoModelFactory):
    """A case in preparation. Traits: ``restricted``, ``over``."""

    class Meta:
        model = Case

    number = factory.Sequence(lambda n: f"C-{n + 90000:05d}")
    child = factory.SubFactory(ChildFactory)
    unit = factory.SubFactory(UnitFactory)
    opened_on = date(2026, 4, 1)

    class Params:
        restricted = factory.Trait(
            is_restricted=True,
            unit=factory.SubFactory(UnitFactory, function=Unit.Function.PROTECTION),
        )
        over = factory.Trait(state=Case.State.ENDED, ended_on=date(2026, 6, 1))


class FormDefinitionFactory(DjangoModelFactory):
    class Meta:
        model = FormDefinition
        django_get_or_create = ["slug"]

    slug = "referral"
    title = "学校からの相談・紹介票"
    handler = "receive-referral"


class FormVersionFactory(DjangoModelFactory):
    class Meta:
        model = FormVersion

    form = factory.SubFactory(FormDefinitionFactory)
    number = factory.Sequence(lambda n: n + 1000)
    # It has no pages: no draft of a version that was really published may follow it.
    is_breaking = True
    document = factory.LazyFunction(lambda: {"schema": 1, "pages": []})
    sha256 = "0" * 64


class SubmissionFactory(DjangoModelFactory):
    class Meta:
        model = Submission

    receipt = factory.Sequence(lambda n: f"R8-{n + 9000:04d}")
    token = factory.Sequence(lambda n: f"token-{n}")
    version = factory.SubFactory(FormVersionFactory)
    form = factory.LazyAttribute(lambda o: o.version.form)
    partner = factory.SubFactory(PartnerFactory)
    answers = factory.LazyFunction(dict)
    sha256 = "0" * 64
    look_up_hash = "0" * 64
    submitted_at = datetime(2026, 11, 20, 14, 5, tzinfo=TOKYO)


class ReferralFactory(DjangoModelFactory):
    """A referral just received. Trait: ``restricted``."""

    class Meta:
        model = Referral

    submission = factory.SubFactory(SubmissionFactory)
    number = factory.LazyAttribute(lambda o: o.submission.receipt)
    partner = factory.LazyAttribute(lambda o: o.submission.partner)
    unit = factory.SubFactory(UnitFactory, function=Unit.Function.INTAKE)
    received_at = factory.LazyAttribute(lambda o: o.submission.submitted_at)

    class Params:
        restricted = factory.Trait(
            is_restricted=True,
            council_check=Referral.CouncilCheck.LISTED,
            state=Referral.State.TRIAGED,
            unit=factory.SubFactory(UnitFactory, function=Unit.Function.PROTECTION),
        )


class ContactLogFactory(DjangoModelFactory):
    class Meta:
        model = ContactLog

    case = factory.SubFactory(CaseFactory)
    kind = ContactLog.Kind.HEARING
    at = datetime(2026, 11, 20, 15, 0, tzinfo=TOKYO)
    with_whom = "担任"
    body = "架空の聞き取り"
    author = factory.SubFactory(UserFactory)


class AssessmentFactory(DjangoModelFactory):
    """A draft. Traits: ``submitted``, ``confirmed``."""

    class Meta:
        model = Assessment

    case = factory.SubFactory(CaseFactory)
    version = 1
    situation = "架空の状況"
    urgency = Assessment.Urgency.C
    needs = "夕食と宿題"
    recommendation = Assessment.Recommendation.SUITABLE
    shared_summary = "夕食と宿題の見守りが必要"
    author = factory.SubFactory(UserFactory, username="caseworker")

    class Params:
        submitted = factory.Trait(state=Assessment.State.SUBMITTED)
        confirmed = factory.Trait(
            state=Assessment.State.CONFIRMED,
            confirmed_by=factory.SubFactory(UserFactory, username="caseworker-lead"),
            confirmed_at=datetime(2026, 11, 21, 9, 0, tzinfo=TOKYO),
        )


class UseApplicationFactory(DjangoModelFactory):
    class Meta:
        model = UseApplication

    number = factory.Sequence(lambda n: f"A8-{n + 9000:04d}")
    case = factory.SubFactory(CaseFactory)
    received_on = date(2026, 11, 20)
    applicant = "架空𠮷田　母子"
    relation = "母"
    site = factory.SubFactory(SiteFactory)
    wished_days = "火・木"
    reason = "夕食と宿題を見てほしい"
    recorded_by = factory.SubFactory(UserFactory, username="programme")


class DecisionFactory(DjangoModelFactory):
    """A draft on use. Traits: ``circulated``, ``approved``."""

    class Meta:
        model = Decision

    kind = Decision.Kind.USE
    case = factory.SubFactory(CaseFactory)
    site = factory.SubFactory(SiteFactory)
    starts_on = date(2026, 10, 1)
    ends_on = date(2027, 3, 31)
    days = "火・木 16時～21時"
    addressee = "架空𠮷田　母子"
    reason = "放課後の居場所が必要なため"
    drafted_by = factory.SubFactory(UserFactory, username="programme")
    edited_by = factory.SelfAttribute("drafted_by")

    class Params:
        circulated = factory.Trait(state=Decision.State.CIRCULATED)
        approved = factory.Trait(
            state=Decision.State.APPROVED,
            number=factory.Sequence(lambda n: f"K8-{n + 9000:04d}"),
            decided_by=factory.SubFactory(UserFactory, username="programme-lead"),
            decided_at=datetime(2026, 9, 28, 10, 0, tzinfo=TOKYO),
            decided_on=date(2026, 9, 28),
            snapshot={"made": "by the factory"},
            sha256="0" * 64,
        )


class EnrolmentFactory(DjangoModelFactory):
    """An enrolment in force, made by its own approved decision."""

    class Meta:
        model = Enrolment

    case = factory.SubFactory(CaseFactory, state=Case.State.IN_USE)
    site = factory.SubFactory(SiteFactory)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=60))
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=400))
    decision = factory.SubFactory(
        DecisionFactory,
        approved=True,
        case=factory.SelfAttribute("..case"),
        site=factory.SelfAttribute("..site"),
        starts_on=factory.SelfAttribute("..starts_on"),
        ends_on=factory.LazyAttribute(
            lambda o: (
                o.factory_parent.ends_on
                and o.factory_parent.ends_on - timedelta(days=1)
            )
        ),
    )


class PlanVersionFactory(DjangoModelFactory):
    """A draft with one goal and every service. Trait: ``shared``."""

    class Meta:
        model = PlanVersion
        skip_postgeneration_save = True

    enrolment = factory.SubFactory(EnrolmentFactory)
    case = factory.LazyAttribute(lambda o: o.enrolment.case)
    version = 1
    written_on = date(2026, 11, 20)
    period_from = date(2026, 12, 1)
    period_to = date(2027, 5, 31)
    child_voice = "みんなでごはんを食べたい"
    child_voice_on = date(2026, 11, 18)
    child_voice_by = "支援員"
    child_voice_how = PlanVersion.How.TALK
    guardian_voice = "宿題を見てほしい"
    situation = "夕食を一人で食べることが多い"
    strengths = "絵を描くことが好き"
    policy = "安心して過ごせる関係をつくる"
    long_goal = "生活と学習のリズムが整う"
    long_goal_due = date(2027, 11, 30)
    care_allergy = "なし"
    care_handover = "引渡しは母・祖母のみ"
    care_other = "なし"
    emergency_contact = "母　090-0000-0000"
    monitoring_on = date(2027, 2, 26)
    review_on = date(2027, 5, 20)
    explained_on = date(2026, 11, 20)
    explained_by = "支援員"
    guardian_signed_on = date(2026, 11, 20)
    author = factory.SubFactory(UserFactory, username="operator")

    class Params:
        shared = factory.Trait(
            state=PlanVersion.State.SHARED,
            shared_at=datetime(2026, 11, 21, 9, 0, tzinfo=TOKYO),
        )

    @factory.post_generation
    def parts(self, create, extracted, **kwargs):
        PlanGoal.objects.create(
            plan=self,
            goal="夕食をいっしょに食べる",
            measure="配膳をいっしょにする",
            due=date(2027, 3, 31),
        )
        for service in ServiceType.objects.all():
            PlanService.objects.create(
                plan=self, service=service, is_given=True, content="夕食"
            )
