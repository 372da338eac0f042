"""What the pages of this app share: they exist for the city alone."""

from django.http import Http404

from cases.models import Case
from staff.views import PrivateView

CITY = ("case_worker", "programme_manager", "centre_head")


class CityPage(PrivateView):
    """A page that does not exist for anyone outside the city."""

    def check_permission(self, user) -> None:
        if not user.scope.has(*CITY):
            raise Http404
        super().check_permission(user)


class CaseDoor(CityPage):
    """A page of this app that starts from a case.

    An operator sees the case itself, but nothing here: it is missing, like any other.
    """

    model = Case

    def get_object(self):
        if not self.request.user.scope.has(*CITY):
            raise Http404
        return super().get_object()
