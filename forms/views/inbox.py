"""The inbox: what was received, for those who may read it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from forms.desk.columns import BY_NAME, COLUMNS, NAMES, columns_of, rows_of
from forms.desk.listing import (
    FilterForm,
    count_of,
    narrowed,
    page_of,
    query_of,
)
from forms.models import Handling, SavedView
from forms.querysets import reads_answers, rights_of
from staff.models import AuditEvent, Unit
from staff.services import client_address, record_event
from staff.views import PrivateView
from staff.viewsets import WithoutExport

PRESETS = [
    (gettext_lazy("All"), {}),
    (gettext_lazy("Mine"), {"assignee": "mine", "state": "open"}),
    (gettext_lazy("Not assigned yet"), {"assignee": "nobody", "state": "open"}),
    (gettext_lazy("Waiting longest"), {"state": "open", "order": "oldest"}),
]
MAX_TYPED = 60


def may_enter(user) -> bool:
    """Whether somebody may fill in a form for a caller: those who work on answers."""
    is_at_work = user.scope.has("case_worker", "programme_manager")
    return is_at_work or bool(rights_of(user).act)


class InboxMixin(PrivateView):
    """A page of the inbox, for everybody who reads answers of any form."""

    header_icon = "mail"

    def check_permission(self, user) -> None:
        if not reads_answers(user):
            raise PermissionDenied


class InboxView(WithoutExport, InboxMixin, TemplateView):
    """The list. Filters stand in the address; a name that is looked for is posted.

    So it stands in no address, no log and no browser history.
    """

    template_name = "forms/inbox/list.html"
    page_title = gettext_lazy("Answers received")

    def get_breadcrumbs_items(self):
        return [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": self.page_title},
        ]

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return self.get(request, *args, **kwargs)

    @cached_property
    def typed(self) -> str:
        text = self.request.POST.get("name", "").replace("\x00", "")
        return text.strip()[:MAX_TYPED]

    @cached_property
    def filter_form(self) -> FilterForm:
        return FilterForm(self.request.GET, user=self.request.user)

    @cached_property
    def views(self) -> list[SavedView]:
        return list(SavedView.objects.visible_to(self.request.user)[:100])

    @cached_property
    def saved(self) -> SavedView | None:
        wanted = self.request.GET.get("view", "")
        return next((view for view in self.views if str(view.pk) == wanted), None)

    def get_rows(self):
        rows = Handling.objects.visible_to(self.request.user)
        return narrowed(rows, self.filter_form.chosen(), self.request.user)

    def find(self) -> dict[str, Any]:
        """The rows of this page; by name, first through the index of its beginning."""
        chosen, rows = self.filter_form.chosen(), self.get_rows()
        anywhere = "anywhere" in self.request.POST
        if self.typed:
            rows = rows.named_like(self.typed, anywhere=anywhere)
        given = self.request.POST if self.typed else self.request.GET
        found, cursor = page_of(
            rows.select_related("submission", "form", "partner", "assignee").defer(
                "submission__answers", "form__pages"
            ),
            cursor=given.get("after", ""),
            size=chosen.get("size") or 50,
            oldest=chosen.get("order") == "oldest",
        )
        count, is_more = count_of(rows)
        return {
            "found": found,
            "cursor": cursor,
            "count": count,
            "is_more": is_more,
            "anywhere": anywhere,
        }

    def write_down(self, found: list[Handling], names_shown: bool) -> None:
        """A search is an event; each name that is shown is one too."""
        kind = {"by": self.request.user, "ip": client_address(self.request)}
        if self.typed:
            record_event(
                "portal_forms.submission.searched",
                action=AuditEvent.Action.VIEW,
                count=len(found),
                **kind,
            )
        if names_shown:
            for row in found:
                record_event(
                    "portal_forms.submission.name_shown",
                    row.submission,
                    action=AuditEvent.Action.VIEW,
                    **kind,
                )

    def get_context_data(self, **kwargs):
        state = self.find()
        columns = columns_of(self.chosen_columns())
        has_names = any(column.name in NAMES for column in columns)
        names_shown = has_names and "names" in self.request.POST
        self.write_down(state["found"], names_shown)
        rows = [
            (row, [(column, column.cell(row)) for column in columns])
            for row in rows_of(state["found"], names_shown=names_shown)
        ]
        query = query_of(self.request.GET)
        return super().get_context_data(**kwargs) | {
            **state,
            "rows": rows,
            "columns": columns,
            "all_columns": [(c, c in columns) for c in COLUMNS],
            "filter_form": self.filter_form,
            "typed": self.typed,
            "names_shown": names_shown,
            "has_names": has_names,
            "query": query,
            "next_query": query_of(self.request.GET, after=state["cursor"]),
            "here_query": query_of(
                self.request.GET, after=self.request.GET.get("after", "")
            ),
            "after": self.request.POST.get("after", ""),
            "ticked": self.request.POST.get("tick") == "all",
            "tabs": self.tabs(query),
            "saved": self.saved,
            "units": Unit.objects.filter(pk__in=self.request.user.scope.unit_ids),
            "may_enter": may_enter(self.request.user),
            "may_export": bool(rights_of(self.request.user).export),
            "is_narrowed": bool(query) or bool(self.typed),
        }

    def chosen_columns(self) -> list[str]:
        if self.saved:
            return self.saved.columns
        return self.request.session.get("inbox_columns", [])

    def tabs(self, query: str) -> list[tuple[str, str, bool]]:
        """The ready-made choices, then the saved ones: label, address, whether on."""
        here = reverse("inbox:index")
        tabs = [
            (str(label), f"{here}?{urlencode(pairs)}", query == urlencode(pairs))
            for label, pairs in PRESETS
        ]
        return tabs + [
            (
                view.name,
                f"{here}?{urlencode(view.filters | {'view': view.pk})}",
                view == self.saved,
            )
            for view in self.views
        ]


class ColumnsView(InboxMixin, TemplateView):
    """Which columns are shown; and, with a name, the choice kept as a view."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        columns = [name for name in request.POST.getlist("column") if name in BY_NAME]
        query = query_of(request.POST)
        here = reverse("inbox:index")
        if "drop" in request.POST:
            own = SavedView.objects.filter(user=request.user)
            own.filter(pk__in=keys_in(request.POST.getlist("drop"))).delete()
            messages.success(request, _("The view was taken away."))
            return redirect(here)
        name = request.POST.get("title", "").replace("\x00", "").strip()[:40]
        if "save" not in request.POST:
            request.session["inbox_columns"] = columns
            return redirect(f"{here}?{query_of(request.POST, view='')}")
        if not name:
            messages.error(request, _("Give the view a name."))
            return redirect(f"{here}?{query}")
        view = self.keep(name, columns)
        messages.success(request, _("The view was saved."))
        query = urlencode(view.filters | {"view": view.pk})
        return redirect(f"{here}?{query}")

    def keep(self, name: str, columns: list[str]) -> SavedView:
        """The view with this name, of one's own; with the valid filters alone."""
        post, user = self.request.POST, self.request.user
        form = FilterForm(post, user=user)
        form.is_valid()
        filters = {n: post[n] for n in form.cleaned_data if post.get(n)}
        units = Unit.objects.filter(
            pk__in=user.scope.unit_ids & set(keys_in(post.getlist("unit")))
        )
        view, _is_new = SavedView.objects.update_or_create(
            user=user,
            name=name,
            defaults={
                "filters": filters,
                "columns": columns,
                "unit": units.first(),
            },
        )
        return view


def keys_in(texts: list[str]) -> list[int]:
    """The keys among what was posted; what is none is left out."""
    return [int(t) for t in texts if t.isascii() and t.isdigit() and len(t) < 18]
