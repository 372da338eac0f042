"""Addresses of the programme beside its pages."""

from django.urls import path

from programs import views

urlpatterns = [
    path("calendar/", views.months, name="months"),
    path("sites/<slug:slug>/calendar/", views.site_month, name="site_month"),
    path("sites/<slug:slug>/calendar.ics", views.site_calendar, name="site_calendar"),
]
