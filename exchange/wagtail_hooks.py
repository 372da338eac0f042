"""Registration of exchange with the admin: menu, addresses, the warning at home."""

from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from exchange import urls
from exchange.models import OutboxItem, WorkerBeat
from exchange.resources import offered_to


@hooks.register("register_admin_urls")
def addresses():
    return [path("exchange/", include(urls))]


@hooks.register("insert_global_admin_css")
def spreadsheet_styles():
    return format_html(
        '<link rel="stylesheet" href="{}">', static("exchange/spreadsheets.css")
    )


class SpreadsheetMenuItem(MenuItem):
    """Shown to those who may bring in or take out something."""

    def is_shown(self, request):
        return bool(offered_to(request.user))


class OutboxMenuItem(MenuItem):
    """Shown to those who look after the outbox."""

    def is_shown(self, request):
        return request.user.has_perm("exchange.view_outboxitem")


@hooks.register("register_admin_menu_item")
def spreadsheets():
    return SpreadsheetMenuItem(
        _("Spreadsheets"), reverse("exchange:index"), icon_name="table", order=160
    )


@hooks.register("register_admin_menu_item")
def outbox():
    return OutboxMenuItem(
        _("Things to send"), reverse("exchange:outbox"), icon_name="mail", order=180
    )


class OutboxPanel(Component):
    """At home: a worker that has gone silent, and what was given up."""

    name = "outbox"
    order = 50
    template_name = "exchange/outbox_panel.html"

    def get_context_data(self, parent_context=None):
        beat = WorkerBeat.objects.order_by("-at").first()
        return {
            "last_beat": beat.at if beat else None,
            "is_worker_silent": WorkerBeat.is_silent(),
            "given_up": OutboxItem.objects.dead().filter(done_at=None).count(),
        }


@hooks.register("construct_homepage_panels")
def outbox_panel(request, panels):
    if request.user.has_perm("exchange.view_outboxitem"):
        panels.append(OutboxPanel())
