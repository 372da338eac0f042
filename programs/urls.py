"""Addresses of the programme beside its pages."""

from django.urls import path

from programs import opendata_views, views

# With the mark of the language before them, as pages have it.
in_every_language = [
    path("calendar/", views.months, name="months"),
    path("sites/<slug:slug>/calendar/", views.site_month, name="site_month"),
    path("sites/<slug:slug>/calendar.ics", views.site_calendar, name="site_calendar"),
]

urlpatterns = [
    path("feed.xml", opendata_views.feed, name="feed"),
    path("opendata/", opendata_views.page, name="opendata"),
    path(
        "opendata/kosodate-shisetsu.csv",
        opendata_views.facilities_csv,
        name="facilities_csv",
    ),
    path(
        "opendata/kosodate-shisetsu.json",
        opendata_views.facilities_json,
        name="facilities_json",
    ),
    path("opendata/kaishobi.csv", opendata_views.days_csv, name="days_csv"),
    path("opendata/hsds.json", opendata_views.hsds, name="hsds"),
]
