"""The forms of the staff desk about applications and decisions.

Every choice of a record is limited to what the person filling in the form may see.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from decisions import rules
from decisions.models import Decision, PlacementInquiry, UseApplication
from programs.models import ServiceType, Site
from staff.forms import JapaneseDateField, PrivateForm, RevisionField

LONG = forms.Textarea(attrs={"rows": 6})
# Every number written with so many signs fits into a bigint.
LONGEST_KEY = 18


def label(model: type, name: str) -> str:
    """The label of a model's field."""
    return model._meta.get_field(name).verbose_name


class SiteField(forms.ModelChoiceField):
    """One of the sites that are open to children."""

    def __init__(self, **kwargs):
        super().__init__(Site.objects.public(), **kwargs)


class ServicesField(forms.ModelMultipleChoiceField):
    """Kinds of support; a forged number that no column holds is no choice, either.

    Django asks for all of them in one query, and there an integer that is too large is
    an error of the database. A single choice is asked for alone, and is not found.
    """

    def clean(self, value):
        for key in value or []:
            if len(str(key)) > LONGEST_KEY:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": key},
                )
        return super().clean(value)


class ApplicationForm(PrivateForm):
    """An application for use, as it stands on the paper that came in."""

    received_on = JapaneseDateField(label=label(UseApplication, "received_on"))
    applicant = forms.CharField(
        label=label(UseApplication, "applicant"), max_length=100
    )
    relation = forms.CharField(label=label(UseApplication, "relation"), max_length=20)
    site = SiteField(label=label(UseApplication, "site"))
    wished_days = forms.CharField(
        label=label(UseApplication, "wished_days"), max_length=100
    )
    reason = forms.CharField(
        label=label(UseApplication, "reason"), max_length=1000, widget=LONG
    )


class ApplicationWithCaseForm(ApplicationForm):
    """The same, for a case that is named by its number."""

    case = forms.CharField(
        label=label(Case, "number"), max_length=16, help_text=_("For example C-00012")
    )
    field_order = ["case"]

    def clean_case(self) -> Case:
        """The case by its number; a hidden one is answered like a missing one."""
        number = self.cleaned_data["case"].strip().upper()
        case = Case.objects.visible_to(self.user).filter(number=number).first()
        if case is None:
            raise forms.ValidationError(_("There is no case with this number."))
        return case


class ReasonForm(PrivateForm):
    """A reason, in one's own words."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=LONG)


class InquiryForm(PrivateForm):
    """The question to a site whether it can take the child."""

    site = SiteField(label=label(PlacementInquiry, "site"))
    asked_on = JapaneseDateField(label=label(PlacementInquiry, "asked_on"))
    note = forms.CharField(
        label=label(PlacementInquiry, "note"), max_length=200, required=False
    )


class InquiryField(forms.ModelChoiceField):
    """One of the inquiries of an application, told apart by its site and day."""

    def label_from_instance(self, inquiry) -> str:
        return f"{inquiry.site} {inquiry.asked_on:%Y/%m/%d}"


class AnswerForm(PrivateForm):
    """What a site answered."""

    inquiry = InquiryField(
        PlacementInquiry.objects.none(), label=_("Site that answered"), empty_label=None
    )
    answer = forms.ChoiceField(
        label=label(PlacementInquiry, "answer"),
        choices=[
            choice
            for choice in PlacementInquiry.Answer.choices
            if choice[0] != PlacementInquiry.Answer.WAITING
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=label(PlacementInquiry, "note"), max_length=200, required=False
    )

    def __init__(self, *args, application: UseApplication, **kwargs):
        super().__init__(*args, **kwargs)
        rows = PlacementInquiry.objects.visible_to(self.user)
        self.fields["inquiry"].queryset = rows.filter(
            application=application
        ).select_related("site")


class FormerField(forms.ModelChoiceField):
    """An earlier decision of the same case, by number, site and period."""

    def label_from_instance(self, decision) -> str:
        parts = [decision.number, decision.get_kind_display()]
        enrolment = getattr(decision, "enrolment", None)
        if enrolment:
            parts += [str(enrolment.site), rules.period(enrolment)]
        return " ".join(parts)


class DecisionForm(PrivateForm):
    """A draft; only the fields that its kind knows are there."""

    supersedes = FormerField(
        Decision.objects.none(), label=label(Decision, "supersedes"), required=False
    )
    site = SiteField(label=label(Decision, "site"))
    starts_on = JapaneseDateField(label=label(Decision, "starts_on"))
    ends_on = JapaneseDateField(
        label=label(Decision, "ends_on"),
        required=False,
        help_text=_("Left empty, it is the last day of the fiscal year."),
    )
    days = forms.CharField(label=label(Decision, "days"), max_length=100)
    services = ServicesField(
        ServiceType.objects.all(),
        label=label(Decision, "services"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    fee = forms.CharField(label=label(Decision, "fee"), max_length=100, required=False)
    conditions = forms.CharField(
        label=label(Decision, "conditions"), max_length=200, required=False
    )
    end_reason = forms.ChoiceField(
        label=label(Decision, "end_reason"),
        choices=[("", "---------"), *Decision.EndReason.choices],
    )
    addressee = forms.CharField(
        label=label(Decision, "addressee"),
        max_length=100,
        help_text=_("Printed on the notice, followed by 様."),
    )
    reason = forms.CharField(
        label=label(Decision, "reason"), max_length=1000, widget=LONG
    )
    elsewhere = forms.CharField(
        label=label(Decision, "elsewhere"), max_length=200, required=False
    )
    revision = RevisionField(required=False)

    def __init__(self, *args, case: Case, kind: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        known = {*rules.FIELDS[kind], "revision"}
        if kind in Decision.STARTS_USE:
            known.add("services")
        for name in set(self.fields) - known:
            del self.fields[name]
        self._set_up_former(case)
        self.fields["reason"].help_text = (
            _("For the file; it is not printed on the notice.")
            if kind == Decision.Kind.USE
            else _("Printed on the notice: write it for the family.")
        )
        if kind == Decision.Kind.NOT_USE:
            self.fields["elsewhere"].required = True
        if kind == Decision.Kind.END:
            self.fields["ends_on"].required = True
            self.fields["ends_on"].help_text = _(
                "The last day on which the child comes. If the child never comes, the"
                " day before the first day of use."
            )

    def _set_up_former(self, case: Case) -> None:
        if "supersedes" not in self.fields:
            return
        field = self.fields["supersedes"]
        rows = Decision.objects.visible_to(self.user).filter(
            case=case, state=Decision.State.APPROVED
        )
        if self.kind == Decision.Kind.END:
            field.label = _("Use that ends")
            field.required, field.empty_label = True, None
            rows = rows.filter(enrolment__ended_by=None, enrolment__isnull=False)
        field.queryset = rows.select_related("enrolment__site")

    def values(self) -> dict[str, Any]:
        """What was typed, by the names of the decision's fields."""
        names = rules.FIELDS[self.kind]
        return {name: self.cleaned_data[name] for name in names}

    def chosen_services(self) -> list[ServiceType]:
        return list(self.cleaned_data.get("services") or [])


class RevisionForm(PrivateForm):
    """An act on the revision that was shown."""

    revision = RevisionField()


class ApprovalForm(RevisionForm):
    """The approval of the revision and the content that were shown, on a day."""

    # The digest of the content. The service refuses any other, and none.
    shown = forms.Field(required=False, widget=forms.HiddenInput)
    decided_on = JapaneseDateField(label=label(Decision, "decided_on"))


class ReturnForm(RevisionForm):
    """The return of a draft, with the reason."""

    reason = forms.CharField(
        label=label(Decision, "return_reason"), max_length=1000, widget=LONG
    )
