"""Registration of programs with the admin."""

from wagtail import hooks

from programs.viewsets import ProgrammeGroup


@hooks.register("register_admin_viewset")
def programme():
    return ProgrammeGroup()
