"""Writes of definitions that come from outside the editor: a file, a model."""

from django.db import transaction

from forms import portable, starters
from forms.models import FormDefinition
from staff.models import AuditEvent, User
from staff.services import record_event


@transaction.atomic
def import_form(content: bytes, *, by: User) -> FormDefinition:
    """A new unpublished form from a file; ValidationError says what is wrong."""
    definition = portable.as_definition(portable.from_file(content))
    return _added(definition, by=by, source="file")


@transaction.atomic
def begin_from_starter(name: str, *, by: User) -> FormDefinition:
    """A new unpublished form that begins as one of the ready-made ones."""
    data = starters.read(name)
    data["slug"] = portable.free_slug(data["slug"])
    return _added(starters.as_definition(data), by=by, source=f"starter:{name}")


def _added(definition: FormDefinition, *, by: User, source: str) -> FormDefinition:
    definition.save()
    definition.save_revision(user=by)
    record_event(
        "portal_forms.form.begun",
        definition,
        action=AuditEvent.Action.CREATE,
        by=by,
        form=definition.slug,
        source=source,
    )
    return definition
