"""Addresses beside the page tree."""

urlpatterns = []
