"""The forms in which a plan is written, shared, acknowledged and confirmed."""

import re
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from decisions.models import Enrolment
from programs.models import ServiceType
from staff.forms import LOST, LOST_SIGNS, JapaneseDateField, PrivateForm, RevisionField
from support import rules
from support.models import PlanGoal, PlanService, PlanVersion

NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")


class BoxField(forms.CharField):
    """A text with a limit that its help names; typed text is never cut off.

    Signs that no person types are dropped, and a line end counts as one character, as
    it does on the screen.
    """

    def __init__(self, *, max_length: int, rows: int = 1, **kwargs):
        kwargs.setdefault(
            "help_text", format_lazy(_("Up to {limit} characters"), limit=max_length)
        )
        super().__init__(
            max_length=max_length,
            widget=forms.Textarea(attrs={"rows": rows}) if rows > 1 else None,
            **kwargs,
        )

    def to_python(self, value) -> str:
        text = LINE_END.sub("\n", str(value or ""))
        if LOST in text:
            raise forms.ValidationError(LOST_SIGNS % {"label": self.label})
        return super().to_python(NOT_TEXT.sub("", text))

    def widget_attrs(self, widget) -> dict[str, Any]:
        # No maxlength: browsers count by another unit and cut what is pasted.
        return {"data-limit": str(self.max_length), "autocomplete": "off"}


def field_for(db_field, **kwargs):
    """The form field of a field of the plan: boxes, lines, and dates by era."""
    name = db_field.get_internal_type()
    if name == "DateField":
        return JapaneseDateField(
            label=db_field.verbose_name, required=not db_field.null, **kwargs
        )
    if name == "TextField" or (name == "CharField" and not db_field.choices):
        return BoxField(
            max_length=db_field.max_length,
            rows=3 if name == "TextField" else 1,
            label=db_field.verbose_name,
            required=False,
        )
    return db_field.formfield(**kwargs)


class PlanForm(forms.ModelForm):
    """Everything of a plan beside its goals and services, in the order of the paper."""

    SECTIONS = [
        (_("Days"), ["written_on", "period_from", "period_to"]),
        (
            _("What the child wishes, in the child's own words"),
            [
                "child_voice",
                "child_voice_how",
                "child_voice_on",
                "child_voice_by",
                "child_recheck_on",
                "child_missing_reason",
            ],
        ),
        (
            _("What the guardian wishes"),
            ["guardian_voice", "guardian_missing_reason"],
        ),
        (
            _("Situation, strengths and line of the support"),
            ["situation", "strengths", "policy"],
        ),
        (_("Long-term goal (about a year)"), ["long_goal", "long_goal_due"]),
        ("goals", []),
        ("services", []),
        (
            _("Care to be taken"),
            ["care_allergy", "care_handover", "care_other", "emergency_contact"],
        ),
        (_("Monitoring and review"), ["monitoring_on", "review_on"]),
        (
            _("Explanation and signatures"),
            [
                "explained_on",
                "explained_by",
                "guardian_signed_on",
                "signature_missing_reason",
                "child_signed_on",
            ],
        ),
    ]

    revision = RevisionField()

    class Meta:
        model = PlanVersion
        fields = [
            "written_on",
            "period_from",
            "period_to",
            "child_voice",
            "child_voice_how",
            "child_voice_on",
            "child_voice_by",
            "child_recheck_on",
            "child_missing_reason",
            "guardian_voice",
            "guardian_missing_reason",
            "situation",
            "strengths",
            "policy",
            "long_goal",
            "long_goal_due",
            "care_allergy",
            "care_handover",
            "care_other",
            "emergency_contact",
            "monitoring_on",
            "review_on",
            "explained_on",
            "explained_by",
            "guardian_signed_on",
            "signature_missing_reason",
            "child_signed_on",
        ]
        formfield_callback = field_for

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["revision"] = self.instance.revision
        internal = _("Up to 60 characters. It is not printed on the family's copy.")
        for name in (
            "child_missing_reason",
            "guardian_missing_reason",
            "signature_missing_reason",
        ):
            self.fields[name].help_text = internal

    def values(self) -> dict[str, Any]:
        """What the service saves: every field that could be read, but the revision."""
        names = [name for name in self.Meta.fields if name in self.cleaned_data]
        return {name: self.cleaned_data[name] for name in names}

    def empty_days(self) -> list[str]:
        """Days left empty that a plan cannot be without, if nothing else is wrong."""
        errors = self.errors.as_data()
        codes = {error.code for found in errors.values() for error in found}
        if codes != {"required"} or "revision" in errors:
            return []
        return list(errors)


class GoalForm(forms.Form):
    """One short-term goal; emptied, it is left out."""

    goal = BoxField(
        max_length=60,
        label=PlanGoal._meta.get_field("goal").verbose_name,
        required=False,
    )
    measure = BoxField(
        max_length=80,
        label=PlanGoal._meta.get_field("measure").verbose_name,
        required=False,
        rows=2,
    )
    due = JapaneseDateField(
        label=PlanGoal._meta.get_field("due").verbose_name, required=False
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.is_written():
            for name in self.fields:
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("A goal needs all three, or none of them."))
        return values

    def is_written(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)


class ServiceForm(forms.Form):
    """What the plan says of one service."""

    is_given = forms.BooleanField(
        label=PlanService._meta.get_field("is_given").verbose_name, required=False
    )
    content = BoxField(
        max_length=54,
        label=PlanService._meta.get_field("content").verbose_name,
        required=False,
        rows=2,
    )
    frequency = BoxField(
        max_length=12,
        label=PlanService._meta.get_field("frequency").verbose_name,
        required=False,
    )
    person = BoxField(
        max_length=12,
        label=PlanService._meta.get_field("person").verbose_name,
        required=False,
    )


class PlanParts:
    """The goals and services of a plan as forms; none of them names a row.

    Goals are known by their place, services by their code, so a forged form reaches
    nothing but the plan that is open.
    """

    def __init__(self, plan: PlanVersion, data=None):
        goals = dict(enumerate(plan.goals.all(), start=1))
        rows = {row.service_id: row for row in plan.services.all()}
        self.goals = [
            _part(GoalForm, f"goal-{place}", goals.get(place), data)
            for place in range(1, rules.MAX_GOALS + 1)
        ]
        self.services = [
            (service, _part(ServiceForm, f"service-{service.code}", row, data))
            for service in ServiceType.objects.all()
            for row in [rows.get(service.pk)]
        ]
        self.goal_errors: list[str] = []
        self.service_errors: list[str] = []

    @property
    def forms(self) -> list[forms.Form]:
        return [*self.goals, *(form for _service, form in self.services)]

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in self.forms]
        return all(answers)

    @property
    def has_errors(self) -> bool:
        return bool(
            self.goal_errors
            or self.service_errors
            or any(form.is_bound and form.errors for form in self.forms)
        )

    def goal_values(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.goals if form.is_written()]

    def service_values(self) -> dict[int, dict[str, Any]]:
        return {service.pk: form.cleaned_data for service, form in self.services}


def _part(form_class, prefix: str, row, data):
    names = form_class.base_fields
    initial = {name: getattr(row, name) for name in names} if row else {}
    return form_class(data, prefix=prefix, initial=initial)


class StartForm(PrivateForm):
    """For which enrolment a plan is written."""

    enrolment = forms.ModelChoiceField(
        label=_("Enrolment"), queryset=Enrolment.objects.none()
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        field = self.fields["enrolment"]
        field.queryset = (
            Enrolment.objects.visible_to(user)
            .filter(site__operator__in=user.scope.operator_ids)
            .select_related("case", "site")
        )
        field.label_from_instance = lambda row: f"{row.case.number}　{row.site.name}"


class ActForm(PrivateForm):
    """An act on the version that the page showed."""

    revision = RevisionField()


class AcknowledgeForm(ActForm):
    """The city's acknowledgement, with advice if there is any."""

    advice = BoxField(max_length=1000, rows=6, label=_("Advice"), required=False)


class AdviceForm(ActForm):
    """Advice before the acknowledgement."""

    advice = BoxField(max_length=1000, rows=6, label=_("Advice"))
