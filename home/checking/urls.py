"""Addresses of the check of a page, below the admin."""

from django.urls import path

from home.checking import views

app_name = "page_check"

urlpatterns = [
    path("<int:page_id>/", views.CheckView.as_view(), name="page"),
    path("<int:page_id>/mend/", views.MendView.as_view(), name="mend"),
]
