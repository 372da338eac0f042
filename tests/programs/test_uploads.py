"""What editors upload tells nothing of where it was made, by whom, with what."""

import io
import zipfile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from exchange.bare_pdf import blanked
from exchange.pdf import pdf_of
from tests.exchange import files

pytestmark = pytest.mark.django_db
MARKER = "HIMITSU-9-8-7"
GPS = 0x8825


def photo(kind: str = "JPEG") -> bytes:
    """A picture that tells where it was taken."""
    exif = Picture.Exif()
    exif[0x010E] = MARKER
    exif[GPS] = {1: "N", 2: (34.0, 46.0, 53.0), 3: "E", 4: (135.0, 28.0, 11.0)}
    stored = io.BytesIO()
    Picture.new("RGB", (40, 30), "green").save(stored, kind, exif=exif)
    return stored.getvalue()


def paper(**how) -> bytes:
    """A PDF that names its author, in the dictionary and in XMP."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = [MARKER]
    pdf.docinfo["/Author"] = MARKER
    pdf.docinfo["/Creator"] = "秘密町9-8-7"
    stored = io.BytesIO()
    pdf.save(stored, **how)
    return stored.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_kept_and_shown_without_its_place(
    kind, log_in, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile(f"niwa.{kind.lower()}", photo(kind))
    answer = log_in("editor").post(
        "/admin/images/add/", {"title": "庭", "file": file, "collection": 1}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    image = get_image_model().objects.get()
    assert (image.width, image.height) == (40, 30)
    rendition = image.get_rendition("width-20")
    for stored in (image.file, rendition.file):
        with stored.open("rb") as opened:
            content = opened.read()
        assert MARKER.encode() not in content
        assert dict(Picture.open(io.BytesIO(content)).getexif()) == {}


def test_a_broken_picture_is_refused_in_words(log_in):
    file = SimpleUploadedFile("x.jpg", b"\xff\xd8\xff" + b"x" * 50)
    answer = log_in("editor").post(
        "/admin/images/add/", {"title": "庭", "file": file, "collection": 1}
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]


def test_a_paper_is_kept_without_its_author(log_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    plain = paper(object_stream_mode=pikepdf.ObjectStreamMode.disable)
    client = log_in("editor")
    values = {"title": "案内", "collection": 1}
    file = SimpleUploadedFile("annai.pdf", plain)
    answer = client.post("/admin/documents/add/", values | {"file": file})
    assert answer.status_code == 302, answer.context["form"].errors
    document = get_document_model().objects.get()
    with document.file.open("rb") as opened:
        content = opened.read()
    assert MARKER.encode() not in content
    kept = pikepdf.open(io.BytesIO(content))
    assert len(kept.pages) == 1
    assert str(kept.docinfo.get("/Author", "")).strip() == ""
    assert "秘密" not in str(kept.docinfo.get("/Creator", ""))
    assert MARKER not in str(kept.open_metadata())
    packed = paper(object_stream_mode=pikepdf.ObjectStreamMode.generate)
    file = SimpleUploadedFile("annai.pdf", packed)
    answer = client.post("/admin/documents/add/", values | {"file": file})
    assert answer.status_code == 200
    assert "PDFとして印刷" in str(answer.context["form"].errors["file"])
    assert get_document_model().objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"%PDF" + b"/Author (" * 999])
def test_what_is_no_whole_pdf_does_not_break_it(content):
    assert isinstance(blanked(content), bytes)


def test_our_own_papers_stay_readable():
    content = blanked(pdf_of("<title>案内</title><p>案内</p>"))
    assert len(pikepdf.open(io.BytesIO(content)).pages) == 1


@pytest.mark.parametrize(
    ("name", "made"),
    [("youshiki.docx", files.document), ("hyou.xlsx", files.spreadsheet)],
)
def test_a_word_or_excel_paper_is_kept_without_its_author(
    name, made, log_in, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile(name, made(MARKER))
    answer = log_in("editor").post(
        "/admin/documents/add/", {"title": "様式", "collection": 1, "file": file}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    document = get_document_model().objects.get()
    assert document.filename == name
    with document.file.open("rb") as opened, zipfile.ZipFile(opened) as folder:
        parts = {part: folder.read(part) for part in folder.namelist()}
    assert "docProps/core.xml" in parts
    assert not [part for part in parts.values() if MARKER.encode() in part]


def test_a_paper_with_a_macro_is_refused_in_words(log_in):
    client = log_in("editor")
    for name in ("hyou.xlsx", "hyou.xlsm"):
        file = SimpleUploadedFile(name, files.macro_spreadsheet())
        answer = client.post(
            "/admin/documents/add/", {"title": "表", "collection": 1, "file": file}
        )
        assert answer.status_code == 200
        assert answer.context["form"].errors["file"]
    assert not get_document_model().objects.exists()
