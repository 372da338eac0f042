"""The models of exchange, by subject."""

from exchange.models.outbox import OutboxItem, WorkerBeat
from exchange.models.spreadsheet import ImportBatch

__all__ = ["ImportBatch", "OutboxItem", "WorkerBeat"]
