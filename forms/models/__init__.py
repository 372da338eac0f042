"""The models of forms, by subject."""

from forms.models.definition import FormDefinition
from forms.models.inbox import (
    AnswerGrant,
    CorrectedAnswer,
    EnteredFor,
    Handling,
    SavedView,
    SubmissionEvent,
    SubmissionLink,
)
from forms.models.submission import Draft, IndexedAnswer, Submission
from forms.models.version import FormVersion

__all__ = [
    "AnswerGrant",
    "CorrectedAnswer",
    "Draft",
    "EnteredFor",
    "FormDefinition",
    "FormVersion",
    "Handling",
    "IndexedAnswer",
    "SavedView",
    "Submission",
    "SubmissionEvent",
    "SubmissionLink",
]
