"""Files as people and attackers send them, made here byte by byte."""

import io
import zipfile

import openpyxl
import pikepdf
from PIL import Image, PngImagePlugin

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(**more) -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    for name, value in more.items():
        made.Root[f"/{name}"] = value
    return written(made)


def written(made: pikepdf.Pdf, **how) -> bytes:
    result = io.BytesIO()
    made.save(result, deterministic_id="encryption" not in how, **how)
    return result.getvalue()


def pdf_with_script(*, packed: bool = False) -> bytes:
    """A PDF that runs a program when it is opened; packed, its name is out of sight."""
    made = pikepdf.new()
    made.add_blank_page()
    act = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )
    made.Root.OpenAction = made.make_indirect(act)
    mode = pikepdf.ObjectStreamMode
    return written(made, object_stream_mode=mode.generate if packed else mode.disable)


def locked_pdf() -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    return written(made, encryption=pikepdf.Encryption(owner="a", user="b"))


def picture(kind: str = "JPEG", size=(60, 40), exif: Image.Exif | None = None) -> bytes:
    result = io.BytesIO()
    more = {"exif": exif} if exif else {}
    Image.new("RGB", size, (200, 30, 30)).save(result, kind, **more)
    return result.getvalue()


def photo() -> bytes:
    """A phone's picture: held upright, with the place, the device and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "架空カメラ"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (34.0, 47.0, 1.0)
    place[3], place[4] = "E", (135.0, 28.0, 2.0)
    return picture(exif=exif)


def noted_png() -> bytes:
    """A PNG with its place, and with the name of who drew it."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "hanako")
    notes.add_itxt("Title", "架空の庭")
    exif = Image.Exif()
    exif[0x010F] = "架空カメラ"
    result = io.BytesIO()
    drawn = Image.radial_gradient("L").convert("P")
    drawn.save(result, "PNG", pnginfo=notes, exif=exif, transparency=0)
    return result.getvalue()


def noted_jpeg() -> bytes:
    """A JPEG in many scans with a comment, and marks to begin again at."""
    drawn, result = Image.radial_gradient("L").convert("RGB"), io.BytesIO()
    drawn.save(
        result, "JPEG", progressive=True, comment="hanako", restart_marker_blocks=3
    )
    return result.getvalue()


def spreadsheet(author: str = "架空 花子") -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = author
    book.active["A1"] = "出席 12日"
    result = io.BytesIO()
    book.save(result)
    return result.getvalue()


def repacked(content: bytes, more: dict[str, bytes]) -> bytes:
    """A zip folder with some parts added or put in place of others."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            if part.filename not in more:
                target.writestr(part.filename, source.read(part))
        for name, value in more.items():
            target.writestr(name, value)
    return result.getvalue()


def document(author: str = "架空 花子") -> bytes:
    """A small Word document."""
    types = (
        '<?xml version="1.0"?><Types xmlns='
        '"http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as folder:
        folder.writestr("[Content_Types].xml", types)
        folder.writestr("word/document.xml", "<w:document>面談の記録</w:document>")
        folder.writestr("docProps/core.xml", f"<creator>{author}</creator>")
        folder.writestr(
            "word/_rels/settings.xml.rels",
            '<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate"'
            ' Target="file:///C:/Users/hanako/t.dotx" TargetMode="External"/>'
            "</Relationships>",
        )
    return result.getvalue()


def macro_spreadsheet() -> bytes:
    return repacked(spreadsheet(), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"})


def bomb(kind: bytes = b"") -> bytes:
    """An Excel document whose one part unpacks to 150 MB."""
    return repacked(spreadsheet(), {"xl/media/big.xml": b" " * 150 * 1024 * 1024})


def many_dots() -> bytes:
    """A small file that draws a picture of 900 million dots."""
    result = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(result, "PNG")
    return result.getvalue()


HTML = b"<html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
GIF_AND_HTML = b"GIF89a/*" + b"\x00" * 20 + HTML


def pdf_and_zip() -> bytes:
    glued = io.BytesIO(pdf())
    glued.seek(0, io.SEEK_END)
    with zipfile.ZipFile(glued, "a") as folder:
        folder.writestr("run.exe", b"MZ")
    return glued.getvalue()
