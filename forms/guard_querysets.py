"""Who may see what stands before the answers: what was held back, counts, keys."""

from django.db import models
from django.db.models import Q

from forms.querysets import granted, matters_of, rights_of, unconfidential
from staff.models import Unit

# What is done with answers that become nothing else: they are read by grant alone.
ONLY_KEPT = ["", "inbox"]


class TallyQuerySet(models.QuerySet):
    """Counts: nobody's to see."""

    def visible_to(self, user) -> "TallyQuerySet":
        return self.none()


class HeldSubmissionQuerySet(models.QuerySet):
    """What waits for a look: for those who will read or work on the answers."""

    def visible_to(self, user) -> "HeldSubmissionQuerySet":
        """By grant, as all answers are; by unit where they are to become a matter.

        Then the units that are told of the form; where none is, the intake desk.
        """
        return self._reached_by(user, "read")

    def worked_by(self, user) -> "HeldSubmissionQuerySet":
        """Those that the user may release or set aside."""
        return self._reached_by(user, "act")

    def _reached_by(self, user, right: str) -> "HeldSubmissionQuerySet":
        if not user.is_authenticated or not user.has_perm(
            "portal_forms.change_heldsubmission"
        ):
            return self.none()
        # One that was released may have become what not every reader may know of.
        submissions = self.model._meta.get_field("submission").related_model
        known = self.filter(unconfidential(matters_of(submissions), "submission__"))
        forms = getattr(rights_of(user), right)
        if None in forms:
            return known
        units = user.scope.unit_ids
        told = Q(submission__form__conduct__units__in=units)
        if Unit.objects.filter(pk__in=units, function=Unit.Function.INTAKE).exists():
            told |= Q(submission__form__conduct__units=None)
        told &= ~Q(submission__form__handler__in=ONLY_KEPT)
        return known.filter(told | granted(forms, "submission__")).distinct()

    def waiting(self) -> "HeldSubmissionQuerySet":
        return self.filter(outcome="waiting")


class PartnerKeyQuerySet(models.QuerySet):
    """Keys of partners' programs: for system administrators alone."""

    def visible_to(self, user) -> "PartnerKeyQuerySet":
        is_administrator = user.is_authenticated and user.scope.has(
            "system_administrator"
        )
        return self.all() if is_administrator else self.none()
