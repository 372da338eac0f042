"""How a page is approved: by whom, on which revision, and whether it must be."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import Task, TaskState

from home.approval.locks import ApprovalLock
from staff.models import Membership

Role = Membership.Role

# Code, what a city calls it, the role, and whether only those who lead the unit count.
APPROVERS = [
    (
        "programme_lead",
        _("Lead of the section that runs the programme"),
        Role.PROGRAMME_MANAGER,
        True,
    ),
    ("centre_head", Role.CENTRE_HEAD.label, Role.CENTRE_HEAD, False),
    (
        "system_administrator",
        Role.SYSTEM_ADMINISTRATOR.label,
        Role.SYSTEM_ADMINISTRATOR,
        False,
    ),
    (
        "web_editor",
        _("Another web editor"),
        Role.WEB_EDITOR,
        False,
    ),
]


def first_approvers() -> list[str]:
    """Who approves until the city says otherwise."""
    return ["programme_lead", "centre_head", "system_administrator"]


def too_few(number: int) -> str:
    """Why a step cannot ask for more approvals than people can give."""
    if not number:
        return _(
            "Nobody holds one of the chosen posts now. Choose another post above, or"
            " give somebody the post under “Memberships” first."
        )
    return _(
        "%(number)d people hold one of the chosen posts now (a deputy counts as the"
        " person in whose place they approve). Enter %(number)d or fewer, choose more"
        " posts above, or give somebody the post under “Memberships” first."
    ) % {"number": number}


class ApproversField(models.JSONField):
    """A list of codes of ``APPROVERS``, chosen by ticking."""

    def formfield(self, **kwargs):
        return forms.MultipleChoiceField(
            label=self.verbose_name,
            help_text=self.help_text,
            choices=[(code, label) for code, label, *_role in APPROVERS],
            widget=forms.CheckboxSelectMultiple,
        )


class ApprovalState(TaskState):
    """One request to approve one revision, with what the requester said about it."""

    message = models.TextField(_("Message to the approver"), blank=True)
    settled_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("Request for approval")
        verbose_name_plural = _("Requests for approval")


class Approval(models.Model):
    """One person's approval of a request, in their own place or in somebody's.

    Neither who pressed nor in whose place is counted a second time.
    """

    state = models.ForeignKey(
        ApprovalState, on_delete=models.CASCADE, related_name="approvals"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    comment = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="approval_once_a_person", fields=["state", "by"]
            ),
            models.UniqueConstraint(
                name="approval_once_an_office", fields=["state", "office"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state_id}/{self.by_id}"

    @property
    def is_in_place(self) -> bool:
        """Whether a deputy gave it (代理)."""
        return self.by_id != self.office_id


class ApprovalTask(Task):
    """A step at which somebody else approves: never the requester, nor the last editor.

    Wagtail's own step lets anybody of a group approve, the requester too; this one asks
    the memberships of the day. While a page waits here nobody changes it.
    """

    roles = ApproversField(
        _("Who may approve"),
        default=first_approvers,
        help_text=_("Whoever asked, or changed the page last, never approves it."),
    )
    needed = models.PositiveSmallIntegerField(
        _("How many different people must approve"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_(
            "A deputy counts as the person in whose place they approve; nobody counts"
            " twice."
        ),
    )

    task_state_class = ApprovalState
    lock_class = ApprovalLock
    admin_form_fields = ["name", "roles", "needed"]

    class Meta:
        verbose_name = _("Step of approval by role")
        verbose_name_plural = _("Steps of approval by role")

    @classmethod
    def get_description(cls):
        return _("Somebody else with one of the chosen posts approves.")

    def clean(self) -> None:
        """No more people are asked for than can approve today; who leaves is told of.

        A step that asks for the same as before can be saved: its name may be mended.
        """
        super().clean()
        before = type(self).objects.filter(pk=self.pk).values("roles", "needed").first()
        if before == {"roles": self.roles, "needed": self.needed}:
            return
        from home.approval import rules

        number = len(rules.holders_of(self))
        if isinstance(self.needed, int) and self.needed > number:
            raise ValidationError({"needed": too_few(number)})

    def user_can_access_editor(self, obj, user) -> bool:
        """Who may approve may open the page that waits; nobody may save it."""
        from home.approval import rules

        return rules.holds_post(user, self)

    def locked_for_user(self, obj, user) -> bool:
        return True

    def get_actions(self, obj, user) -> list[tuple]:
        """What this person may do about the page that waits now; often nothing."""
        from home.approval import rules

        state = obj.current_workflow_task_state
        if state is None or rules.why_not_back(user, state):
            return []
        acts = [("reject", _("Send back"), True)]
        if not rules.why_not(user, state):
            acts.append(("approve", _("Approve"), True))
        return acts

    def get_form_for_action(self, action):
        from home.approval.forms import CommentForm, ReasonForm

        return ReasonForm if action == "reject" else CommentForm

    def on_action(self, task_state, user, action_name, **kwargs):
        """Every door of Wagtail ends here, and here at the same rules as ours."""
        from home.approval import services

        return services.act_by_name(
            task_state, by=user, act=action_name, text=kwargs.get("comment", "")
        )

    def get_task_states_user_can_moderate(self, user, **kwargs):
        from home.approval import rules

        if not rules.holds_post(user, self):
            return TaskState.objects.none()
        return rules.others_requests(
            user, self, self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        )


@register_setting(icon="check", order=110)
class ApprovalSettings(BaseGenericSetting):
    """Whether pages need another person's approval before the public sees them."""

    is_required = models.BooleanField(
        _("Pages need approval"),
        default=True,
        help_text=_(
            "On: an editor asks, another person approves, and only then a page is"
            " published. Off: editors publish by themselves."
        ),
    )

    panels = [FieldPanel("is_required")]

    class Meta:
        verbose_name = _("Approval of pages")

    def save(self, *args, **kwargs) -> None:
        from home.services import keep_publishing_right

        super().save(*args, **kwargs)
        keep_publishing_right()
