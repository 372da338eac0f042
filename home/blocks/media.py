"""Blocks with a file: pictures and documents."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock

LANGUAGES = [
    ("ja", _("Japanese")),
    ("easy", _("Easy Japanese")),
    ("en", _("English")),
    ("zh", _("Chinese")),
    ("ko", _("Korean")),
    ("vi", _("Vietnamese")),
    ("pt", _("Portuguese")),
    ("other", _("Another language")),
]


class PictureBlock(blocks.StructBlock):
    """A picture: either it tells something in words too, or it is decoration."""

    picture = ImageBlock(
        label=_("Picture"),
        help_text=_(
            "Say in words what the picture tells, or mark it as decoration. No faces"
            " of children."
        ),
    )
    caption = blocks.CharBlock(label=_("Caption"), max_length=120, required=False)

    def get_preview_value(self):
        """The newest picture of the library, if there is one."""
        image = get_image_model().objects.order_by("-pk").first()
        value = {"image": image, "alt_text": "拠点の部屋のようす", "decorative": False}
        return self.normalize(
            {"picture": value if image else None, "caption": "拠点の部屋"}
        )

    class Meta:
        label = _("Picture")
        description = _("A picture in the size that the reader's screen needs.")
        icon = "image"
        template = "home/blocks/picture.html"


class DocumentBlock(blocks.StructBlock):
    """A file to take along: what it is, in which language, of which day."""

    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(
        label=_("Name shown"),
        max_length=100,
        required=False,
        help_text=_("Empty: the title of the document."),
    )
    text = blocks.CharBlock(label=_("A word more"), max_length=160, required=False)
    language = blocks.ChoiceBlock(
        label=_("Language of the document"), choices=LANGUAGES, default="ja"
    )
    dated = blocks.DateBlock(
        label=_("Date of the document"),
        required=False,
        help_text=_("Empty: the day on which it was uploaded."),
    )

    class Meta:
        label = _("Document")
        icon = "doc-full"
