"""Addresses beside the page tree."""

from django.urls import path

from home import views

urlpatterns = [
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("leave/", views.leave, name="leave"),
    path("furigana/", views.furigana, name="furigana"),
    path("feedback/<int:page_id>/", views.feedback, name="feedback"),
]
