"""Health, errors, logging in: the pages that belong to no app."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils._os import safe_join
from wagtail.admin.views import account

from exchange.models import WorkerBeat
from staff.services import record_event

WORKER_SILENCE = timedelta(seconds=60)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, is migrated, and a worker is alive; else 503."""
    state = {"database": False, "migrations": False, "worker": False}
    try:
        executor = MigrationExecutor(connection)
        state["database"] = True
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        state["migrations"] = not plan
        if state["migrations"]:
            since = timezone.now() - WORKER_SILENCE
            state["worker"] = WorkerBeat.objects.filter(at__gte=since).exists()
    except DatabaseError:
        state["database"] = False
    answer = JsonResponse(state, status=200 if all(state.values()) else 503)
    answer._has_been_logged = True  # it is asked every few seconds, also at the start
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page that was open for long: say that nothing was sent and how to go on."""
    return render(request, "csrf_failure.html", status=403)


class LoginView(auth_views.LoginView):
    """The one door for everybody who has an account.

    Wagtail sends somebody without the right here too: they are told so, once.
    """

    template_name = "staff/login.html"

    def get(self, request, *args, **kwargs):
        wanted = self.get_redirect_url()
        is_for_desk = wanted.startswith(reverse("wagtailadmin_home"))
        if request.user.is_authenticated and is_for_desk and not has_desk(request.user):
            return without_desk(request)
        return super().get(request, *args, **kwargs)


class LogoutView(auth_views.LogoutView):
    """Logging out is a POST; whoever only opens the address finds the button."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, *args, **kwargs):
        return render(request, "staff/logout.html")


def has_desk(user) -> bool:
    """Whether this person works in the admin."""
    return user.has_perm("wagtailadmin.access_admin")


def without_desk(request: HttpRequest) -> HttpResponse:
    """Say that this account opens no desk, and how to go on."""
    for _message in messages.get_messages(request):
        pass  # Wagtail's own words on it, which no public page shows
    context = {"is_partner": request.user.partner is not None}
    return render(request, "staff/without_desk.html", context, status=403)


class AccountView(account.AccountView):
    """Wagtail's page of one's own account; what is saved there is written down."""

    def post(self, request):
        response = super().post(request)
        if response.status_code == 302:
            record_event("staff.account.saved", by=request.user, id=request.user.pk)
        return response


@login_required
def account_home(request: HttpRequest) -> HttpResponse:
    """After logging in: staff to their desk, schools and groups to what they sent."""
    if has_desk(request.user):
        return redirect("wagtailadmin_home")
    if request.user.partner is None:
        return without_desk(request)
    return redirect("status")


def media(request: HttpRequest, path: str) -> HttpResponse:
    """Renditions of images that pages show; originals and documents stay inside."""
    folder, _, name = path.partition("/")
    if folder != "images":
        raise Http404
    try:
        file = safe_join(settings.MEDIA_ROOT / "images", name)
        stored = open(file, "rb")  # noqa: SIM115
    except (OSError, ValueError, SuspiciousFileOperation):
        raise Http404 from None
    return FileResponse(stored)


def bad_request(request, exception=None):
    return render(request, "400.html", status=400)


def not_found(request, exception=None):
    return render(request, "404.html", status=404)


def forbidden(request, exception=None):
    return render(request, "403.html", status=403)


def server_error(request):
    return render(request, "500.html", status=500)
