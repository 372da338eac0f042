"""Staff screens of retention: what is kept beyond its term, and what was cleared."""

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from forms.desk import acts
from forms.services.retention import digest_of_receipt, hold, lift
from forms.views.submission import ActView
from staff.views import PrivateFormMixin, PrivateRecordMixin

COUNTED = {
    "submissions": gettext_lazy("Submissions whose time was over"),
    "answers": gettext_lazy("Short-lived answers"),
    "deleted": gettext_lazy("Deleted with their row"),
    "files": gettext_lazy("Files"),
    "messages": gettext_lazy("Questions and replies"),
    "corrections": gettext_lazy("Corrections"),
    "events": gettext_lazy("Entries of the history"),
    "links": gettext_lazy("Links to brothers and sisters"),
    "callers": gettext_lazy("Notes on who called"),
    "indexed": gettext_lazy("Entries of the search by name"),
    "drafts": gettext_lazy("Drafts"),
    "outbox": gettext_lazy("Mails and deliveries"),
    "held": gettext_lazy("Left alone: kept beyond their term"),
    "kept_as_matter": gettext_lazy("Left alone: became a referral or a case"),
}


class HoldView(ActView):
    """Answers must stay whatever their form says."""

    form_class = acts.HoldForm
    submit_label = gettext_lazy("Keep")
    success_message = gettext_lazy("They are kept beyond their term now.")
    intro = gettext_lazy(
        "The answers are not cleared when the days of their form are over, until the"
        " day below or until somebody ends this. Whoever may read the answers sees the"
        " reason: write no name."
    )

    def get_page_title(self):
        return _("Keep beyond the term %(number)s") % {"number": self.object.receipt}

    def get_initial(self):
        return {}

    def act(self, form):
        hold(self.object, by=self.request.user, **form.cleaned_data)
        return self.object


class LiftView(ActView):
    """The term of the form counts again; a button on the page asks for it."""

    http_method_names = ["post"]
    form_class = acts.LiftForm
    submit_label = gettext_lazy("End keeping")
    success_message = gettext_lazy("The term of the form counts again.")

    def get_page_title(self):
        return _("End keeping %(number)s") % {"number": self.object.receipt}

    def get_initial(self):
        return {}

    def act(self, form):
        held = self.object.holds.filter(pk=form.cleaned_data["held"]).first()
        if held is None:
            raise ValidationError(_("The page is out of date. Open it again."))
        lift(held, by=self.request.user)
        return self.object


class RetentionRunView(PrivateRecordMixin, PrivateFormMixin, FormView):
    """One proof; whoever knows a receipt number may ask whether it was cleared."""

    permission_required = "portal_forms.view_retentionrun"
    template_name = "forms/retention_run.html"
    form_class = acts.ProofForm
    submit_label = gettext_lazy("Look")
    header_icon = "bin"

    def get_queryset(self):
        return self.model.objects.select_related("form", "by")

    def get_cancel_url(self) -> str:
        return reverse("retention:index")

    def form_valid(self, form):
        number = form.cleaned_data["receipt"]
        is_among = digest_of_receipt(number) in self.object.digests
        context = self.get_context_data(form=form, number=number, is_among=is_among)
        return self.render_to_response(context)

    def get_context_data(self, **kwargs):
        counts = self.object.counts
        return super().get_context_data(**kwargs) | {
            "counts": [(label, counts.get(name, 0)) for name, label in COUNTED.items()],
            "act": self.object.act_in_words,
        }
