"""Approval and schedule of pages: who may, the acts, the screens."""
