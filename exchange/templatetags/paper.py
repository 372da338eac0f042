"""Template filters for papers."""

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from exchange.glyphs import with_fallback

register = template.Library()


@register.filter
def glyphs(text: str | None) -> SafeString:
    """Text, escaped, whose rare characters and variants ask the fallback face."""
    if text is None:
        return SafeString()
    escaped = conditional_escape(text)
    return mark_safe(with_fallback(escaped))  # noqa: S308  escaped one line above
