"""The audit for those whose office is to read it: who did what, who opened whom."""

import unicodedata

import django_filters
from django.apps import apps
from django.db.models import Count, Max, Min, Q
from django.http import Http404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.views.generic import ListView
from wagtail.admin.auth import require_admin_access
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column

from staff.forms import JapaneseDateField
from staff.models import AuditEvent, Membership, User
from staff.services import client_address, record_event
from staff.templatetags.japanese import wareki_time
from staff.views import PrivateView
from staff.viewsets import PrivateModelViewSet, VisibleIndexView

ROLES = dict(Membership.Role.choices)
Action = AuditEvent.Action
OPENED = Q(action__in=[Action.VIEW, Action.DOWNLOAD, Action.EXPORT]) & ~Q(record="")
STEPS = {
    "accepted": pgettext_lazy("audit", "accepted"),
    "access_changed": pgettext_lazy("audit", "openness changed"),
    "acknowledged": pgettext_lazy("audit", "acknowledged"),
    "advised": pgettext_lazy("audit", "advice given"),
    "answered": pgettext_lazy("audit", "answer recorded"),
    "approval_asked": pgettext_lazy("audit", "approval asked for"),
    "approved": pgettext_lazy("audit", "approved"),
    "aside": pgettext_lazy("audit", "put aside"),
    "asked": pgettext_lazy("audit", "asked"),
    "assigned": pgettext_lazy("audit", "assigned"),
    "cleared": pgettext_lazy("audit", "cleared"),
    "circulated": pgettext_lazy("audit", "handed on for approval"),
    "closed": pgettext_lazy("audit", "closed"),
    "confirmed": pgettext_lazy("audit", "confirmed"),
    "counted": pgettext_lazy("audit", "approval counted"),
    "corrected": pgettext_lazy("audit", "corrected"),
    "deleted": pgettext_lazy("audit", "deleted"),
    "delivered": pgettext_lazy("audit", "delivered"),
    "drafted": pgettext_lazy("audit", "drafted"),
    "edited": pgettext_lazy("audit", "draft edited"),
    "ended": pgettext_lazy("audit", "ended"),
    "entered": pgettext_lazy("audit", "typed in for a caller"),
    "expired": pgettext_lazy("audit", "taken offline at its time"),
    "exported": pgettext_lazy("audit", "exported"),
    "failed": pgettext_lazy("audit", "failed"),
    "given_up": pgettext_lazy("audit", "given up"),
    "handed_on": pgettext_lazy("audit", "handed on"),
    "held": pgettext_lazy("audit", "kept beyond its term"),
    "hold_lifted": pgettext_lazy("audit", "no longer kept beyond its term"),
    "import_checked": pgettext_lazy("audit", "checked before import"),
    "import_dropped": pgettext_lazy("audit", "import given up"),
    "linked": pgettext_lazy("audit", "linked"),
    "moved": pgettext_lazy("audit", "moved"),
    "name_shown": pgettext_lazy("audit", "name shown"),
    "note": pgettext_lazy("audit", "note"),
    "paper_attached": pgettext_lazy("audit", "attached to a case"),
    "paper_opened": pgettext_lazy("audit", "paper"),
    "paper_stored": pgettext_lazy("audit", "paper kept"),
    "previewed": pgettext_lazy("audit", "draft of the paper"),
    "published": pgettext_lazy("audit", "published"),
    "published_on_time": pgettext_lazy("audit", "published at its time"),
    "received": pgettext_lazy("audit", "received"),
    "reordered": pgettext_lazy("audit", "put in another order"),
    "restored": pgettext_lazy("audit", "taken up again"),
    "returned": pgettext_lazy("audit", "sent back"),
    "returned_in_place": pgettext_lazy("audit", "sent back by a deputy"),
    "scheduled": pgettext_lazy("audit", "to be published at a time"),
    "searched": pgettext_lazy("audit", "searched"),
    "sent_again": pgettext_lazy("audit", "sent again"),
    "shared": pgettext_lazy("audit", "shared with the city"),
    "sharing_withdrawn": pgettext_lazy("audit", "taken back to correct"),
    "started": pgettext_lazy("audit", "started"),
    "state": pgettext_lazy("audit", "state"),
    "status_changed": pgettext_lazy("audit", "status changed"),
    "subject_viewed": pgettext_lazy("audit", "who opened it"),
    "submitted": pgettext_lazy("audit", "submitted"),
    "tried": pgettext_lazy("audit", "trial run"),
    "triaged": pgettext_lazy("audit", "triage"),
    "tried_again": pgettext_lazy("audit", "tried again"),
    "unlinked": pgettext_lazy("audit", "unlinked"),
    "unpublished": pgettext_lazy("audit", "taken offline"),
    "unscheduled": pgettext_lazy("audit", "time of publication dropped"),
    "urgency_aligned": pgettext_lazy("audit", "urgency set to the corrected answer"),
    "urgency_followed": pgettext_lazy("audit", "urgency followed the corrected answer"),
    "withdrawn": pgettext_lazy("audit", "withdrawn"),
    "worker_set": pgettext_lazy("audit", "case worker named"),
}
WRITTEN = Q(action__in=[Action.CREATE, Action.CHANGE, Action.DECIDE])


def roles_of(event: AuditEvent) -> str:
    """The roles at the time, in words."""
    codes = event.by_roles.split(",") if event.by_roles else []
    return "、".join(str(ROLES.get(code, code)) for code in codes)


def kind_of(event: AuditEvent) -> str:
    """The kind of record in words; read from the code where no record was at hand."""
    stem = event.event.rpartition(".")[0]
    for label in (event.record_type, stem):
        try:
            return str(apps.get_model(label)._meta.verbose_name)
        except (LookupError, ValueError):
            continue
    if stem == "audit":
        return gettext("Audit log")
    names = {model._meta.model_name: model for model in apps.get_models()}
    model = names.get(stem.removesuffix("s"))
    return str(model._meta.verbose_name) if model else ""


def event_of(event: AuditEvent) -> str:
    """What kind of record it was about, and the step where the act is not enough."""
    step = STEPS.get(event.event.rpartition(".")[2], "")
    return "　".join(filter(None, [kind_of(event), str(step)]))


def subject_of(event: AuditEvent) -> str:
    """The number of the child, leading to who opened that child's records."""
    if not event.subject:
        return ""
    url = reverse("audit:subject", args=[event.subject])
    return format_html('<a href="{}">{}</a>', url, event.subject)


def record_of(event: AuditEvent) -> str:
    """The number of the record, leading to who opened it."""
    if not event.record:
        return ""
    url = reverse("audit:subject", args=[event.record])
    return format_html('<a href="{}">{}</a>', url, event.record)


class DateFilter(django_filters.Filter):
    """A day, as staff write it."""

    field_class = JapaneseDateField


class AuditFilterSet(WagtailFilterSet):
    """By act, by person, by day."""

    action = django_filters.ChoiceFilter(
        label=gettext_lazy("Action"), choices=AuditEvent.Action.choices
    )
    by = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Who"), queryset=User.objects.order_by("username")
    )
    since = DateFilter(
        label=gettext_lazy("From this day on"), field_name="at", lookup_expr="date__gte"
    )
    until = DateFilter(
        label=gettext_lazy("Until this day"), field_name="at", lookup_expr="date__lte"
    )

    class Meta:
        model = AuditEvent
        fields = ["action", "by", "since", "until"]


class AuditIndexView(VisibleIndexView):
    """The newest events first. Looking at them is an event, too."""

    filterset_class = AuditFilterSet
    default_ordering = "-seq"

    def dispatch(self, request, *args, **kwargs):
        if request.user.has_perm("staff.view_auditevent"):
            record_event(
                "audit.viewed",
                action=AuditEvent.Action.VIEW,
                by=request.user,
                ip=client_address(request),
            )
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("by")

    def search_queryset(self, queryset):
        """By the whole number of a record or of a child; numbers tell no name."""
        number = unicodedata.normalize("NFKC", self.search_query).strip().upper()
        return queryset.about(number) if number else queryset

    @cached_property
    def no_results_message(self):
        return gettext("No event matches. Take a filter away to see more.")


class SubjectView(PrivateView, ListView):
    """Who opened the records of one child, or one record: by person, then one by one.

    What was read before a referral became the child's case belongs to it as well.
    """

    model = AuditEvent
    permission_required = "staff.view_auditevent"
    template_name = "staff/audit/subject.html"
    paginator_class = WagtailPaginator
    paginate_by = 50
    page_kwarg = "p"
    header_icon = "view"

    def get_queryset(self):
        visible = AuditEvent.objects.visible_to(self.request.user)
        return visible.about(self.kwargs["number"]).select_related("by")

    def get(self, request, *args, **kwargs):
        events = self.get_queryset()
        if not events.exists():
            raise Http404
        is_child = events.filter(subject=self.number).exists()
        record_event(
            "audit.subject_viewed",
            action=AuditEvent.Action.VIEW,
            by=request.user,
            subject=self.number[:30] if is_child else "",
            ip=client_address(request),
            number=self.number,
        )
        return super().get(request, *args, **kwargs)

    def paginate_queryset(self, queryset, page_size):
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get(self.page_kwarg))
        return paginator, page, page.object_list, page.has_other_pages()

    def get_page_title(self):
        return gettext("Who opened %(number)s") % {"number": self.kwargs["number"]}

    def get_context_data(self, **kwargs):
        events = self.get_queryset()
        people = (
            events.order_by()
            .values("by", "by__full_name", "by__username")
            .annotate(
                first=Min("at"),
                last=Max("at"),
                opened=Count("pk", filter=OPENED),
                written=Count("pk", filter=WRITTEN),
                refused=Count("pk", filter=Q(action=Action.DENIED)),
            )
            .exclude(opened=0, written=0, refused=0)
            .order_by("-opened", "-last")
        )
        context = super().get_context_data(**kwargs)
        rows = [
            (event, roles_of(event), event_of(event))
            for event in context["object_list"]
        ]
        return context | {"people": people, "rows": rows, "number": self.number}

    @property
    def number(self) -> str:
        return self.kwargs["number"]


class AuditEventViewSet(PrivateModelViewSet):
    """The audit log: its list, and who opened one child's records."""

    model = AuditEvent
    name = "audit"
    icon = "history"
    menu_label = gettext_lazy("Audit log")
    menu_order = 170
    add_to_admin_menu = True
    index_view_class = AuditIndexView
    search_fields = ["record", "subject"]
    search_backend_name = None
    list_per_page = 100
    list_display = [
        Column(
            "at",
            label=gettext_lazy("Time"),
            accessor=lambda event: wareki_time(event.at),
        ),
        Column("by", label=gettext_lazy("Who")),
        Column("roles", label=gettext_lazy("Roles at the time"), accessor=roles_of),
        Column("action", label=gettext_lazy("Action"), accessor="get_action_display"),
        Column("event", label=gettext_lazy("Event"), accessor=event_of),
        Column("record", label=gettext_lazy("Record"), accessor=record_of),
        Column("subject", label=gettext_lazy("Child"), accessor=subject_of),
        Column("ip", label=gettext_lazy("IP address")),
    ]

    def get_urlpatterns(self):
        subject = require_admin_access(
            SubjectView.as_view(
                index_url_name=self.get_url_name("index"), index_title=self.menu_label
            )
        )
        return [
            *super().get_urlpatterns(),
            path("subject/<str:number>/", subject, name="subject"),
        ]


audit_viewset = AuditEventViewSet()
