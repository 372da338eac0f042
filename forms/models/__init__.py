"""The models of forms, by subject."""

from forms.models.attachment import Attachment
from forms.models.definition import FormDefinition
from forms.models.delivery import FormDelivery
from forms.models.export import AnswerExport
from forms.models.guard import HeldSubmission, Tally
from forms.models.inbox import (
    AnswerGrant,
    CorrectedAnswer,
    EnteredFor,
    Handling,
    SavedView,
    SubmissionEvent,
    SubmissionLink,
)
from forms.models.invitation import Invitation
from forms.models.look_up import FailedLookUp
from forms.models.message import SubmissionMessage
from forms.models.partner_key import PartnerKey
from forms.models.retention import LegalHold, RetentionRun
from forms.models.submission import Draft, IndexedAnswer, Submission
from forms.models.town import Town
from forms.models.version import FormVersion
from forms.models.windows import FormSettings, FormWindow

__all__ = [
    "AnswerExport",
    "AnswerGrant",
    "Attachment",
    "CorrectedAnswer",
    "Draft",
    "EnteredFor",
    "FailedLookUp",
    "FormDefinition",
    "FormDelivery",
    "FormSettings",
    "FormVersion",
    "FormWindow",
    "Handling",
    "HeldSubmission",
    "IndexedAnswer",
    "Invitation",
    "LegalHold",
    "RetentionRun",
    "SavedView",
    "Submission",
    "SubmissionEvent",
    "SubmissionLink",
    "SubmissionMessage",
    "Tally",
    "Town",
    "PartnerKey",
]
