"""Addresses of the forms."""

from django.urls import path

from forms.views import files, journey, status

DRAFT = "forms/<slug:slug>/<uuid:uuid>"

urlpatterns = [
    path("forms/", journey.form_list, name="form_list"),
    path("forms/<slug:slug>/", journey.start, name="form_start"),
    path(f"{DRAFT}/<int:number>/", journey.page, name="form_page"),
    path(f"{DRAFT}/review/", journey.review, name="form_review"),
    path(f"{DRAFT}/done/", journey.done, name="form_done"),
    path(f"{DRAFT}/copy.pdf", journey.copy, name="form_copy"),
    path(f"{DRAFT}/files/<uuid:file>/", files.draft_file, name="form_file"),
    path(f"{DRAFT}/leave/", journey.leave_page, name="form_leave"),
    path("status/", status.status, name="status"),
    path("status/<str:receipt>/", status.status_detail, name="status_detail"),
    path(
        "status/<str:receipt>/files/<uuid:file>/",
        status.status_file,
        name="status_file",
    ),
    path("status/<str:receipt>/copy.pdf", status.status_copy, name="status_copy"),
]
