"""Who may read which answers. Editing a form opens no answer."""

from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from django.db.models import Q, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from home.freshness import own_copy, remembered
from staff.names import search_key

OFFICES = {"case_worker", "programme_manager", "centre_head"}
CITY = OFFICES | {"form_editor", "web_editor", "auditor", "system_administrator"}
LAST_SIGN = "\U0010ffff"


class FormDefinitionQuerySet(models.QuerySet):
    """Forms: the published ones are for everybody whom they admit."""

    def open(self) -> "FormDefinitionQuerySet":
        """Those that can be filled in now: published, with a version to run from."""
        return self.filter(live=True, versions__isnull=False).distinct()

    def open_to(self, user) -> "FormDefinitionQuerySet":
        """The open ones that this person may see in the list of forms.

        Forms for schools and groups are shown to people who have not logged in too, so
        that they find where to log in; not to those who belong to neither.
        """
        listed = self.open().exclude(access=self.model.Access.INVITED)
        if user.is_authenticated and user.partner is None:
            return listed.filter(access=self.model.Access.PUBLIC)
        return listed

    def with_answers_for(self, user) -> "FormDefinitionQuerySet":
        """The forms of which this person may read answers, to choose among."""
        if not reads_answers(user):
            return self.none()
        forms = rights_of(user).read
        if None in forms or user.scope.has(*OFFICES):
            return self.filter(versions__isnull=False).distinct()
        return self.filter(pk__in=forms)


class FormVersionQuerySet(models.QuerySet):
    """Versions: what was published never changes, so a process keeps it at hand."""

    def kept(self, pk: int):
        """One version with its form and how that is received, for one request.

        What the form is being edited to is long and left out.
        """
        found = own_copy(remembered(("form version", pk), lambda: self._whole(pk)))
        found.form = own_copy(found.form)
        return found

    def _whole(self, pk: int):
        rows = self.select_related("form__conduct")
        return rows.defer("form__pages", "form__translations").get(pk=pk)

    def newest(self, form: int) -> tuple[int, int]:
        """The number of the newest version of a form, and its ``ends_before``."""
        return remembered(("newest version", form), lambda: self._newest(form))

    def _newest(self, form: int) -> tuple[int, int]:
        rows = self.filter(form=form).order_by("-number")
        number, end = rows.values_list("number", "ends_before")[0]
        return number, end or 0


class DraftQuerySet(models.QuerySet):
    """Drafts: private to whoever holds their key."""

    def visible_to(self, user) -> "DraftQuerySet":
        """A person's own drafts."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(owner=user)

    def open(self, now=None) -> "DraftQuerySet":
        return self.filter(expires_at__gt=now or timezone.now())

    def to_resume(self, user) -> "DraftQuerySet":
        """A person's own drafts that have not been sent, the newest first."""
        return self.visible_to(user).open().filter(sent_at=None).order_by("-changed_at")


class IndexedAnswerQuerySet(models.QuerySet):
    """Indexed answers: as visible as the submission they stand in."""

    def visible_to(self, user) -> "IndexedAnswerQuerySet":
        submissions = self.model._meta.get_field("submission").related_model.objects
        return self.filter(submission__in=submissions.visible_to(user))

    def beginning_with(self, key: str) -> "IndexedAnswerQuerySet":
        """Those whose folded text begins with *key*, in the words the index is made of.

        SQLite reads the whole table for LIKE; PostgreSQL's index of text patterns
        serves nothing but LIKE.
        """
        if connection.vendor == "postgresql":
            return self.filter(folded__startswith=key)
        return self.filter(folded__gte=key, folded__lt=key + LAST_SIGN)


@dataclass(frozen=True)
class AnswerRights:
    """The forms whose answers a person reads, works on and exports by grant, today.

    None stands for every form.
    """

    read: frozenset[int | None]
    act: frozenset[int | None]
    export: frozenset[int | None]


def rights_of(user) -> AnswerRights:
    """A person's rights by grant; asked once for a request, as their scope is."""
    known = user.__dict__.get("_answer_rights")
    if known is None:
        grants = apps.get_model("portal_forms.AnswerGrant").objects.held_by(user)
        rows = list(grants.values_list("form_id", "can_act", "can_export"))
        known = AnswerRights(
            frozenset(form for form, _act, _export in rows),
            frozenset(form for form, act, _export in rows if act),
            frozenset(form for form, _act, export in rows if export),
        )
        user.__dict__["_answer_rights"] = known
    return known


def reads_answers(user) -> bool:
    """Whether a person of the city reads answers at all: by office or by grant."""
    if not user.is_authenticated or not user.has_perm("wagtailadmin.access_admin"):
        return False
    return user.scope.has(*OFFICES) or bool(rights_of(user).read)


class AnswerGrantQuerySet(models.QuerySet):
    """Rights to read answers."""

    def visible_to(self, user) -> "AnswerGrantQuerySet":
        """All of them to those who give them; to nobody else."""
        if user.is_authenticated and user.has_perm("portal_forms.change_answergrant"):
            return self
        return self.none()

    def in_force(self) -> "AnswerGrantQuerySet":
        today = timezone.localdate()
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today
        )

    def held_by(self, user) -> "AnswerGrantQuerySet":
        """Those in force that reach this person, who must hold a post at the city.

        Somebody of an operator, a school or a group reads no answers by grant.
        """
        scope = user.scope
        if not scope.has(*CITY):
            return self.none()
        return self.in_force().filter(
            Q(unit__in=scope.unit_ids)
            | Q(role__in=scope.roles & OFFICES)
            | Q(user=user)
        )


def matters_of(model) -> dict[str, models.QuerySet]:
    """What answers may have become, a step up: asked for by name, never imported."""
    return {
        name: model._meta.get_field(name).related_model.objects.all()
        for name in ("referral", "case_paper")
    }


def granted(forms: frozenset[int | None], path: str) -> Q:
    """Rows of these forms; none where there is no form."""
    return Q() if None in forms else Q(**{f"{path}form__in": forms})


def readable(user, model, *, path: str = "", form_path: str = "") -> Q:
    """The one rule of who reads received answers, for rows that reach them by *path*.

    They are as visible as the matter they became; and visible by grant, unless that
    matter is confidential: who reads the form does not learn of the council's list.
    """
    matters = matters_of(model)
    allowed = Q(pk__in=[])
    for name, rows in matters.items():
        allowed |= Q(**{f"{path}{name}__in": rows.visible_to(user)})
    forms = rights_of(user).read
    if forms:
        allowed |= granted(forms, form_path) & _in_the_open(matters, path)
    return allowed


def _in_the_open(matters: dict[str, models.QuerySet], path: str) -> Q:
    # What was held back, perhaps sent by a machine, is looked at elsewhere first.
    result = ~Q(**{f"{path}held__outcome__in": ["waiting", "spam"]})
    return result & unconfidential(matters, path)


def unconfidential(matters: dict[str, models.QuerySet], path: str) -> Q:
    """Rows whose answers became no matter that only some may know of."""
    result = Q()
    for name, rows in matters.items():
        result &= ~Q(**{f"{path}{name}__in": rows.confidential()})
    return result


class OfSubmissionQuerySet(models.QuerySet):
    """For what hangs from a submission: it is visible exactly when that is."""

    def visible_to(self, user) -> "OfSubmissionQuerySet":
        submissions = self.model._meta.get_field("submission").related_model.objects
        return self.filter(submission__in=submissions.visible_to(user))


class AttachmentQuerySet(OfSubmissionQuerySet):
    """Files: as visible as the submission they came with; those of a draft to nobody.

    The sender of a draft reaches its files by the draft's key, never through here.
    """

    def to_scan(self) -> "AttachmentQuerySet":
        states = self.model.Scan
        return self.filter(scan_state__in=[states.PENDING, states.UNSCANNED])


class FailedLookUpQuerySet(models.QuerySet):
    """Wrong guesses: counted by the portal, shown to nobody."""

    def visible_to(self, user) -> "FailedLookUpQuerySet":
        return self.none()


class RetentionRunQuerySet(models.QuerySet):
    """Proofs of retention: numbers and digests, for those who answer for them."""

    def visible_to(self, user) -> "RetentionRunQuerySet":
        if user.is_authenticated and user.has_perm("portal_forms.view_retentionrun"):
            return self
        return self.none()


class SubmissionQuerySet(models.QuerySet):
    """Answers received."""

    def taking_places(self) -> "SubmissionQuerySet":
        """Those that take a place: neither withdrawn nor set aside as spam."""
        spam = models.Exists(
            self.model._meta.get_field("held").related_model.objects.filter(
                submission=models.OuterRef("pk"), outcome="spam"
            )
        )
        return self.exclude(status="withdrawn").exclude(spam)

    def sent_for(self, user) -> "SubmissionQuerySet":
        """What the schools or groups of this person sent themselves."""
        if not user.is_authenticated or not user.scope.partner_ids:
            return self.none()
        return self.filter(partner__in=user.scope.partner_ids)

    def with_title(self, language: str) -> "SubmissionQuerySet":
        """Each with the ``title`` of its form, as the sender read it in *language*."""
        words = KeyTransform(language, KeyTransform("i18n", "version__document"))
        translated = KeyTextTransform("title", words)
        own = KeyTextTransform("title", "version__document")
        return self.annotate(
            title=Coalesce(NullIf(translated, Value("", models.TextField())), own)
        )

    def visible_to(self, user) -> "SubmissionQuerySet":
        """Those that became something the user may see, by grant, and one's partner's.

        Editing a form opens none of its answers.
        """
        if not user.is_authenticated:
            return self.none()
        allowed = readable(user, self.model)
        if user.scope.partner_ids:
            allowed |= Q(partner__in=user.scope.partner_ids)
        return self.filter(allowed)

    def worked_by(self, user) -> "SubmissionQuerySet":
        """Those on which the user may act: by grant, or as the unit of the matter."""
        if not user.is_authenticated:
            return self.none()
        matters = matters_of(self.model)
        allowed = Q(pk__in=[])
        for name, rows in matters.items():
            allowed |= Q(**{f"{name}__in": rows.worked_by(user)})
        forms = rights_of(user).act
        if forms:
            allowed |= granted(forms, "") & _in_the_open(matters, "")
        return self.visible_to(user).filter(allowed)

    def exportable_by(self, user) -> "SubmissionQuerySet":
        """Those that may leave in a file: that is a right of its own."""
        if not user.is_authenticated or not rights_of(user).export:
            return self.none()
        return self.visible_to(user).filter(granted(rights_of(user).export, ""))


class HandlingQuerySet(models.QuerySet):
    """The list of what was received: as visible as the answers, to staff."""

    def visible_to(self, user) -> "HandlingQuerySet":
        if not user.is_authenticated or not user.scope.has(*CITY):
            return self.none()
        model = self.model._meta.get_field("submission").related_model
        return self.filter(readable(user, model, path="submission__"))

    def named_like(self, typed: str, *, anywhere: bool = False) -> "HandlingQuerySet":
        """Those whose child's name or reading begins with what was typed.

        Found through the index of the folded key. *anywhere* looks into the middle of
        the key too, which has to read every key there is.
        """
        key = search_key(typed)
        if not key:
            return self.none()
        names = apps.get_model("portal_forms.IndexedAnswer").objects.all()
        rows = names.filter(
            Q(slot__startswith="child_name") | Q(slot__startswith="child_kana")
        )
        if anywhere:
            rows = rows.filter(folded__contains=key)
        else:
            rows = rows.beginning_with(key)
        return self.filter(submission__in=rows.values("submission"))


class SubmissionRecordQuerySet(models.QuerySet):
    """What hangs from a submission: visible exactly when that is."""

    def visible_to(self, user) -> "SubmissionRecordQuerySet":
        names = {field.name for field in self.model._meta.fields}
        ends = ["submission"] if "submission" in names else ["one", "other"]
        for end in ends:
            submissions = self.model._meta.get_field(end).related_model.objects
            self = self.filter(**{f"{end}__in": submissions.visible_to(user)})
        return self


class EnteredForQuerySet(models.QuerySet):
    """Who typed a form in for whom: as visible as what it became."""

    def visible_to(self, user) -> "EnteredForQuerySet":
        submissions = apps.get_model("portal_forms.Submission").objects
        return self.filter(token__in=submissions.visible_to(user).values("token"))


class AnswerExportQuerySet(models.QuerySet):
    """Large exports: each is for the person who asked for it, and for nobody else."""

    def visible_to(self, user) -> "AnswerExportQuerySet":
        """One's own, of the forms whose answers one may still export."""
        if not user.is_authenticated or not rights_of(user).export:
            return self.none()
        return self.filter(granted(rights_of(user).export, ""), by=user)


class FormDeliveryQuerySet(models.QuerySet):
    """Receivers of forms: the administrators' to set up."""

    def visible_to(self, user) -> "FormDeliveryQuerySet":
        if user.is_authenticated and user.has_perm("portal_forms.change_formdelivery"):
            return self
        return self.none()


class SavedViewQuerySet(models.QuerySet):
    """Views of the inbox: one's own, and those shared with one's unit."""

    def visible_to(self, user) -> "SavedViewQuerySet":
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | Q(unit__in=user.scope.unit_ids))


class InvitationQuerySet(models.QuerySet):
    """Invitations: of the own unit."""

    def visible_to(self, user) -> "InvitationQuerySet":
        """Those that the units of this person gave out, where they may invite."""
        if not user.is_authenticated or not user.has_perm(
            "portal_forms.add_invitation"
        ):
            return self.none()
        return self.filter(unit__in=user.scope.unit_ids)

    def with_uses(self) -> "InvitationQuerySet":
        return self.annotate(uses=models.Count("submissions"))
