"""Addresses of the spreadsheet pages and the outbox, below the admin."""

from django.urls import path

from exchange import views

app_name = "exchange"

urlpatterns = [
    path("", views.SpreadsheetIndexView.as_view(), name="index"),
    path("outbox/", views.OutboxView.as_view(), name="outbox"),
    path("outbox/<int:pk>/again/", views.SendAgainView.as_view(), name="send_again"),
    path("<slug:name>/", views.ResourcePageView.as_view(), name="import"),
    path("<slug:name>/template/", views.TemplateFileView.as_view(), name="template"),
    path("<slug:name>/export/", views.ExportView.as_view(), name="export"),
    path("<slug:name>/<int:pk>/", views.BatchView.as_view(), name="batch"),
    path("<slug:name>/<int:pk>/confirm/", views.ConfirmView.as_view(), name="confirm"),
    path(
        "<slug:name>/<int:pk>/check-again/",
        views.CheckAgainView.as_view(),
        name="check_again",
    ),
    path("<slug:name>/<int:pk>/drop/", views.DropView.as_view(), name="drop"),
    path("<slug:name>/<int:pk>/errors/", views.WrongRowsView.as_view(), name="errors"),
]
