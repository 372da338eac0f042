"""The models of staff, by subject."""

from staff.models.access import Delegation, Membership, Scope, User
from staff.models.audit import AuditEvent
from staff.models.bodies import Operator, Partner, Unit
from staff.models.numbers import NumberSeries

__all__ = [
    "AuditEvent",
    "Delegation",
    "Membership",
    "NumberSeries",
    "Operator",
    "Partner",
    "Scope",
    "Unit",
    "User",
]
