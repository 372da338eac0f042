"""Who may read which answers. Editing a form opens no answer."""

from django.db import models
from django.utils import timezone

from staff.models import Unit


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


class DraftQuerySet(models.QuerySet):
    """Drafts: private to whoever holds their key."""

    def visible_to(self, user) -> "DraftQuerySet":
        """A person's own drafts."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(owner=user)

    def open(self) -> "DraftQuerySet":
        return self.filter(expires_at__gt=timezone.now())

    def to_resume(self, user) -> "DraftQuerySet":
        """A person's own drafts that have not been sent, the newest first."""
        return self.visible_to(user).open().filter(sent_at=None).order_by("-changed_at")


class IndexedAnswerQuerySet(models.QuerySet):
    """Indexed answers: as visible as the submission they stand in."""

    def visible_to(self, user) -> "IndexedAnswerQuerySet":
        submissions = self.model._meta.get_field("submission").related_model.objects
        return self.filter(submission__in=submissions.visible_to(user))


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

    def visible_to(self, user) -> "SubmissionQuerySet":
        """Those that became a referral the user may see, and those of the own partner.

        The referral lives a step up, in cases. It is asked for by name, never imported:
        answers are as visible as the matter they became.
        """
        if not user.is_authenticated:
            return self.none()
        scope = user.scope
        own = models.Q(partner__in=scope.partner_ids) if scope.partner_ids else None
        referrals = self.model._meta.get_field("referral").related_model.objects
        as_matter = models.Q(referral__in=referrals.visible_to(user))
        return self.filter(as_matter | own if own is not None else as_matter)


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


class TallyQuerySet(models.QuerySet):
    """Counts: nobody's to see."""

    def visible_to(self, user) -> "TallyQuerySet":
        return self.none()


class HeldSubmissionQuerySet(models.QuerySet):
    """What waits for a look: for the units that the form is for."""

    def visible_to(self, user) -> "HeldSubmissionQuerySet":
        """To the units that are told of the form; where none is, to the intake desk."""
        if not user.is_authenticated or not user.has_perm(
            "portal_forms.change_heldsubmission"
        ):
            return self.none()
        units = user.scope.unit_ids
        told = models.Q(submission__form__conduct__units__in=units)
        desk = models.Q(submission__form__conduct__units=None)
        if not Unit.objects.filter(
            pk__in=units, function=Unit.Function.INTAKE
        ).exists():
            return self.filter(told).distinct()
        return self.filter(told | desk).distinct()

    def waiting(self) -> "HeldSubmissionQuerySet":
        return self.filter(outcome="waiting")
