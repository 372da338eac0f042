"""Addresses of the approval of pages, below the admin."""

from django.urls import path

from home.approval import views

app_name = "page_approval"

urlpatterns = [
    path("", views.ApprovalListView.as_view(), name="index"),
    path("<int:page_id>/", views.ShowView.as_view(), name="show"),
    path("<int:page_id>/request/", views.RequestView.as_view(), name="request"),
    path("<int:page_id>/approve/", views.ApproveView.as_view(), name="approve"),
    path("<int:page_id>/send-back/", views.SendBackView.as_view(), name="send_back"),
    path("<int:page_id>/withdraw/", views.WithdrawView.as_view(), name="withdraw"),
]
