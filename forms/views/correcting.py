"""The screen on which an answer is corrected: the form's own control, and why."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms.corrected import last_of, values_of
from forms.desk import acts
from forms.forms.bound import Around, BoundField
from forms.forms.controls import control_of
from forms.limits import as_of
from forms.services.correcting import (
    correct,
    day_of,
    fault_of,
    last_correction,
    question_of,
    refuse_withdrawn,
    without_files,
)
from forms.views.submission import ActView


class CorrectView(ActView):
    """The right answer, typed into the form's own control, and why."""

    form_class = acts.CorrectForm
    act_name = "correct"
    template_name = "forms/inbox/correct.html"
    success_message = gettext_lazy("The answer was corrected. The original stays.")

    @cached_property
    def question(self):
        given = self.request.GET.get("key") or self.request.POST.get("key", "")
        try:
            return question_of(self.object, given)
        except ValidationError:
            return None

    @property
    def control(self):
        return control_of(self.question)

    @property
    def seen(self) -> int:
        """The last correction of this answer that the page was made of."""
        posted = self.request.POST.get("seen", "")[:18]
        if posted.isdecimal():
            return int(posted)
        return last_correction(self.object, self.question["key"])

    @property
    def typed(self):
        """What stands in the control on the page that was posted."""
        return self.control.read(without_files(self.question), self.request.POST)

    def get(self, request, *args, **kwargs) -> HttpResponse:
        try:
            refuse_withdrawn(self.object)
            if self.question is None:
                raise ValidationError(_("Choose the answer on the page."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(self.object.get_admin_url())
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs) -> HttpResponse:
        if self.is_changing_rows:
            # A button inside the group: the page again, with a row more or less.
            form = self.form_class(
                initial={"reason": request.POST.get("reason", "")}, user=request.user
            )
            return self.render_to_response(self.get_context_data(form=form))
        return super().post(request, *args, **kwargs)

    @property
    def is_changing_rows(self) -> bool:
        is_group = self.question is not None and self.question["type"] == "repeat"
        return is_group and bool({"add", "remove"} & self.request.POST.keys())

    def get_initial(self):
        return {}

    def bound(self, form) -> BoundField:
        """The control: with what was typed, or with the answer that stands."""
        question = as_of(without_files(self.question), day_of(self.object))
        error = " ".join(form.non_field_errors()) if form.is_bound else ""
        if self.request.method == "POST":
            typed = self.typed
            if form.errors and not error:
                # Why is asked first; what is wrong with the answer is said with it.
                error = fault_of(self.object, self.question, typed)
        else:
            values = values_of(self.object, last_of(self.corrections))
            value = values.get(question["key"])
            typed = "" if value is None else self.control.retype(question, value)
        item = BoundField(
            {**question, "required": False},
            typed,
            error=error,
            around=Around(is_open=True),
        )
        if question.get("fields") is not None:
            for row in item.rows:
                for sub in row.items:
                    sub.is_asked = True
        return item

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        item = self.bound(context["form"]) if self.question else None
        subs = (self.question or {}).get("fields") or []
        return context | {
            "item": item,
            "seen": self.seen if item else 0,
            "has_files": any(sub["type"] == "file" for sub in subs),
            "is_unsaved": context["is_unsaved"] or self.request.method == "POST",
        }

    def act(self, form):
        if self.question is None:
            raise ValidationError(_("Choose the answer on the page."))
        correct(
            self.object,
            by=self.request.user,
            key=self.question["key"],
            typed=self.typed,
            reason=form.cleaned_data["reason"],
            seen=self.seen,
        )
        return self.object
