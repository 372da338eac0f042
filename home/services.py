"""Who may edit the public pages: the one group of Wagtail that this portal uses."""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
)

from staff.models import Membership, User

EDITORS = "Web editors"
EDITING_ROLES = (Membership.Role.WEB_EDITOR, Membership.Role.SYSTEM_ADMINISTRATOR)
PAGE_ACTS = ["add_page", "change_page", "publish_page"]
FILE_ACTS = {
    "wagtailimages": ["add_image", "change_image", "choose_image"],
    "wagtaildocs": ["add_document", "change_document", "choose_document"],
}


@transaction.atomic
def ensure_editors() -> Group:
    """Make the group that may edit, publish and illustrate every public page.

    Wagtail asks a group, not a role, which part of the page tree somebody may touch.
    So this group holds just that, at the root of the tree and of the collections;
    everything else hangs on memberships. Called twice it changes nothing.
    """
    group, _ = Group.objects.get_or_create(name=EDITORS)
    for label in ("wagtailcore", *FILE_ACTS):
        create_permissions(apps.get_app_config(label), verbosity=0)
    root = Page.get_first_root_node()
    if root is not None:
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
    return group


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
