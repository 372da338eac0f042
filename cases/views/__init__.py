"""The staff screens of cases, by subject."""
