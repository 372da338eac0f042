"""The models of forms, by subject."""

from forms.models.definition import FormDefinition
from forms.models.submission import Draft, IndexedAnswer, Submission
from forms.models.town import Town
from forms.models.version import FormVersion

__all__ = [
    "Draft",
    "FormDefinition",
    "FormVersion",
    "IndexedAnswer",
    "Submission",
    "Town",
]
