"""Screens of the emergency notice: begin from a text, check it, publish, withdraw."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton

from home.models import Notice, NoticeText
from programs import services
from programs.forms import NoticeForm, StartForm, WithdrawForm
from programs.models import OpeningException, Site
from staff.services import client_address
from staff.templatetags.japanese import wareki_time
from staff.views import PrivateActView, PrivateCreateView, PrivateDetailView
from staff.viewsets import PrivateModelViewSet, VisibleIndexView


class MomentColumn(Column):
    """A moment by the era."""

    def get_value(self, instance) -> str:
        return wareki_time(super().get_value(instance))


class NoticeIndexView(VisibleIndexView):
    """The notices, the latest first."""

    default_ordering = "-pk"

    @cached_property
    def header_buttons(self):
        return [
            HeaderButton(
                _("Publish an emergency notice"),
                url=reverse("notices:publish"),
                icon_name="plus",
            )
        ]


class NoticeDetail(PrivateDetailView):
    """One notice: what it says, where, until when, and its way down."""

    template_name = "programs/notice.html"
    permission_required = "home.view_notice"

    def get_context_data(self, **kwargs):
        notice = self.object
        return super().get_context_data(**kwargs) | {
            "places": list(notice.sites.all()),
            "closures": notice.closures.select_related("site"),
            "may_withdraw": notice.state in ("shown", "waiting")
            and self.request.user.has_perm("home.withdraw_notice"),
        }


class PublishNotice(PrivateCreateView):
    """Write it, look at what will happen, publish it."""

    model = Notice
    permission_required = "home.add_notice"
    form_class = NoticeForm
    template_name = "programs/notice_form.html"
    page_title = _("Publish an emergency notice")
    submit_label = _("Check it")
    success_message = _("The notice stands on every page now.")

    @cached_property
    def start_form(self) -> StartForm:
        return StartForm(
            self.request.GET if self.request.method == "GET" else None,
            user=self.request.user,
            texts=NoticeText.objects.all(),
        )

    def get_initial(self) -> dict:
        return self.start_form.initial_notice()

    def form_valid(self, form) -> HttpResponse:
        if "back" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        if "publish" not in self.request.POST:
            return self.confirm(form)
        return super().form_valid(form)

    def confirm(self, form) -> HttpResponse:
        """What will happen, in words; publishing is a button of its own."""
        chosen = list(form.cleaned_data["sites"])
        following = Site.objects.public().filter(parent__in=chosen, hours=None)
        context = self.get_context_data(form=form) | {
            "notice": form.notice,
            "places": chosen,
            "closing": form.closing,
            "also_closed": following.exclude(pk__in=[site.pk for site in chosen]),
            "posted": self.posted(form),
        }
        return self.render_to_response(context, template_name="programs/confirm.html")

    @staticmethod
    def posted(form) -> list[tuple[str, str]]:
        """Everything typed, to travel on hidden."""
        data = form.data.copy()
        data["token"] = str(form.cleaned_data["token"])
        return [
            (name, value)
            for name in form.fields
            for value in data.getlist(form.add_prefix(name))
        ]

    def render_to_response(self, context, template_name="", **kwargs):
        response = super().render_to_response(context, **kwargs)
        if template_name:
            response.template_name = template_name
        return response

    def act(self, form) -> Notice:
        return services.publish_notice(
            form.values,
            sites=list(form.cleaned_data["sites"]),
            closing=form.closing,
            by=self.request.user,
            ip=client_address(self.request),
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"start_form": self.start_form}


class WithdrawNotice(PrivateActView):
    """Take it down before its end."""

    permission_required = "home.withdraw_notice"
    form_class = WithdrawForm
    template_name = "programs/notice_withdraw.html"
    submit_label = _("Withdraw the notice")
    success_message = _("The notice is down.")

    def dispatch(self, request, *args, **kwargs):
        if self.object is not None and self.object.state in ("withdrawn", "over"):
            return redirect(self.object.get_admin_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def closures(self) -> list[OpeningException]:
        """The days that the notice closed and that are not past."""
        found = services.closures_from(self.object, timezone.localdate())
        return list(found.select_related("site"))

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"has_closure": bool(self.closures)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "notice": self.object,
            "places": list(self.object.sites.all()),
            "closures": self.closures,
        }

    def act(self, form) -> Notice:
        return services.withdraw_notice(
            self.object,
            reopens=form.cleaned_data.get("reopens", False),
            by=self.request.user,
            ip=client_address(self.request),
        )


class NoticeViewSet(PrivateModelViewSet):
    """Emergency notices (緊急のお知らせ)."""

    model = Notice
    icon = "warning"
    menu_label = _("Emergency notices")
    menu_order = 90
    add_to_admin_menu = True
    index_view_class = NoticeIndexView
    detail_view_class = NoticeDetail
    list_views = {"publish": PublishNotice}
    record_views = {"withdraw": WithdrawNotice}
    list_display = [
        "__str__",
        Column("title", label=_("Heading")),
        Column("get_level_display", label=_("Level"), sort_key="level"),
        Column("state_words", label=_("State")),
        MomentColumn("starts_at", label=_("Shown from"), sort_key="starts_at"),
        MomentColumn("ends_at", label=_("Shown until"), sort_key="ends_at"),
        Column("by", label=_("Published by")),
    ]
    list_filter = ["level"]
    search_fields = ["title"]
    search_backend_name = None
