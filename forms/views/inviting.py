"""The staff screens of invitations and of what was held back."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forms.answers import pages_of
from forms.forms.desk import InvitationForm
from forms.services import release, set_aside
from forms.services.invitations import invite, revoke
from staff.forms import PrivateForm
from staff.views import PrivateActView, PrivateCreateView, PrivateDetailView

LINK = "portal_forms_invitation_link"


class InviteView(PrivateCreateView):
    """A new invitation."""

    permission_required = "portal_forms.add_invitation"
    form_class = InvitationForm
    page_title = _("Invite to a form")
    submit_label = _("Make the invitation")
    header_icon = "mail"
    intro = _(
        "Whoever holds the link can send the form without an account. Send the link to"
        " that person only; it names no child."
    )

    def act(self, form):
        data = form.cleaned_data
        made, token = invite(
            data["form"],
            by=self.request.user,
            unit=data["unit"],
            partner=data["partner"],
            reference=data["reference"],
            max_uses=data["max_uses"],
            expires_at=form.expires_at,
        )
        # Shown by the next page and forgotten there: the link is stored nowhere.
        self.request.session[LINK] = [made.pk, token]
        return made


class InvitationDetailView(PrivateDetailView):
    """An invitation; right after it was made, its link, this once."""

    template_name = "forms/desk_invitation.html"
    permission_required = "portal_forms.add_invitation"

    def get_queryset(self):
        return self.model.objects.with_uses().select_related(
            "form", "partner", "unit", "created_by"
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        pk, token = self.request.session.pop(LINK, [None, ""])
        if pk == self.object.pk:
            path = reverse("form_invitation", args=[token])
            context["link"] = f"{settings.PUBLIC_URL}{path}"
        return context


class RevokeView(PrivateActView):
    """Taking an invitation back."""

    permission_required = "portal_forms.add_invitation"
    form_class = PrivateForm
    page_title = _("Revoke the invitation")
    submit_label = _("Take back")
    header_icon = "cross"
    success_message = _("The invitation was revoked.")
    intro = _("The link and every draft begun with it can no longer be sent.")

    def act(self, form):
        return revoke(self.object, by=self.request.user)


class HeldDetailView(PrivateDetailView):
    """What was held back, with its answers and why."""

    template_name = "forms/desk_held.html"
    permission_required = "portal_forms.change_heldsubmission"

    def get_queryset(self):
        return self.model.objects.select_related(
            "submission__form", "submission__version", "judged_by"
        )

    def get_context_data(self, **kwargs):
        works = self.model.objects.worked_by(self.request.user)
        return super().get_context_data(**kwargs) | {
            "pages": pages_of(self.object.submission),
            "may_act": works.filter(pk=self.object.pk).exists(),
        }


class ReleaseView(PrivateActView):
    """A person sent it."""

    permission_required = "portal_forms.change_heldsubmission"
    form_class = PrivateForm
    page_title = _("Release")
    submit_label = _("Release")
    header_icon = "check"
    success_message = _("It was released and goes its usual way.")
    intro = _("It goes its usual way now, as if it had just been received.")

    def act(self, form):
        return release(self.object, by=self.request.user)


class SetAsideView(PrivateActView):
    """A machine sent it."""

    permission_required = "portal_forms.change_heldsubmission"
    form_class = PrivateForm
    page_title = _("Set aside as spam")
    submit_label = _("Set aside as spam")
    header_icon = "bin"
    success_message = _("It was set aside as spam.")
    intro = _(
        "Nothing is done with it. It stays in the list under “Set aside as spam” and"
        " can still be released, until the days of its form are over."
    )

    def act(self, form):
        return set_aside(self.object, by=self.request.user)
