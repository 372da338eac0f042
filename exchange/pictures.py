"""Pictures are drawn anew: only the dots stay, upright, without place or device."""

import io
import warnings

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_DOTS = 60_000_000
LONGEST = 30_000


def drawn_anew(content: bytes) -> tuple[bytes, str]:
    """The same picture as a new file, and its type; HEIC becomes JPEG.

    Whatever else the file carried is not in the new one: EXIF and GPS, thumbnails,
    comments, and anything glued to its end. A phone's picture is turned as it was held.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise ValidationError(
            _("This picture cannot be opened. Please save or take it again.")
        ) from None


def _drawn(content: bytes) -> tuple[bytes, str]:
    _know_heif()
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "HEIF")) as picture:
        width, height = picture.size
        if width * height > MAX_DOTS or max(width, height) > LONGEST:
            raise _too_large()
        is_png = picture.format == "PNG"
        upright = ImageOps.exif_transpose(picture)
        result = io.BytesIO()
        if is_png:
            without_facts(upright, ("1", "L", "LA", "RGB", "RGBA"), "RGBA").save(
                result, "PNG", compress_level=4
            )
            return result.getvalue(), "image/png"
        without_facts(upright, ("L", "RGB"), "RGB").save(result, "JPEG", quality=88)
        return result.getvalue(), "image/jpeg"


def without_facts(picture: Image.Image, modes: tuple, otherwise: str) -> Image.Image:
    """The dots alone, in one of the ways of counting colours that we write."""
    kept = picture if picture.mode in modes else picture.convert(otherwise)
    bare = Image.new(kept.mode, kept.size)
    bare.paste(kept)
    return bare


def _know_heif() -> None:
    """Let Pillow read the pictures of iPhones, where its library is there."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return
    register_heif_opener(thumbnails=False)


def _too_large() -> ValidationError:
    return ValidationError(
        _("This picture has too many dots. Please make it smaller and choose it again.")
    )
