"""What a row of a spreadsheet means, and on whose behalf it is read or written.

Apps above register their resources in ``AppConfig.ready``.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export import resources
from import_export.instance_loaders import ModelInstanceLoader

UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class LockingLoader(ModelInstanceLoader):
    """Finds the row among those its author may reach, and holds it while importing."""

    def get_queryset(self):
        rows = super().get_queryset()
        return rows.select_for_update() if self.resource.is_writing else rows


class BulkResource(resources.ModelResource):
    """The base of every import: whole file or nothing, validated, on someone's behalf.

    ``user`` is the person who uploaded the file; subclasses use it to find related
    records, so that an import reaches no record its author may not see. ``hints`` says
    by field how to fill it in (also the cure shown with an error), ``samples`` what the
    grey line of the template shows. Where the rows are about people, ``is_private``
    makes each exported row an audit event of its own.
    """

    hints: dict[str, str | Promise] = {}
    samples: dict[str, str] = {}
    is_private = False
    # A confirmation holds the write lock: this many take it for some five seconds.
    max_rows = 2_000
    max_exported = 20_000
    filter_form_class = None

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        skip_html_diff = True
        store_instance = True
        use_transactions = True
        instance_loader_class = LockingLoader

    def __init__(self, *, user, **kwargs):
        super().__init__(**kwargs)
        self.user = user
        self.is_writing = False
        self.row_numbers: list[int] = []
        self._first_rows: dict[tuple, int] = {}
        with translation.override(settings.LANGUAGE_CODE):
            for field in self.fields.values():
                field.column_name = str(field.column_name)

    def import_data(self, dataset, rollback_on_validation_errors=True, **kwargs):
        """Import whole or not at all: here, with ``dry_run`` too, the default."""
        self._first_rows = {}
        return super().import_data(
            dataset,
            rollback_on_validation_errors=rollback_on_validation_errors,
            **kwargs,
        )

    def try_data(self, dataset):
        """What an import would do, computed without a transaction or a write."""
        self._first_rows = {}
        return self.import_data_inner(
            dataset,
            dry_run=True,
            raise_errors=False,
            using_transactions=False,
            collect_failed_rows=False,
        )

    def filtered(self, queryset, choices: dict[str, Any]):
        """Narrow an export by the cleaned data of ``filter_form_class``."""
        return queryset

    def columns(self) -> dict[str, str]:
        """Heading by field name, in the order of the sheet."""
        return {name: self.fields[name].column_name for name in self.get_import_order()}

    def id_columns(self) -> list[str]:
        """The headings without which a row cannot be found again."""
        return [self.fields[name].column_name for name in self.get_import_id_fields()]

    def required_columns(self) -> list[str]:
        """The headings that may not be empty in a row."""
        return [
            self.fields[name].column_name
            for name in self.get_import_order()
            if self._is_required(self.fields[name].attribute)
        ]

    def _is_required(self, attribute: str) -> bool:
        column = self._meta.model._meta.get_field(attribute)
        return not (column.blank or column.null)

    def field_of(self, attribute: str) -> str:
        """The name of the field that fills an attribute of the model, or nothing."""
        for name, field in self.fields.items():
            if field.attribute == attribute:
                return name
        return ""

    def before_import_row(self, row, row_number=None, **kwargs):
        """Refuse unreadable characters, and a second row about the same record."""
        errors = {}
        for field in self.fields.values():
            if UNREADABLE.search(str(row.get(field.column_name) or "")):
                errors[field.attribute] = _("There are characters that cannot be kept.")
        if errors:
            raise ValidationError(errors)
        names = self.get_import_id_fields()
        key = tuple(self.fields[name].clean(row) for name in names)
        number = self.row_numbers[row_number - 1]
        first = self._first_rows.setdefault(key, number)
        if first != number and all(key):
            raise ValidationError(
                {
                    self.fields[names[-1]].attribute: _(
                        "%(value)s is in row %(row)s already."
                    )
                    % {"value": " ".join(str(part) for part in key), "row": first}
                }
            )

    def after_init_instance(self, instance, new, row, **kwargs):
        """Refuse a row that exists but is not the author's to change."""
        if not new:
            return
        lookup = {
            self.fields[name].attribute: self.fields[name].clean(row)
            for name in self.get_import_id_fields()
        }
        if self._meta.model._base_manager.filter(**lookup).exists():
            name = self.get_import_id_fields()[-1]
            raise ValidationError(
                {
                    self.fields[name].attribute: _(
                        "This row cannot be taken in. Check what is written here."
                    )
                }
            )


@dataclass(frozen=True)
class Registered:
    """A resource with its name, its label and who may carry it which way."""

    name: str
    resource_class: type[BulkResource]
    label: str | Promise
    import_permission: str | None
    export_permission: str | None

    def may_import(self, user) -> bool:
        return bool(self.import_permission) and user.has_perm(self.import_permission)

    def may_export(self, user) -> bool:
        return bool(self.export_permission) and user.has_perm(self.export_permission)

    def for_user(self, user) -> BulkResource:
        """The resource as this person may use it."""
        return self.resource_class(user=user)


_registered: dict[str, Registered] = {}


def register(
    name: str,
    resource_class: type[BulkResource],
    *,
    label: str | Promise,
    import_permission: str | None = None,
    export_permission: str | None = None,
) -> None:
    """Offer a resource on the spreadsheet pages, to those who hold the permission."""
    if name in _registered:
        raise ValueError(f"A resource named {name!r} exists already.")
    _registered[name] = Registered(
        name, resource_class, label, import_permission, export_permission
    )


def find(name: str) -> Registered | None:
    """The resource of that name, or None."""
    return _registered.get(name)


def offered_to(user) -> list[Registered]:
    """The resources that this person may import or export."""
    return [
        entry
        for entry in _registered.values()
        if entry.may_import(user) or entry.may_export(user)
    ]
