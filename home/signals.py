"""News that rooms above may send: something the public sees is different now."""

from django.dispatch import Signal

# Sent by whoever changes what pages show without writing a table that
# ``home.freshness`` watches. It counts once the transaction is committed.
public_content_changed = Signal()
