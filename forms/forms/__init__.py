"""Reading what people type: cleaning of text, and one control for each question."""

from forms.forms import uploads  # noqa: F401  registers the question for files
