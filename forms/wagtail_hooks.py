"""Registration of forms with the admin."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from forms.inbox_viewsets import answer_grant_viewset, inbox_viewset
from forms.viewsets import FormDefinitionViewSet

register_snippet(FormDefinitionViewSet)


@hooks.register("insert_global_admin_css")
def inbox_styles():
    return format_html('<link rel="stylesheet" href="{}">', static("forms/inbox.css"))


@hooks.register("register_admin_viewset")
def inbox():
    return inbox_viewset


@hooks.register("register_admin_viewset")
def answer_grants():
    return answer_grant_viewset
