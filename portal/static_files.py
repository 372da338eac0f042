"""The files of the portal's own look, named by their content."""

from functools import cached_property

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class RememberedFiles(ManifestStaticFilesStorage):
    """Django's; an address is worked out once: files do not change while it runs."""

    @cached_property
    def addresses(self) -> dict[str, str]:
        return {}

    def url(self, name: str, force: bool = False) -> str:
        if force:
            return super().url(name, force)
        if name not in self.addresses:
            self.addresses[name] = super().url(name)
        return self.addresses[name]
