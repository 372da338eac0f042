"""A form that staff fill in for somebody who phoned, wrote or came to the desk."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from forms.desk.acts import EnterForm
from forms.services.entering import start_for
from forms.views import drafts
from forms.views.inbox import InboxMixin, may_enter
from staff.views import PrivateCreateView


class EnterView(InboxMixin, PrivateCreateView):
    """Which form, how it came, for whom; then the journey that everybody takes."""

    form_class = EnterForm
    page_title = gettext_lazy("Type in for a caller")
    submit_label = gettext_lazy("Begin the form")
    intro = gettext_lazy(
        "You fill in the same form as senders do. Read the receipt number and the"
        " password for looking up to the caller at the end."
    )

    def check_permission(self, user) -> None:
        super().check_permission(user)
        if not may_enter(user):
            raise PermissionDenied

    def get_page_title(self):
        return self.page_title

    def form_valid(self, form) -> HttpResponse:
        try:
            draft, key = start_for(by=self.request.user, **form.cleaned_data)
        except ValidationError as error:
            return self.refuse(form, error)
        response = redirect(drafts.address("page", draft, 1))
        return drafts.hand_over(response, draft, key)
