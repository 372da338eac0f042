"""The models of forms, by subject."""

from forms.models.definition import FormDefinition
from forms.models.guard import HeldSubmission, Tally
from forms.models.invitation import Invitation
from forms.models.submission import Draft, IndexedAnswer, Submission
from forms.models.version import FormVersion
from forms.models.windows import FormSettings, FormWindow

__all__ = [
    "Draft",
    "FormDefinition",
    "FormSettings",
    "FormVersion",
    "FormWindow",
    "HeldSubmission",
    "IndexedAnswer",
    "Invitation",
    "Submission",
    "Tally",
]
