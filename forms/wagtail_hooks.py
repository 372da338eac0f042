"""Registration of forms with the admin."""

from wagtail.snippets.models import register_snippet

from forms.viewsets import FormDefinitionViewSet

register_snippet(FormDefinitionViewSet)
