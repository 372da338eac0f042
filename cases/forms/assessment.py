"""Forms about assessments."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.fields import LONG, SHORT
from cases.models import (
    Assessment,
)
from staff.forms import PrivateForm, RevisionField


class AssessmentForm(PrivateForm):
    """The text of an assessment."""

    situation = forms.CharField(
        label=_("Situation of child and family"), max_length=2000, widget=LONG
    )
    child_voice = forms.CharField(
        label=_("What the child wishes"), max_length=1000, required=False, widget=SHORT
    )
    guardian_voice = forms.CharField(
        label=_("What the guardian wishes"),
        max_length=1000,
        required=False,
        widget=SHORT,
    )
    strengths = forms.CharField(
        label=_("Strengths"), max_length=1000, required=False, widget=SHORT
    )
    risks = forms.CharField(
        label=_("Risks"), max_length=1000, required=False, widget=SHORT
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=Assessment.Urgency.choices,
        widget=forms.RadioSelect,
    )
    needs = forms.CharField(label=_("Needs of support"), max_length=1000, widget=SHORT)
    considered = forms.CharField(
        label=_("Other help that was considered"),
        max_length=1000,
        required=False,
        widget=SHORT,
    )
    recommendation = forms.ChoiceField(
        label=_("Judgement"),
        choices=Assessment.Recommendation.choices,
        widget=forms.RadioSelect,
    )
    shared_summary = forms.CharField(
        label=_("Summary for the operator"),
        max_length=1000,
        required=False,
        widget=SHORT,
        help_text=_(
            "The operator reads this part only. Do not write here who referred the"
            " child, nor anything about the council's list."
        ),
    )

    def content(self) -> dict:
        return {name: self.cleaned_data[name] for name in Assessment.CONTENT}


class RevisionMixin(forms.Form):
    """The version of the record that was shown."""

    revision = RevisionField()


class AssessmentChangeForm(RevisionMixin, AssessmentForm):
    """The text of an assessment, over the version that was shown."""


class RevisionForm(RevisionMixin, PrivateForm):
    """A single button over the version that was shown."""


class ReturnForm(RevisionMixin, PrivateForm):
    """Why an assessment is sent back."""

    reason = forms.CharField(
        label=_("Why it is sent back"), max_length=1000, widget=SHORT
    )


def initial_of(record, names: list[str]) -> dict:
    """The stored values of a record, for a form with the same field names."""
    return {name: getattr(record, name) for name in names}
