"""Screens of the system administrator: accounts, memberships, units, bodies.

An account carries no right by itself; a membership does. Nobody changes their own
memberships, and no screen makes a superuser.
"""

from datetime import date

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.users.forms import UserForm
from wagtail.users.views import users

from staff.dates import wareki
from staff.forms import JapaneseDateField, JapaneseTimeField
from staff.models import (
    AuditEvent,
    Delegation,
    Membership,
    Operator,
    Partner,
    Unit,
    User,
)
from staff.services import client_address, record_event
from staff.viewsets import WithoutExport

FIELD_CODES = {"password1": "password", "password2": "password"}

# Wagtail's pickers put today in the place of a day that they cannot read. This stands
# before the first form: a form takes its fields when its class is made.
for column, field in (
    (models.DateField, JapaneseDateField),
    (models.TimeField, JapaneseTimeField),
):
    register_form_field_override(column, override={"form_class": field})


class AccountForm(UserForm):
    """An account: who somebody is and how they log in, and nothing they may do."""

    first_name = last_name = is_superuser = None
    email = forms.EmailField(label=_("Email"), required=False)

    class Meta:
        model = User
        fields = ["username", "full_name", "email"]


class AccountEditForm(AccountForm):
    """The same for an account that exists: it can be closed, its password reset."""

    password_required = False

    def __init__(self, *args, editing_self: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if editing_self:
            del self.fields["is_active"]

    class Meta(AccountForm.Meta):
        fields = [*AccountForm.Meta.fields, "is_active"]


class AuditedMixin:
    """Write down what was saved: which record, which fields, never their values."""

    audit_action = AuditEvent.Action.CHANGE

    def save_instance(self):
        instance = super().save_instance()
        label = instance._meta.label_lower
        record_event(
            f"{label}.saved",
            action=self.audit_action,
            by=self.request.user,
            ip=client_address(self.request),
            type=label,
            id=instance.pk,
            fields=sorted({FIELD_CODES.get(n, n) for n in self.form.changed_data}),
            **getattr(instance, "audit_detail", dict)(),
        )
        return instance


class AccountCreateView(AuditedMixin, users.CreateView):
    audit_action = AuditEvent.Action.CREATE


class AccountEditView(AuditedMixin, users.EditView):
    def dispatch(self, request, *args, **kwargs):
        if self.object.is_superuser and not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AccountIndexView(WithoutExport, users.IndexView):
    """The accounts; the list leaves by no side door."""


class AccountViewSet(users.UserViewSet):
    """Accounts. They are closed, not deleted: the audit names them."""

    index_view_class = AccountIndexView
    menu_label = _("Accounts")
    add_view_class = AccountCreateView
    edit_view_class = AccountEditView
    create_template_name = edit_template_name = "staff/account_form.html"

    def get_form_class(self, for_update=False):
        return AccountEditForm if for_update else AccountForm


class AuditedCreateView(AuditedMixin, CreateView):
    audit_action = AuditEvent.Action.CREATE


class AuditedEditView(AuditedMixin, EditView):
    """An edit that is written down."""


class WordsColumn(Column):
    """A column that says a day by its era, and yes or no in words."""

    def get_value(self, instance):
        value = super().get_value(instance)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return wareki(value) if isinstance(value, date) else value


class PlainIndexView(WithoutExport, IndexView):
    """A list that leaves by no side door."""

    def _get_custom_column(self, field_name, column_class=WordsColumn, **kwargs):
        return super()._get_custom_column(field_name, column_class, **kwargs)


class AuditedModelViewSet(ModelViewSet):
    """Plain screens of a model that holds no private life, each write audited."""

    copy_view_enabled = False
    add_to_reference_index = False
    inspect_view_enabled = False
    index_view_class = PlainIndexView

    add_view_class = AuditedCreateView
    edit_view_class = AuditedEditView


class MembershipForm(WagtailAdminModelForm):
    """A post of somebody else, from a day to a day."""

    def clean(self):
        cleaned = super().clean()
        if self.for_user in (cleaned.get("user"), self.initial_user()):
            raise ValidationError(
                _("Another administrator has to change your own memberships.")
            )
        return cleaned

    def initial_user(self) -> User | None:
        return User.objects.filter(pk=self.initial.get("user")).first()

    class Meta(WagtailAdminModelForm.Meta):
        model = Membership
        fields = [
            "user",
            "role",
            "unit",
            "operator",
            "partner",
            "is_lead",
            "valid_from",
            "valid_to",
        ]


class MembershipViewSet(AuditedModelViewSet):
    model = Membership
    icon = "key"
    menu_label = _("Memberships")
    list_display = ["user", "role", "unit", "operator", "partner", "valid_to"]
    list_filter = ["role", "unit", "operator"]

    def get_form_class(self, for_update=False):
        return MembershipForm


class DelegationForm(WagtailAdminModelForm):
    """A deputy for a time; nobody names themselves."""

    def clean(self):
        cleaned = super().clean()
        before = self.initial.get("delegate")
        if self.for_user == cleaned.get("delegate") or self.for_user.pk == before:
            raise ValidationError(
                _("Another administrator has to change a delegation to yourself.")
            )
        return cleaned

    class Meta(WagtailAdminModelForm.Meta):
        model = Delegation
        fields = ["principal", "delegate", "valid_from", "valid_to"]


class DelegationViewSet(AuditedModelViewSet):
    """Who approves pages in whose place, from when to when."""

    model = Delegation
    icon = "user"
    menu_label = _("Delegations")
    list_display = ["principal", "delegate", "valid_from", "valid_to"]

    def get_form_class(self, for_update=False):
        return DelegationForm


class UnitViewSet(AuditedModelViewSet):
    model = Unit
    icon = "group"
    menu_label = _("Units")
    list_display = ["name", "function", "phone"]
    form_fields = ["code", "name", "function", "phone"]


class OperatorViewSet(AuditedModelViewSet):
    model = Operator
    icon = "home"
    menu_label = _("Operators")
    list_display = ["name", "contract_from", "contract_to", "phone"]
    panels = [
        FieldPanel(name) for name in ("name", "phone", "contract_from", "contract_to")
    ]


class PartnerViewSet(AuditedModelViewSet):
    model = Partner
    icon = "site"
    menu_label = _("Schools and groups")
    list_display = ["name", "code", "kind", "phone", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "name_kana", "code"]
    form_fields = [
        "code",
        "name",
        "name_kana",
        "kind",
        "phone",
        "postal_code",
        "address",
        "is_active",
    ]


class DirectoryGroup(ViewSetGroup):
    """Who works where: one menu for the system administrator."""

    menu_label = _("Directory")
    menu_icon = "group"
    menu_order = 300
    items = (
        MembershipViewSet,
        DelegationViewSet,
        UnitViewSet,
        OperatorViewSet,
        PartnerViewSet,
    )
