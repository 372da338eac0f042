"""On the pages of a form: that somebody of the staff types it in for a caller."""

from django import template

from forms.services.entering import entered_for

register = template.Library()


@register.simple_tag(takes_context=True)
def entered(context):
    """The note of the caller, for the person who types; None for everybody else."""
    draft, request = context["draft"], context["request"]
    if not draft.owner_id or draft.owner_id != request.user.pk:
        return None
    return entered_for(draft)
