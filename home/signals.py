"""News that the public pages give: whoever keeps copies of them listens here."""

from django.dispatch import Signal

# Sent after the commit of anything that public pages show: a page, a fact, a notice.
public_content_changed = Signal()
