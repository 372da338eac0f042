"""Addresses of the forms."""

urlpatterns = []
