"""The pages of applications and decisions, by subject."""
