"""A form before it is published, as its editor looks at it. Nothing is stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forms.compiler import compile_form, fields_of
from forms.conditions import in_words
from forms.forms.bound import BoundField
from forms.models import FormDefinition


def preview(request: HttpRequest, definition: FormDefinition) -> HttpResponse:
    """Start page and all pages below one another, with every question in sight."""
    compiled = compile_form(definition)
    document = compiled.document
    by_key = {field["key"]: field for field in fields_of(document)}
    pages = [
        {
            "page": page,
            "when": in_words(page["when"], by_key),
            "items": [
                (BoundField(field, ""), in_words(field["when"], by_key))
                for field in page["fields"]
            ],
        }
        for page in document["pages"]
    ]
    return render(
        request,
        "forms/preview.html",
        {
            "form": definition,
            "document": document,
            "pages": pages,
            "problems": compiled.problems,
        },
    )
