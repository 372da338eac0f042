"""What the acts of approval ask: a message, a remark, a reason."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 1000


class MessageForm(forms.Form):
    """What the requester says to whoever approves."""

    message = forms.CharField(
        label=_("Message to the approver"),
        help_text=_("What was changed and why; by when it should be seen."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
    )


class CommentForm(forms.Form):
    """A remark of the approver, if there is one."""

    comment = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 2}),
    )


class ReasonForm(forms.Form):
    """Why a page is sent back: nobody can mend what nobody names."""

    comment = forms.CharField(
        label=_("Reason for sending it back"),
        help_text=_("Where, what, and how it should be."),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Write the reason, so that it can be mended.")},
    )
