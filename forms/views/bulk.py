"""One act on several submissions: the numbers are listed first, then it is done."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from forms.desk import acts
from forms.models import Submission
from forms.services import inbox
from forms.views.inbox import InboxMixin, keys_in
from staff.views import name_what_is_missing

MOST = 200
ACTS = {
    "assign": (acts.AssignForm, gettext_lazy("Assign")),
    "state": (acts.StateForm, gettext_lazy("Change the state")),
}


class BulkView(InboxMixin, TemplateView):
    """The rows that were ticked, the act, and its one question."""

    template_name = "forms/inbox/bulk.html"
    http_method_names = ["post"]
    index_url_name = "inbox:index"
    index_title = gettext_lazy("Answers received")

    @cached_property
    def act_name(self) -> str:
        given = self.request.POST.get("act", "")
        return given if given in ACTS else ""

    @cached_property
    def chosen(self) -> list[Submission]:
        """Those among the ticked that this person works on."""
        keys = keys_in(self.request.POST.getlist("pick"))[:MOST]
        rows = Submission.objects.worked_by(self.request.user).filter(pk__in=keys)
        return list(rows.defer("answers").select_related("form", "version"))

    def get_page_title(self):
        return ACTS[self.act_name][1] if self.act_name else self.index_title

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not self.act_name or not self.chosen:
            messages.error(
                request, _("Tick the rows that you work on, then choose what to do.")
            )
            return redirect("inbox:index")
        form_class = ACTS[self.act_name][0]
        given = request.POST if "confirm" in request.POST else None
        form = form_class(given, user=request.user)
        del form.fields["revision"]
        name_what_is_missing(form)
        if given is not None and form.is_valid():
            return self.act(form)
        return self.render_to_response(self.get_context_data(form=form))

    def act(self, form: forms.Form) -> HttpResponse:
        data, user = form.cleaned_data, self.request.user
        if self.act_name == "assign":
            done, refused = inbox.act_on_many(
                self.chosen, by=user, act=inbox.assign, to=data["assignee"]
            )
        else:
            done, refused = inbox.act_on_many(
                self.chosen, by=user, act=inbox.set_state, state=data["state"]
            )
        if done:
            text = ngettext(
                "Done for %(count)d submission.",
                "Done for %(count)d submissions.",
                done,
            )
            messages.success(self.request, text % {"count": done})
        for reason in refused[:20]:
            messages.error(self.request, reason)
        return redirect("inbox:index")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "chosen": self.chosen,
            "act_name": self.act_name,
            "cancel_url": reverse("inbox:index"),
            "submit_label": self.get_page_title(),
        }
