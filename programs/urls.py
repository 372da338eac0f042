"""Addresses of the programme beside its pages."""

urlpatterns = []
