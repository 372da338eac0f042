"""Pages of the forms: filling in, looking up, previewing."""
