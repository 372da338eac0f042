"""Who may edit the public pages: the one group of Wagtail that this portal uses.

And the one way by which a page is approved, over the whole tree.
"""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Task,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from home.models.approval import ApprovalSettings, ApprovalTask
from staff.models import Membership, User

EDITORS = "Web editors"
EDITING_ROLES = (Membership.Role.WEB_EDITOR, Membership.Role.SYSTEM_ADMINISTRATOR)
PAGE_ACTS = ["add_page", "change_page"]
PUBLISHING = ["publish_page"]
FILE_ACTS = {
    "wagtailimages": ["add_image", "change_image", "choose_image"],
    "wagtaildocs": ["add_document", "change_document", "choose_document"],
}


@transaction.atomic
def ensure_editors() -> Group:
    """Make the group that may edit and illustrate every public page.

    Wagtail asks a group, not a role, which part of the page tree somebody may touch.
    So this group holds just that, at the root of the tree and of the collections;
    everything else hangs on memberships. Called twice it changes nothing.
    """
    group, _ = Group.objects.get_or_create(name=EDITORS)
    for label in ("wagtailcore", *FILE_ACTS):
        create_permissions(apps.get_app_config(label), verbosity=0)
    root = Page.get_first_root_node()
    if root is not None:
        # Editors meet the root in every chooser; Wagtail names it in English.
        Page.objects.filter(pk=root.pk, title="Root").update(
            title="サイト全体", draft_title="サイト全体"
        )
        for act in permissions_named("wagtailcore", PAGE_ACTS):
            GroupPagePermission.objects.get_or_create(
                group=group, page=root, permission=act
            )
    collection = Collection.get_first_root_node()
    if collection is not None:
        for label, acts in FILE_ACTS.items():
            for act in permissions_named(label, acts):
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=collection, permission=act
                )
    keep_publishing_right()
    return group


@transaction.atomic
def keep_publishing_right() -> None:
    """Editors publish by themselves only in a city that asks for no approval."""
    group = Group.objects.filter(name=EDITORS).first()
    root = Page.get_first_root_node()
    if group is None or root is None:
        return
    held = GroupPagePermission.objects.filter(
        group=group, permission__codename__in=PUBLISHING
    )
    if ApprovalSettings.load().is_required:
        held.delete()
        return
    for act in permissions_named("wagtailcore", PUBLISHING):
        GroupPagePermission.objects.get_or_create(
            group=group, page=root, permission=act
        )


@transaction.atomic
def ensure_approval() -> None:
    """One way of approval over the whole tree, in the place of Wagtail's own.

    Wagtail brings one in which anybody of a group approves, the requester too. What a
    city has made of ours since is left as it is.
    """
    root = Page.get_first_root_node()
    if root is None or ApprovalTask.objects.exists():
        return
    task = ApprovalTask.objects.create(name="承認")
    workflow = Workflow.objects.create(name="ページの承認")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    others = Workflow.objects.exclude(pk=workflow.pk), Task.objects.exclude(pk=task.pk)
    for rows in others:
        rows.update(active=False)


def name_what_is_unused() -> None:
    """Wagtail's own way of approval is kept but not used; reports show its name."""
    for model in (Workflow, Task):
        rows = model.objects.filter(active=False, name="Moderators approval")
        rows.update(name="（使わない承認経路）")


def permissions_named(app_label: str, codenames: list[str]):
    return Permission.objects.filter(
        content_type__app_label=app_label, codename__in=codenames
    )


def keep_editors_group(user: User) -> None:
    """Put a person into the group, or out of it, as their memberships say today."""
    group = Group.objects.filter(name=EDITORS).first()
    if group is None:
        return
    if user.scope.has(*EDITING_ROLES):
        user.groups.add(group)
    else:
        user.groups.remove(group)
