"""Permissions come from memberships in force, looked up anew in each request."""

from django.contrib.auth.backends import ModelBackend

from staff.permissions import permissions_of


class MembershipBackend(ModelBackend):
    """Passwords as usual; permissions from the person's current memberships alone.

    A membership that ends takes its permissions with it at the next request. The
    groups of Wagtail only say which pages and images a web editor may touch.
    """

    def get_all_permissions(self, user_obj, obj=None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return permissions_of(user_obj.scope)

    def get_user_permissions(self, user_obj, obj=None) -> set[str]:
        return self.get_all_permissions(user_obj, obj)

    def get_group_permissions(self, user_obj, obj=None) -> set[str]:
        return set()

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        return user_obj.is_active and perm in self.get_all_permissions(user_obj, obj)

    def has_module_perms(self, user_obj, app_label) -> bool:
        return any(
            name.startswith(f"{app_label}.")
            for name in self.get_all_permissions(user_obj)
        )
