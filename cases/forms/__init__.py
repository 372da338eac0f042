"""The forms of the staff desk, by subject."""

from cases.forms.assessment import (
    AssessmentChangeForm,
    AssessmentForm,
    ReturnForm,
    RevisionForm,
    RevisionMixin,
    initial_of,
)
from cases.forms.desk import (
    AcceptForm,
    ChildChangeForm,
    ChildForm,
    ClosingForm,
    ConsentForm,
    ContactForm,
    DuplicateForm,
    GuardianForm,
    HearingForm,
    TriageForm,
    UrgencyForm,
    WorkerForm,
)
from cases.forms.fields import to_katakana

__all__ = [
    "AcceptForm",
    "AssessmentChangeForm",
    "AssessmentForm",
    "ChildChangeForm",
    "ChildForm",
    "ClosingForm",
    "ConsentForm",
    "ContactForm",
    "DuplicateForm",
    "GuardianForm",
    "HearingForm",
    "ReturnForm",
    "RevisionForm",
    "RevisionMixin",
    "TriageForm",
    "UrgencyForm",
    "WorkerForm",
    "initial_of",
    "to_katakana",
]
