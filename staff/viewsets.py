"""Staff screens for private records, and the lists that only show what may be seen."""

from django.http import Http404
from django.urls import path, reverse
from wagtail.admin.auth import require_admin_access
from wagtail.admin.ui.tables import Table
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet


class NumberedTable(Table):
    """A table whose rows carry the number of their record."""

    def get_row_attrs(self, instance):
        return super().get_row_attrs(instance) | {"data-number": str(instance)}


class WithoutExport:
    """A list that answers no ``?export=``.

    Wagtail answers it even where it offers no export, without asking for a permission
    and without writing it down. Exports leave through ``exchange``.
    """

    def setup(self, request, *args, **kwargs):
        if "export" in request.GET:
            raise Http404
        super().setup(request, *args, **kwargs)


class VisibleIndexView(WithoutExport, IndexView):
    """List, filter and count only what the user may see; no export by the way."""

    table_class = NumberedTable
    any_permission_required = ["view"]
    detail_url_name = ""
    header_links: list = []

    def get_base_queryset(self):
        return self.model.objects.visible_to(self.request.user)

    def get_edit_url(self, instance):
        return reverse(self.detail_url_name, args=[instance.pk])

    def get_add_url(self):
        return None

    def get_list_buttons(self, instance):
        """None: the number leads to the page, and the page offers what may be done."""
        return []


class PrivateModelViewSet(ModelViewSet):
    """The list of a private model, the page of one record, and named acts; no more.

    The generic add, edit, delete, copy, history, usage and inspect views of Wagtail ask
    for the model permission only, so none of them is routed. ``record_views`` names the
    views over one record, ``list_views`` those beside the list; every class comes from
    ``staff.views`` and therefore passes its one door.
    """

    index_view_class = VisibleIndexView
    detail_view_class = None
    record_views: dict[str, type] = {}
    list_views: dict[str, type] = {}
    copy_view_enabled = False
    add_to_reference_index = False
    list_per_page = 50

    def get_index_view_kwargs(self, **kwargs):
        return super().get_index_view_kwargs(
            **{"detail_url_name": self.get_url_name("detail"), **kwargs}
        )

    def get_urlpatterns(self):
        """Index, detail and the named views; each under the admin's login."""
        patterns = [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
        ]
        patterns += [
            path(f"{name}/", self.private_view(view), name=name)
            for name, view in self.list_views.items()
        ]
        if self.detail_view_class:
            patterns.append(
                path(
                    "<int:pk>/",
                    self.private_view(self.detail_view_class),
                    name="detail",
                )
            )
        patterns += [
            path(f"<int:pk>/{name}/", self.private_view(view), name=name)
            for name, view in self.record_views.items()
        ]
        return patterns

    def private_view(self, view_class):
        view = view_class.as_view(
            **{
                name: value
                for name, value in {
                    "model": view_class.model or self.model,
                    "index_url_name": self.get_url_name("index"),
                    "index_title": self.menu_label,
                }.items()
                if hasattr(view_class, name)
            }
        )
        return require_admin_access(view)

    def register_admin_url_finder(self):
        """None: an address found by model would be one more door."""

    def register_reference_index(self):
        """None: the index keeps a copy of private text."""
