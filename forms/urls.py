"""Addresses of the forms."""

from django.urls import path

from forms.views import beginning, files, journey, receipt, resuming, status

DRAFT = "forms/<slug:slug>/<uuid:uuid>"

urlpatterns = [
    path("forms/", beginning.form_list, name="form_list"),
    path("forms/draft/resume/", resuming.resume_page, name="form_resume"),
    path("forms/draft/mine/", resuming.my_drafts, name="form_drafts"),
    path("forms/invitation/<str:token>/", beginning.invitation, name="form_invitation"),
    path("forms/<slug:slug>/", beginning.start, name="form_start"),
    path(f"{DRAFT}/<int:number>/", journey.page, name="form_page"),
    path(f"{DRAFT}/review/", journey.review, name="form_review"),
    path(f"{DRAFT}/keep/", resuming.keep, name="form_keep"),
    path(f"{DRAFT}/done/", receipt.done, name="form_done"),
    path(f"{DRAFT}/copy.pdf", receipt.copy, name="form_copy"),
    path(f"{DRAFT}/sibling/", receipt.sibling, name="form_sibling"),
    path(f"{DRAFT}/leave/", receipt.leave_page, name="form_leave"),
    path(f"{DRAFT}/files/<uuid:file>/", files.draft_file, name="form_file"),
    path("status/", status.status, name="status"),
    path("status/end/", status.status_end, name="status_end"),
    path("status/<str:receipt>/", status.status_detail, name="status_detail"),
    path("status/<str:receipt>/reply/", status.status_reply, name="status_reply"),
    path(
        "status/<str:receipt>/withdraw/",
        status.status_withdraw,
        name="status_withdraw",
    ),
    path(
        "status/<str:receipt>/files/<uuid:file>/",
        status.status_file,
        name="status_file",
    ),
    path("status/<str:receipt>/copy.pdf", status.status_copy, name="status_copy"),
]
