"""Publishing: a definition becomes the next version of its form."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from wagtail.log_actions import get_active_log_context

from forms.changes import breaking_changes
from forms.compiler import compile_form, digest_of
from forms.handlers import INBOX, refusal_of_change
from forms.models import AnswerGrant, FormDefinition, FormVersion
from forms.services.beside import left_without
from forms.services.following import is_over, is_past
from staff.models import AuditEvent, User
from staff.services import record_event

NO_READER = gettext_noop(
    "Nobody may read the answers of this form yet. Ask the administrator to say who"
    " does (“Who reads answers” in the menu); then publish it."
)


class FormProblems(ValidationError):
    """A definition that cannot be published; ``messages`` says why, for staff."""


@transaction.atomic
def publish_version(
    definition: FormDefinition, *, by: User | None
) -> FormVersion | None:
    """Compile a definition and add it as the form's next version.

    Nothing is added where the document is the one in force. FormProblems, and with it
    the end of the caller's transaction, where the definition is not sound.
    """
    # Two editors who publish at once: the second waits here, then counts on.
    FormDefinition.objects.select_for_update().get(pk=definition.pk)
    last = definition.latest_version()
    before = last.document if last else {}
    compiled = compile_form(definition, previous=before)
    problems = compiled.problems + left_without(definition, compiled.document, before)
    if problems:
        raise FormProblems(problems)
    if definition.handler == INBOX and not _has_reader(definition):
        raise FormProblems([_(NO_READER)])
    refusal = refusal_of_change(before.get("handler"), definition.handler)
    if refusal:
        raise FormProblems([refusal])
    digest = digest_of(compiled.document)
    if last and last.sha256 == digest:
        return None
    version = FormVersion(
        form=definition,
        number=last.number + 1 if last else 1,
        document=compiled.document,
        sha256=digest,
        is_breaking=breaking_changes(last and last.document, compiled.document),
        published_by=by,
    )
    if last:
        was_over = is_past(getattr(definition, "day_before", None))
        version.ends_before = last.number if was_over else last.ends_before
    if version.is_breaking and is_over(definition):
        # The day was set for an earlier change: it says nothing about this one.
        FormDefinition.objects.filter(pk=definition.pk).update(drafts_until=None)
    version.full_clean(exclude=["published_by"])
    version.save(force_insert=True)
    record_event(
        "portal_forms.version.published",
        version,
        action=AuditEvent.Action.CREATE,
        by=by,
        **codes_of(definition),
        number=version.number,
        breaking=version.is_breaking,
    )
    if before.get("access", definition.access) != definition.access:
        record_event(
            "portal_forms.form.access_changed",
            version,
            by=by,
            **codes_of(definition),
            before=before["access"],
        )
    return version


def _has_reader(definition: FormDefinition) -> bool:
    """Whether somebody may read the answers that are only kept."""
    grants = AnswerGrant.objects.in_force()
    return grants.filter(Q(form=None) | Q(form=definition)).exists()


def codes_of(definition: FormDefinition) -> dict[str, object]:
    """What the audit says of a form: never its words."""
    day = definition.drafts_until
    return ({"drafts_until": str(day)} if day else {}) | {
        "form": definition.slug,
        "form_id": definition.pk,
        "access": definition.access,
        "handler": definition.handler,
    }


def add_version_on_publishing(sender, instance, revision, **kwargs) -> None:
    """Whatever door publishes a definition adds its version, or publishes nothing.

    A form that is opened again as it was has no new version, but an event.
    """
    if publish_version(instance, by=revision.user) is None:
        record_event(
            "portal_forms.form.published",
            instance.latest_version(),
            by=revision.user,
            **codes_of(instance),
        )


def record_unpublishing(sender, instance, **kwargs) -> None:
    """Whatever door closes a form, the audit knows when and, of a person, who."""
    record_event(
        "portal_forms.form.unpublished",
        instance.latest_version(),
        by=get_active_log_context().user,
        **codes_of(instance),
    )
