"""The forms of what is done with one submission, or with several at once."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms.desk.listing import people_beside
from forms.forms.text import receipt_number
from forms.models import EnteredFor, FormDefinition, Handling, Submission
from staff.forms import JapaneseDateField, PrivateForm, RevisionField
from staff.models import Partner, User

TEXT = forms.Textarea(attrs={"rows": 4})
STATES = [
    (state.value, state.label) for state in [*Handling.OPEN[:2], Handling.State.DONE]
]


class ReceiptField(forms.CharField):
    """The number of another submission, as people type it: wide or narrow."""

    def __init__(self, **kwargs):
        super().__init__(
            max_length=30,
            widget=forms.TextInput(attrs={"autocomplete": "off", "size": 16}),
            **kwargs,
        )

    def to_python(self, value):
        return receipt_number(super().to_python(value))


class FindsAnother(PrivateForm):
    """Names another submission, among those that this person may see."""

    def found(self, name: str) -> Submission | None:
        """What is hidden answers as what does not exist."""
        number = self.cleaned_data.get(name)
        if not number:
            return None
        found = Submission.objects.visible_to(self.user).filter(receipt=number).first()
        if found is None:
            raise ValidationError(
                {name: _("There is no submission with this number for you.")}
            )
        return found


class RevisionForm(PrivateForm):
    """An act that takes nothing but the revision that was shown."""

    revision = RevisionField()


class AssignForm(RevisionForm):
    """Whose it is; empty for nobody."""

    assignee = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Assigned to"),
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keys = [person.pk for person in people_beside(self.user)]
        people = User.objects.filter(pk__in=keys)
        self.fields["assignee"].queryset = people.order_by("username")


class HoldForm(PrivateForm):
    """Why answers must stay beyond the days of their form, and until when."""

    reason = forms.CharField(
        label=gettext_lazy("Why they are kept"),
        help_text=gettext_lazy("For example: a request for disclosure is open."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = JapaneseDateField(
        label=gettext_lazy("Keep until this day"),
        help_text=gettext_lazy("Leave this empty to keep them until it is lifted."),
        required=False,
    )


class LiftForm(PrivateForm):
    """Which hold ends; a button on the page names it."""

    held = forms.IntegerField(
        min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput
    )


class ProofForm(PrivateForm):
    """A receipt number to look for in a proof of retention."""

    receipt = ReceiptField(label=gettext_lazy("Receipt number"))


class StateForm(RevisionForm):
    """How far it is."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=STATES, widget=forms.RadioSelect
    )


class NoteForm(PrivateForm):
    """A note for colleagues."""

    text = forms.CharField(
        label=gettext_lazy("Memo"),
        max_length=2000,
        widget=TEXT,
        help_text=gettext_lazy("For the city only: the sender never reads it."),
    )


class AskForm(RevisionForm):
    """What the sender is asked."""

    text = forms.CharField(
        label=gettext_lazy("Question to the sender"),
        max_length=2000,
        widget=TEXT,
        help_text=gettext_lazy(
            "The sender reads it at the look-up and answers there. Ask one thing at a"
            " time, and say by when."
        ),
    )


class AsideForm(FindsAnother, RevisionForm):
    """Why it is put aside; a duplicate names the one that stays."""

    state = forms.ChoiceField(
        label=gettext_lazy("Why it is put aside"),
        choices=[(s.value, s.label) for s in Handling.ASIDE],
        widget=forms.RadioSelect,
    )
    of = ReceiptField(
        label=gettext_lazy("Receipt number of the one that stays"),
        required=False,
        help_text=gettext_lazy("For a duplicate."),
    )
    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, widget=TEXT, required=False
    )

    def clean(self):
        cleaned = super().clean()
        cleaned["other"] = self.found("of")
        if cleaned.get("state") == Handling.State.DUPLICATE and not cleaned.get("of"):
            self.add_error("of", _("Give the number of the other submission."))
        return cleaned


class LinkForm(FindsAnother):
    """The submission about a brother or a sister."""

    other = ReceiptField(
        label=gettext_lazy("Receipt number of the other one"),
        help_text=gettext_lazy("For example R8-0123, as it stands in the list."),
    )

    def clean(self):
        cleaned = super().clean()
        cleaned["found"] = self.found("other")
        return cleaned


class HandOnForm(PrivateForm):
    """What the way on asks for, if it asks for anything."""

    typed = forms.CharField(max_length=40, required=False)

    def __init__(self, *args, asks="", **kwargs):
        super().__init__(*args, **kwargs)
        if asks:
            self.fields["typed"].label = str(asks)
            self.fields["typed"].required = True
            self.fields["typed"].widget.attrs["autocomplete"] = "off"
        else:
            del self.fields["typed"]


class CorrectForm(PrivateForm):
    """Why an answer is corrected; the answer itself is the form's own control."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("For example: the mother said so by phone on 23 Nov."),
    )


class EnterForm(PrivateForm):
    """Which form staff fill in, and for whom."""

    form = forms.ModelChoiceField(
        None, label=gettext_lazy("Form"), empty_label=gettext_lazy("Choose one")
    )
    source = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=EnteredFor.Source.choices,
        widget=forms.RadioSelect,
    )
    on_behalf_of = forms.CharField(
        label=gettext_lazy("Who asked for it"),
        max_length=100,
        help_text=gettext_lazy("Who phoned, wrote or came: for example 母, 担任."),
    )
    partner = forms.ModelChoiceField(
        None,
        label=gettext_lazy("School or group"),
        required=False,
        empty_label=gettext_lazy("None of these"),
        help_text=gettext_lazy("If it came from a school or a group that is listed."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["form"].queryset = FormDefinition.objects.open().order_by("title")
        self.fields["partner"].queryset = Partner.objects.filter(is_active=True)
