"""Registration of forms with the admin."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from forms.desk_viewsets import held_viewset, invitation_viewset
from forms.viewsets import FormDefinitionViewSet

register_snippet(FormDefinitionViewSet)


@hooks.register("register_admin_viewset")
def screens_beside_forms():
    return [invitation_viewset, held_viewset]
