"""What the check stops where editors publish by themselves: the same as an approval."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from home.checking.services import stopping


def before_publish(request, page):
    """The draft is saved already; it stays a draft, and the editor sees why."""
    if not stopping(page):
        return None
    messages.error(
        request,
        _("The page was saved as a draft. Mend what the check stops, then publish."),
    )
    return redirect("page_check:page", page.pk)


def before_bulk(request, action_type, objects, action):
    """Of many pages none is published while one of them has what the check stops."""
    if action_type != "publish":
        return None
    for page in objects:
        pages = [page]
        if request.POST.get("include_descendants"):
            pages += list(page.get_descendants().not_live().specific())
        for one in pages:
            if stopping(one.specific):
                return before_publish(request, one.specific)
    return None
