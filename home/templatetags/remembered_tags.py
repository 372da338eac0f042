"""Parts of pages that are the same for everybody until something is published."""

from django import template
from wagtail.models import Page

from home import freshness

register = template.Library()
CHOICES = ("on", "off")
# Blocks whose markup follows from what editors typed alone: never from the time.
STILL = {
    "heading",
    "text",
    "ruby",
    "steps",
    "cards",
    "questions",
    "facts",
    "notice",
    "contact",
    "links",
}


class RememberedNode(template.Node):
    """A part of a template, made once a page and generation for everybody."""

    def __init__(self, name: str, more: list, nodelist) -> None:
        self.name, self.more, self.nodelist = name, more, nodelist

    def render(self, context) -> str:
        key = key_of(context)
        if key is None or (self.name == "body" and not is_still(context["page"])):
            return self.nodelist.render(context)
        return freshness.remembered(
            (self.name, *key, *(str(part.resolve(context)) for part in self.more)),
            lambda: self.nodelist.render(context),
        )


@register.tag
def remembered(parser, token) -> RememberedNode:
    """``{% remembered "footer" %}…{% endremembered %}``: nothing of a person inside.

    Nothing of the time either, unless it is named: ``{% remembered "hours" today %}``.
    What is called ``body`` is remembered only if all
    blocks of the page are known to stand still.
    """
    _tag, name, *more = token.split_contents()
    nodelist = parser.parse(("endremembered",))
    parser.delete_first_token()
    more = [parser.compile_filter(part) for part in more]
    return RememberedNode(name.strip("\"'"), more, nodelist)


def key_of(context) -> tuple | None:
    """What such a part depends on; None for previews and for who is logged in."""
    request, page = context.get("request"), context.get("page")
    if request is None or not isinstance(page, Page) or not page.pk:
        return None
    if getattr(request, "is_preview", False) or request.user.is_authenticated:
        return None
    choice = request.COOKIES.get("furigana", "")
    return (
        page.pk,
        request.path,
        request.get_host(),
        request.scheme,
        getattr(request, "LANGUAGE_CODE", ""),
        choice if choice in CHOICES else "",
    )


def is_still(page: Page) -> bool:
    """Whether every block of the page's body is of a kind that stands still."""
    body = getattr(page, "body", None) or ()
    return {block["type"] for block in getattr(body, "raw_data", ())} <= STILL
