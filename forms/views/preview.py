"""A form before it is published, as its editor looks at it. Nothing is stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forms.compiler import compile_form
from forms.forms.bound import bind_open
from forms.models import FormDefinition
from forms.words import after_page, by_key, in_words, question_in_words


def preview(request: HttpRequest, definition: FormDefinition) -> HttpResponse:
    """Start page and all pages below one another, with every question in sight."""
    last = definition.latest_version() if definition.pk else None
    compiled = compile_form(definition, previous=last.document if last else None)
    document = compiled.document
    fields = by_key(document)
    pages = [
        {
            "page": page,
            "when": in_words(page["when"], fields),
            "after": after_page(document, page),
            "items": [
                (item, question_in_words(item.field, fields))
                for item in bind_open(page)
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
            "warnings": compiled.warnings,
        },
    )
