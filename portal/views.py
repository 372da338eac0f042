"""Health, errors, logging in: the pages that belong to no app."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
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
    """The one door for everybody who has an account."""

    template_name = "staff/login.html"


class AccountView(account.AccountView):
    """Wagtail's page of one's own account; what is saved there is written down."""

    def post(self, request):
        response = super().post(request)
        if response.status_code == 302:
            record_event("staff.account.saved", by=request.user, id=request.user.pk)
        return response


@login_required
def account_home(request: HttpRequest) -> HttpResponse:
    """After logging in: staff to their desk, schools and groups to the forms."""
    if request.user.has_perm("wagtailadmin.access_admin"):
        return redirect("wagtailadmin_home")
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
