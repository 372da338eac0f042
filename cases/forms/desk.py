"""Forms about referrals, cases and children.

Every choice of a record is limited to what the person filling in the form may see.
"""

import unicodedata
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms.fields import (
    LONG,
    SHORT,
    ChildChoiceField,
    KanaField,
    NameField,
    PartnerChoiceField,
    PhoneField,
)
from cases.models import (
    Case,
    Child,
    Consent,
    ContactLog,
    Referral,
)
from staff.forms import (
    JapaneseDateField,
    JapaneseTimeField,
    PrivateForm,
    RevisionField,
)
from staff.models import User
from staff.people import holders


class TriageForm(PrivateForm):
    """The result of the look at the council's list."""

    result = forms.ChoiceField(
        label=_("Check of the council's list"),
        choices=[
            (Referral.CouncilCheck.LISTED, _("On the list")),
            (Referral.CouncilCheck.NOT_LISTED, _("Not on the list")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=1000,
        required=False,
        widget=SHORT,
        help_text=_("How it was checked, with whom."),
    )
    shown = forms.ChoiceField(
        choices=Referral.CouncilCheck.choices, widget=forms.HiddenInput
    )


class UrgencyForm(PrivateForm):
    """The level that was shown and the one to take over; a button posts both."""

    shown = forms.ChoiceField(
        choices=Referral.Urgency.choices, widget=forms.HiddenInput
    )
    to = forms.ChoiceField(choices=Referral.Urgency.choices, widget=forms.HiddenInput)


class MomentMixin(forms.Form):
    """A day and a time of day, together one moment in Japan."""

    day = JapaneseDateField(label=_("Date"))
    time = JapaneseTimeField(label=_("Time of day"))

    def moment(self) -> datetime:
        """The moment given by both fields."""
        moment = datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])
        return timezone.make_aware(moment)

    def clean(self):
        cleaned = super().clean()
        if (
            cleaned.get("day")
            and cleaned.get("time")
            and self.moment() > timezone.now()
        ):
            self.add_error("day", _("This moment lies in the future."))
        return cleaned


class HearingForm(MomentMixin, PrivateForm):
    """A hearing about a referral."""

    with_whom = NameField(label=_("With whom"), max_length=100)
    body = forms.CharField(label=_("What was said"), max_length=4000, widget=LONG)
    visibility = forms.ChoiceField(
        label=_("Who may read it"),
        choices=[
            (ContactLog.Visibility.CITY, ContactLog.Visibility.CITY.label),
            (ContactLog.Visibility.RESTRICTED, ContactLog.Visibility.RESTRICTED.label),
        ],
        widget=forms.RadioSelect,
    )


class ChildForm(PrivateForm):
    """The facts of a child."""

    family_name = NameField(label=_("Family name"), max_length=50)
    given_name = NameField(label=_("Given name"), max_length=50)
    family_kana = KanaField(
        label=_("Family name in kana"), max_length=60, required=False
    )
    given_kana = KanaField(label=_("Given name in kana"), max_length=60, required=False)
    birth_date = JapaneseDateField(label=_("Date of birth"), required=False)
    school = PartnerChoiceField(label=_("School"), required=False)
    grade_note = forms.CharField(
        label=_("Grade and class"), max_length=40, required=False
    )

    CHILD = [
        "family_name",
        "given_name",
        "family_kana",
        "given_kana",
        "birth_date",
        "school",
        "grade_note",
    ]

    def child_values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.CHILD}


class ChildChangeForm(ChildForm):
    """The same, over the version of the record that was shown."""

    revision = RevisionField()


class GuardianForm(PrivateForm):
    """An adult who looks after the child."""

    name = NameField(label=_("Full name"), max_length=100)
    kana = KanaField(label=_("Full name in kana"), max_length=120, required=False)
    relation = forms.CharField(label=_("Relation to the child"), max_length=20)
    phone = PhoneField(label=_("Phone"), max_length=20, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    revision = RevisionField()

    GUARDIAN = ["name", "kana", "relation", "phone", "address"]

    def guardian_values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.GUARDIAN}


class AcceptForm(ChildForm):
    """Which child a referral is about: one on file, or a new one.

    Searching is a step of the same page, sent as a form: a name never stands in an
    address. Nothing is preselected; two children are one only if staff say so.
    """

    NEW = "new"
    NEEDED = ["family_name", "given_name"]

    search = forms.CharField(
        label=_("Look for the child among those on file"),
        max_length=100,
        required=False,
        help_text=_("Name or reading, or a part of it."),
    )
    child = forms.ChoiceField(
        label=_("The child"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the child, or say it is a new one.")},
    )
    guardian_name = NameField(
        label=_("Name of the guardian"), max_length=100, required=False
    )
    guardian_relation = forms.CharField(
        label=_("Relation to the child"), max_length=20, required=False
    )
    guardian_phone = PhoneField(
        label=_("Phone of the guardian"), max_length=20, required=False
    )

    field_order = ["search", "child", *ChildForm.CHILD]

    def __init__(self, *args, found=(), **kwargs):
        super().__init__(*args, **kwargs)
        label = ChildChoiceField(Child.objects.none()).label_from_instance
        self.fields["child"].choices = [
            *((str(child.pk), label(child)) for child in found),
            (self.NEW, _("A new child, as entered below")),
        ]
        for name in self.NEEDED:
            self.fields[name].required = False

    @property
    def is_new(self) -> bool:
        return self.cleaned_data.get("child") == self.NEW

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("child") != self.NEW:
            # What is typed below is about a new child only.
            for name in [*self.CHILD, *self.fields]:
                if name in self.errors and name not in ("child", "search"):
                    del self.errors[name]
            return cleaned
        for name in self.NEEDED:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        if cleaned.get("guardian_name") and not cleaned.get("guardian_relation"):
            self.add_error("guardian_relation", _("Say who this is to the child."))
        return cleaned

    def guardian_values(self) -> dict:
        """The adult that was entered, or nothing."""
        if not self.cleaned_data.get("guardian_name"):
            return {}
        names = ["name", "relation", "phone"]
        return {name: self.cleaned_data[f"guardian_{name}"] for name in names}


class ClosingForm(PrivateForm):
    """How a referral ends without a case of its own."""

    note = forms.CharField(label=_("How it ended"), max_length=1000, widget=SHORT)


class DuplicateForm(ClosingForm):
    """The same, naming the case that the referral belongs to."""

    case = forms.CharField(
        label=_("Case number"),
        max_length=16,
        required=False,
        help_text=_("If there is a case already, for example C-00012."),
    )

    field_order = ["case", "note"]

    def clean_case(self) -> Case | None:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["case"]).upper()
        if not typed:
            return None
        case = Case.objects.visible_to(self.user).filter(number=typed).first()
        if case is None:
            raise ValidationError(_("There is no case with this number."))
        return case


class ContactForm(MomentMixin, PrivateForm):
    """A record of a conversation in a case."""

    kind = forms.ChoiceField(label=_("Kind"))
    with_whom = NameField(label=_("With whom"), max_length=100)
    body = forms.CharField(label=_("What was said"), max_length=4000, widget=LONG)
    visibility = forms.ChoiceField(
        label=_("Who may read it"),
        choices=ContactLog.Visibility.choices,
        widget=forms.RadioSelect,
    )

    field_order = ["kind", "day", "time"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hearing = ContactLog.Kind.HEARING
        self.fields["kind"].choices = [
            (value, label)
            for value, label in ContactLog.Kind.choices
            if value != hearing or self.user.scope.has("case_worker")
        ]


class ConsentForm(PrivateForm):
    """A consent, or why there is none."""

    topic = forms.ChoiceField(
        label=_("About"), choices=Consent.Topic.choices, widget=forms.RadioSelect
    )
    method = forms.ChoiceField(
        label=_("How"), choices=Consent.Method.choices, widget=forms.RadioSelect
    )
    given_by = forms.CharField(label=_("Given by"), max_length=100, required=False)
    given_on = JapaneseDateField(label=_("Given on"), required=False)
    missing_reason = forms.CharField(
        label=_("Why it was not obtained"), max_length=200, required=False
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("method") == Consent.Method.NONE:
            self._need("missing_reason", _("Write why it was not obtained."))
        elif cleaned.get("method"):
            self._need("given_by", _("Write who consented."))
            self._need("given_on", _("Give the day of the consent."))
            given_on = cleaned.get("given_on")
            if given_on and given_on > timezone.localdate():
                self.add_error("given_on", _("This date lies in the future."))
        return cleaned

    def _need(self, name: str, message) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)


class WorkerForm(PrivateForm):
    """Who in the unit in charge works on the case."""

    worker = forms.ModelChoiceField(
        User.objects.none(), label=_("Case worker"), required=False
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=15)

    def __init__(self, *args, unit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["worker"].queryset = holders(unit=unit)

    def clean_shown(self) -> int | None:
        shown = self.cleaned_data["shown"]
        return int(shown) if shown.isascii() and shown.isdigit() else None
