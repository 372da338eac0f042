"""Who may see which record. Every read of a private record starts in this file."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from programs.models import Site
from staff.names import search_key

GRACE = timedelta(days=31)
# An operator prepares the plan and the first days in the two months before them. A use
# that was decided long before is nobody's business there yet.
PREPARATION = timedelta(days=62)


def reads_council_check(user) -> bool:
    """Whether a reader may know who is on the council's list (要対協).

    It is a field and no row: programme managers see the same cases without it.
    """
    return user.scope.has("case_worker", "centre_head")


class CaseQuerySet(models.QuerySet):
    """Cases, by office, by unit, or by a child at one's sites."""

    def visible_to(self, user) -> "CaseQuerySet":
        """Cases the user may open.

        Case workers: those of their unit, and unrestricted ones of other units.
        Programme managers and the head of the centre: all. Operators: those of children
        enrolled at their sites, from 62 days before until 31 days after. Nobody else:
        none.
        """
        if not user.is_authenticated:
            return self.none()
        scope = user.scope
        if scope.has("centre_head", "programme_manager"):
            return self
        allowed = Q(pk__in=[])
        if scope.has("case_worker"):
            allowed |= Q(unit__in=scope.unit_ids) | Q(is_restricted=False)
        if scope.operator_ids:
            allowed |= Q(pk__in=self._at_sites_of(user))
        return self.filter(allowed)

    def _at_sites_of(self, user):
        # Enrolment lives a step up, in decisions. It is asked for by name, never
        # imported, so that the whole rule of who sees a case stays in this file.
        # One ended before its first day is empty: that child never comes.
        enrolments = self.model._meta.get_field("enrolments").related_model.objects
        today = timezone.localdate()
        recent = Q(ends_on__gt=today - GRACE) & Q(ends_on__gt=F("starts_on"))
        return enrolments.filter(
            Q(ends_on=None) | recent,
            starts_on__lte=today + PREPARATION,
            site__in=Site.objects.run_by(user),
        ).values("case")

    def worked_by(self, user) -> "CaseQuerySet":
        """Cases in which the user may write, beyond reading them.

        Case workers: those of their own unit. Programme managers: all they see. Cases
        of other units stay read-only, and the head of the centre authors nothing.
        """
        rows = self.visible_to(user)
        if not user.is_authenticated or user.scope.has("programme_manager"):
            return rows
        if not user.scope.has("case_worker"):
            return rows.none()
        return rows.filter(unit__in=user.scope.unit_ids)

    def in_progress(self) -> "CaseQuerySet":
        return self.exclude(state__in=self.model.OVER)


class CaseRecordQuerySet(models.QuerySet):
    """For what hangs from a case: it is visible exactly when its case is."""

    def visible_to(self, user) -> "CaseRecordQuerySet":
        cases = self.model._meta.get_field("case").related_model.objects
        return self.filter(case__in=cases.visible_to(user))

    def city_only(self, user) -> "CaseRecordQuerySet":
        """The same, for the city alone: to an operator these do not exist."""
        if not user.is_authenticated or not user.scope.has(
            "case_worker", "programme_manager", "centre_head"
        ):
            return self.none()
        return CaseRecordQuerySet.visible_to(self, user)


class CasePaperQuerySet(CaseRecordQuerySet):
    """Answers in the file of a case: the city's alone."""

    def visible_to(self, user) -> "CasePaperQuerySet":
        return self.city_only(user)

    def worked_by(self, user) -> "CasePaperQuerySet":
        """Those in whose case the user may write."""
        cases = self.model._meta.get_field("case").related_model.objects
        return self.city_only(user).filter(case__in=cases.worked_by(user))

    def confidential(self) -> "CasePaperQuerySet":
        """Those that only the readers of the case may know of, whoever reads forms."""
        return self.filter(case__is_restricted=True)


class ChildQuerySet(models.QuerySet):
    """Children: as visible as any of their cases."""

    def visible_to(self, user) -> "ChildQuerySet":
        cases = self.model._meta.get_field("cases").related_model.objects
        return self.filter(pk__in=cases.visible_to(user).values("child"))

    def named_like(self, typed: str) -> "ChildQuerySet":
        """Children whose folded name or reading contains what was typed."""
        key = search_key(typed)
        return self.filter(search_key__contains=key) if key else self.none()


class GuardianQuerySet(models.QuerySet):
    """Guardians: as visible as their child."""

    def visible_to(self, user) -> "GuardianQuerySet":
        children = self.model._meta.get_field("child").related_model.objects
        return self.filter(child__in=children.visible_to(user))


class ReferralQuerySet(models.QuerySet):
    """Referrals: the city's own, and restricted ones for the unit in charge alone."""

    def visible_to(self, user) -> "ReferralQuerySet":
        """Referrals the user may open.

        The head of the centre: all. Case workers: those of their unit, and unrestricted
        ones. Programme managers: unrestricted ones. Operators and submitters: none.
        """
        if not user.is_authenticated:
            return self.none()
        scope = user.scope
        if scope.has("centre_head"):
            return self
        allowed = Q(pk__in=[])
        if scope.has("case_worker"):
            allowed |= Q(unit__in=scope.unit_ids) | Q(is_restricted=False)
        if scope.has("programme_manager"):
            allowed |= Q(is_restricted=False)
        return self.filter(allowed)

    def worked_by(self, user) -> "ReferralQuerySet":
        """Referrals the user may act on: as a case worker of the unit in charge."""
        rows = self.visible_to(user)
        if not user.is_authenticated or not user.scope.has("case_worker"):
            return rows.none()
        return rows.filter(unit__in=user.scope.unit_ids)

    def confidential(self) -> "ReferralQuerySet":
        """Those that only their own readers may know of, whoever reads the form."""
        return self.filter(Q(is_restricted=True) | Q(case__is_restricted=True))

    def open(self) -> "ReferralQuerySet":
        return self.filter(state__in=self.model.OPEN_STATES)


class ContactLogQuerySet(models.QuerySet):
    """Contact records: as their case or referral, narrowed by their own visibility."""

    def visible_to(self, user) -> "ContactLogQuerySet":
        """Records of visible cases and referrals that this reader may read.

        Operators read those marked for them (and their own); ``restricted`` ones are
        for the unit in charge and the head of the centre.
        """
        if not user.is_authenticated:
            return self.none()
        scope = user.scope
        cases = self.model._meta.get_field("case").related_model.objects
        referrals = self.model._meta.get_field("referral").related_model.objects
        rows = self.filter(
            Q(case__in=cases.visible_to(user))
            | Q(case=None, referral__in=referrals.visible_to(user))
        )
        if scope.has("centre_head"):
            return rows
        visibility = self.model.Visibility
        if not scope.has("case_worker", "programme_manager"):
            return rows.filter(Q(visibility=visibility.OPERATOR) | Q(author=user))
        units = scope.unit_ids
        own = Q(case__unit__in=units) | Q(case=None, referral__unit__in=units)
        hidden_kinds = Q(pk__in=[])
        if not scope.has("case_worker"):
            hidden_kinds = Q(kind=self.model.Kind.HEARING)
        return rows.filter(
            ~Q(visibility=visibility.RESTRICTED) | own | Q(author=user)
        ).exclude(hidden_kinds)


class AssessmentQuerySet(CaseRecordQuerySet):
    """Assessments: the city's. Others than case workers read confirmed ones only."""

    def visible_to(self, user) -> "AssessmentQuerySet":
        """Drafts to case workers, confirmed versions to programme and head as well."""
        rows = self.city_only(user)
        if user.is_authenticated and not user.scope.has("case_worker"):
            states = self.model.State
            rows = rows.filter(state__in=[states.CONFIRMED, states.SUPERSEDED])
        return rows
