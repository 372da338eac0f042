"""Screens about one submission: its page, and the acts that may come next."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.pdf import PdfError
from forms.compiler import fields_of
from forms.corrected import last_of, shown_pages
from forms.desk import acts
from forms.desk.columns import age_of
from forms.documents import sheet_of
from forms.handlers import matters_of, way_on, ways_on
from forms.models import EnteredFor, Handling, Submission
from forms.services import inbox
from forms.views.inbox import InboxMixin
from staff.models import AuditEvent, User
from staff.services import client_address, record_event
from staff.views import PrivateActView, PrivateDetailView, PrivateFileView

RELATED = ("form", "version", "partner", "submitted_by", "handling__assignee")


class SubmissionMixin(InboxMixin):
    """A page about one submission; hidden ones do not exist."""

    def get_queryset(self):
        return self.model.objects.select_related(*RELATED)

    def get_page_title(self):
        return _("Submission %(number)s") % {"number": self.object.receipt}

    @cached_property
    def may_act(self) -> bool:
        works = Submission.objects.worked_by(self.request.user)
        return works.filter(pk=self.object.pk).exists()

    @cached_property
    def corrections(self):
        return list(self.object.corrections.select_related("by"))


class SubmissionView(SubmissionMixin, PrivateDetailView):
    """The answers in the words of their version, what was done, what may be done."""

    template_name = "forms/inbox/detail.html"

    def get_context_data(self, **kwargs):
        user, submission = self.request.user, self.object
        handling = submission.handling
        visible = Submission.objects.visible_to(user)
        linked = visible.filter(pk__in=inbox.linked_with(submission))
        return super().get_context_data(**kwargs) | {
            "pages": shown_pages(submission, last_of(self.corrections)),
            "corrections": self.corrections,
            "handling": handling,
            "age": age_of(handling),
            "is_open": handling.state in Handling.OPEN,
            "events": self.history(),
            "entered": EnteredFor.objects.filter(token=submission.token)
            .select_related("entered_by")
            .first(),
            "messages_of_sender": self.object.messages.select_related(
                "author"
            ).prefetch_related("attachments"),
            "linked": linked.only("receipt"),
            "duplicate_of": visible.filter(pk=handling.duplicate_of_id)
            .only("receipt")
            .first(),
            "matters": self.matters(),
            "acts": self.acts(),
            "may_act": self.may_act,
        }

    def history(self) -> list[dict]:
        """What happened, in words; people and other numbers as far as they are told."""
        events = list(self.object.events.select_related("by"))
        keys = {event.detail.get("to") for event in events}
        people = User.objects.in_bulk([key for key in keys if isinstance(key, int)])
        labels = {
            q["code"]: q["label"] for q in fields_of(self.object.version.document)
        }
        return [{"event": e, "words": words_of(e, people, labels)} for e in events]

    def matters(self) -> list[tuple[str, str]]:
        """What it has become, with the address for those who may open that."""
        found = []
        for matter in matters_of(self.object):
            seen = type(matter).objects.visible_to(self.request.user)
            is_seen = seen.filter(pk=matter.pk).exists()
            name = f"{matter._meta.verbose_name} {matter}"
            if is_seen:
                found.append((name, matter.get_admin_url()))
        return found

    def acts(self) -> list[tuple[str, str]]:
        """Labels and addresses of the acts that are allowed next."""
        if not self.may_act:
            return []
        state, pk = self.object.handling.state, self.object.pk
        is_aside = state in Handling.ASIDE
        has_matter = bool(matters_of(self.object))
        names = ["assign", "note", "link"]
        if is_aside:
            names.append("restore")
        elif not has_matter:
            names = ["state", *names, "aside"]
            if self.object.status in Submission.OPEN_STATUSES:
                names.insert(-1, "ask")
        found = [(LABELS[name], reverse(f"inbox:{name}", args=[pk])) for name in names]
        if not is_aside and not has_matter:
            url = reverse("inbox:hand_on", args=[pk])
            ways = ways_on(self.request.user)
            found += [(way.label, f"{url}?way={way.name}") for way in ways]
        return found


LABELS = {
    "state": gettext_lazy("Change the state"),
    "assign": gettext_lazy("Assign"),
    "note": gettext_lazy("Add a note"),
    "link": gettext_lazy("Link a brother or sister"),
    "ask": gettext_lazy("Ask the sender back"),
    "aside": gettext_lazy("Duplicate or sent by mistake"),
    "restore": gettext_lazy("Take it up again"),
    "correct": gettext_lazy("Correct an answer"),
    "hand_on": gettext_lazy("Hand on"),
}


def words_of(event, people, labels) -> str:
    """What an event of the history says beside its kind."""
    detail, kind = event.detail, event.Kind
    if event.kind == kind.ASSIGNED:
        return str(people.get(detail.get("to")) or _("Nobody yet"))
    if event.kind in (kind.STATE, kind.ASIDE, kind.RESTORED):
        label = dict(Handling.State.choices).get(detail.get("state"), "")
        return f"{label} {detail.get('of', '')}".strip()
    if event.kind == kind.HANDED_ON:
        way = way_on(detail.get("way", ""))
        return f"{way.label if way else ''} {detail.get('to', '')}".strip()
    if event.kind == kind.CORRECTED:
        codes = [detail.get("code", ""), *detail.get("also", [])]
        return "、".join(labels.get(code, code) for code in codes)
    return str(detail.get("other") or detail.get("code") or detail.get("format") or "")


class ActView(SubmissionMixin, PrivateActView):
    """An act on a submission, for those who work on it."""

    act_name = ""

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if self.object and request.method in ("GET", "HEAD") and not self.may_act:
            messages.error(
                request,
                _(inbox.ONLY_READS),
            )
            return redirect(self.object.get_admin_url())
        return response

    def get_page_title(self):
        return f"{LABELS[self.act_name]} {self.object.receipt}"

    def get_initial(self):
        return {"revision": self.object.handling.revision}


class AssignView(ActView):
    form_class = acts.AssignForm
    act_name = "assign"
    success_message = gettext_lazy("It was assigned.")

    def get_initial(self):
        return super().get_initial() | {"assignee": self.object.handling.assignee}

    def act(self, form):
        data = form.cleaned_data
        inbox.assign(
            self.object,
            by=self.request.user,
            to=data["assignee"],
            revision=data["revision"],
        )
        return self.object


class StateView(ActView):
    form_class = acts.StateForm
    act_name = "state"
    success_message = gettext_lazy("The state was changed.")
    intro = gettext_lazy(
        "The sender sees at the look-up: received, being looked at, or dealt with."
    )

    def get_initial(self):
        return super().get_initial() | {"state": self.object.handling.state}

    def act(self, form):
        inbox.set_state(self.object, by=self.request.user, **form.cleaned_data)
        return self.object


class NoteView(ActView):
    form_class = acts.NoteForm
    act_name = "note"
    success_message = gettext_lazy("The note was added.")

    def act(self, form):
        inbox.add_note(self.object, by=self.request.user, **form.cleaned_data)
        return self.object


class AskView(ActView):
    form_class = acts.AskForm
    act_name = "ask"
    submit_label = gettext_lazy("Send the question")
    success_message = gettext_lazy("The question was sent.")

    def act(self, form):
        inbox.ask(self.object, by=self.request.user, **form.cleaned_data)
        return self.object


class AsideView(ActView):
    form_class = acts.AsideForm
    act_name = "aside"
    submit_label = gettext_lazy("Put it aside")
    success_message = gettext_lazy("It was put aside. This can be undone.")
    intro = gettext_lazy(
        "Nothing is deleted. The sender is told that it was dealt with, no more."
    )

    def act(self, form):
        data = form.cleaned_data
        inbox.put_aside(
            self.object,
            by=self.request.user,
            state=data["state"],
            text=data["text"],
            of=data["other"] if data["state"] == Handling.State.DUPLICATE else None,
            revision=data["revision"],
        )
        return self.object


class RestoreView(ActView):
    form_class = acts.RevisionForm
    act_name = "restore"
    submit_label = gettext_lazy("Take it up again")
    intro = gettext_lazy("It goes back to the state in which it was before.")
    success_message = gettext_lazy("It was taken up again.")

    def act(self, form):
        inbox.restore(self.object, by=self.request.user, **form.cleaned_data)
        return self.object


class LinkView(ActView):
    form_class = acts.LinkForm
    act_name = "link"
    submit_label = gettext_lazy("Link")
    success_message = gettext_lazy("The two were linked.")

    def act(self, form):
        inbox.link(self.object, form.cleaned_data["found"], by=self.request.user)
        return self.object


class UnlinkView(LinkView):
    """The link is taken away by a button on the page."""

    http_method_names = ["post"]
    success_message = gettext_lazy("The link was taken away.")

    def act(self, form):
        inbox.unlink(self.object, form.cleaned_data["found"], by=self.request.user)
        return self.object


class HandOnView(ActView):
    """The answers become something else, by a way that an app above offers."""

    form_class = acts.HandOnForm
    act_name = "hand_on"
    success_message = gettext_lazy("It was handed on.")
    intro = gettext_lazy(
        "From then on, work goes on there. The answers stay as they were sent."
    )

    @cached_property
    def way(self):
        given = self.request.GET.get("way") or self.request.POST.get("way", "")
        ways = [way for way in ways_on(self.request.user) if way.name == given]
        return ways[0] if ways else None

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if self.way is None:
            messages.error(request, _("Choose on the page what to do with it."))
            return redirect(self.object.get_admin_url())
        return super().get(request, *args, **kwargs)

    @property
    def submit_label(self):
        return self.way.label if self.way else LABELS["hand_on"]

    def get_page_title(self):
        return f"{self.submit_label} {self.object.receipt}"

    def get_form_kwargs(self):
        asks = self.way.asks if self.way else ""
        return super().get_form_kwargs() | {"asks": asks}

    def act(self, form):
        if self.way is None:
            raise ValidationError(_("Choose on the page what to do with it."))
        typed = form.cleaned_data.get("typed", "")
        try:
            return inbox.hand_on(
                self.object, by=self.request.user, way=self.way, typed=typed
            )
        except ValidationError as error:
            # The record that is made has fields of its own; here there is one.
            raise ValidationError(error.messages) from error

    def get_target_url(self, target) -> str:
        seen = type(target).objects.visible_to(self.request.user)
        is_seen = seen.filter(pk=target.pk).exists()
        return target.get_admin_url() if is_seen else self.object.get_admin_url()


class SheetView(SubmissionMixin, PrivateFileView):
    """The sheet for the file: the answers as they came, on A4."""

    def get_file(self) -> tuple[bytes, str]:
        content = sheet_of(self.object)
        record_event(
            "portal_forms.submission.downloaded",
            self.object,
            action=AuditEvent.Action.DOWNLOAD,
            by=self.request.user,
            ip=client_address(self.request),
        )
        return content, f"{self.object.receipt}.pdf"

    def get(self, request, *args, **kwargs) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except PdfError as error:
            messages.error(request, str(error))
            return redirect(self.object.get_admin_url())
