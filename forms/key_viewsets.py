"""Keys for partners' programs, on the desk of the system administrator."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from forms.models import PartnerKey
from forms.services.partner_keys import make_key, revoke_key
from staff.dates import wareki
from staff.forms import JapaneseDateField
from staff.models import Partner
from staff.views import PrivateActView, PrivateCreateView, PrivateDetailView
from staff.viewsets import PrivateModelViewSet, VisibleIndexView

LONGEST = timedelta(days=3 * 366)


class MakeKeyForm(forms.Form):
    """Whose program, which one, and until when."""

    partner = forms.ModelChoiceField(
        Partner.objects.none(), label=_("School or group"), empty_label=_("Choose one")
    )
    purpose = forms.CharField(
        label=_("Used by"),
        max_length=100,
        help_text=_("The program that sends with this key, and who looks after it."),
    )
    expires_on = JapaneseDateField(
        label=_("Last day"), help_text=_("At most three years from today.")
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = Partner.objects.filter(is_active=True)

    def clean_expires_on(self):
        day, today = self.cleaned_data["expires_on"], timezone.localdate()
        if not today <= day <= today + LONGEST:
            raise ValidationError(_("Choose a day within three years from today."))
        return day


class MakeKeyView(PrivateCreateView):
    """Make a key. Its text is on the next page, once."""

    permission_required = "portal_forms.add_partnerkey"
    page_title = _("Make a key")
    submit_label = _("Make a key")
    form_class = MakeKeyForm
    header_icon = "key"
    intro = _(
        "With a key, a school's or group's own program sends forms in its name."
        " Whoever has the key can send. It opens no answer."
    )

    def form_valid(self, form):
        typed = form.cleaned_data
        try:
            key, text = make_key(
                typed["partner"],
                purpose=typed["purpose"],
                expires_on=typed["expires_on"],
                by=self.request.user,
            )
        except ValidationError as refusal:
            return self.refuse(form, refusal)
        # Not in the session, not in a message: the text of the key is kept nowhere.
        response = self.response_class(
            request=self.request,
            template=["forms/keys/made.html"],
            context=self.get_context_data(key=key, text=text),
            using=self.template_engine,
        )
        response["Cache-Control"] = "no-store, private"
        return response


class NoFieldsForm(forms.Form):
    """An act that asks nothing."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)


class RevokeKeyView(PrivateActView):
    """End a key at once."""

    permission_required = "portal_forms.change_partnerkey"
    model = PartnerKey
    submit_label = _("End the key")
    form_class = NoFieldsForm
    success_message = _("The key opens nothing any more.")
    intro = _("From now on nothing can be sent with this key. It cannot be undone.")

    def act(self, form):
        revoke_key(self.object, by=self.request.user)
        return self.object

    def get_target_url(self, target) -> str:
        return address_of(target)

    def get_cancel_url(self) -> str:
        return address_of(self.object)


class KeyDetailView(PrivateDetailView):
    """One key: whose, what for, until when; never its text."""

    permission_required = "portal_forms.view_partnerkey"
    model = PartnerKey
    template_name = "forms/keys/detail.html"
    header_icon = "key"


def address_of(key: PartnerKey) -> str:
    return reverse("partner_keys:detail", args=[key.pk])


def state(key: PartnerKey) -> str:
    if key.revoked_at:
        return gettext("Ended")
    return gettext("In force") if key.is_in_force else gettext("Expired")


class KeyIndexView(VisibleIndexView):
    """Every key, the newest first."""

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("partner", "made_by")

    @cached_property
    def header_buttons(self):
        if not self.request.user.has_perm("portal_forms.add_partnerkey"):
            return []
        url = reverse("partner_keys:make")
        return [HeaderButton(gettext("Make a key"), url=url, icon_name="plus")]

    @cached_property
    def no_results_message(self):
        return gettext("There is no key yet. Schools need none to fill in the pages.")


class PartnerKeyViewSet(PrivateModelViewSet):
    """Keys for sending forms."""

    model = PartnerKey
    name = "partner_keys"
    icon = "key"
    menu_label = _("Keys for sending forms")
    menu_order = 900
    add_to_settings_menu = True
    index_view_class = KeyIndexView
    detail_view_class = KeyDetailView
    list_display = [
        TitleColumn(
            "prefix",
            label=_("Beginning of the key"),
            accessor=str,
            get_url=address_of,
        ),
        Column("partner", label=_("School or group")),
        Column("purpose", label=_("Used by")),
        Column(
            "expires_on",
            label=_("Last day"),
            accessor=lambda key: wareki(key.expires_on),
            sort_key="expires_on",
        ),
        Column("state", label=_("State"), accessor=state),
    ]
    search_backend_name = None
    list_views = {"make": MakeKeyView}
    record_views = {"revoke": RevokeKeyView}


partner_key_viewset = PartnerKeyViewSet()
