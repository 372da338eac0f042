"""Addresses of the programme beside its pages."""

from django.urls import path

from programs import views

urlpatterns = [
    path("sites/<slug:slug>/calendar.ics", views.site_calendar, name="site_calendar"),
]
