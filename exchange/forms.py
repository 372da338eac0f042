"""What the spreadsheet pages ask: a file and its encoding, or a format."""

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.reading import MAX_BYTES


class UploadForm(forms.Form):
    """A file to be checked; nothing of it is taken in yet."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("One .xlsx or .csv file of at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        max_length=200,
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of a CSV file"),
        choices=[
            ("auto", _("Find out")),
            ("utf-8", "UTF-8"),
            ("cp932", _("Shift_JIS (CP932)")),
        ],
        initial="auto",
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is too large: at most 5 MB. Divide it into several files.")
            )
        return file


class ExportForm(forms.Form):
    """The format of an export."""

    file_format = forms.ChoiceField(
        label=_("File format"),
        choices=[
            ("xlsx", _("Excel (.xlsx)")),
            ("csv", _("CSV (UTF-8)")),
            ("cp932", _("CSV (Shift_JIS, for old programs)")),
        ],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    accept_losses = forms.BooleanField(required=False, widget=forms.HiddenInput)
