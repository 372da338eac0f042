"""Small answers that the views of the forms share."""

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """After a POST: look there with GET, whatever the browser's age."""

    status_code = 303
