"""What a file is, is told by its content; what is taken is made harmless (E33)."""

import base64
import contextlib
import io
import time
import zipfile

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink
from PIL import Image

from exchange.inspection import KINDS, inspect
from exchange.receiving import display_name
from tests.exchange import files

ALL = list(KINDS)


def test_a_picture_keeps_its_dots_and_loses_place_and_device():
    sent = files.photo()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    kept = inspect("IMG_0001.JPG", sent, ["image"])
    drawn = Image.open(io.BytesIO(kept.content))
    assert kept.type == "image/jpeg"
    assert drawn.size == (40, 60), "it stands as the phone was held"
    assert not drawn.getexif()
    assert "架空カメラ".encode() not in kept.content


def test_a_picture_of_an_iphone_becomes_one_that_every_desk_can_open():
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    kept = inspect("IMG_1.HEIC", files.picture("HEIF"), ["image"])
    assert kept.type == "image/jpeg"
    assert Image.open(io.BytesIO(kept.content)).format == "JPEG"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_whatever_is_glued_to_a_picture_stays_behind(kind):
    name = f"a.{'jpg' if kind == 'JPEG' else 'png'}"
    kept = inspect(name, files.picture(kind) + files.HTML, ["image"])
    assert b"<script>" not in kept.content


def test_office_documents_lose_their_author_and_what_they_would_fetch():
    sheet = inspect("出席.xlsx", files.spreadsheet(), ["excel"])
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    assert book.active["A1"].value == "出席 12日"
    assert book.properties.creator in (None, "openpyxl"), "the reader's own default"
    letter = inspect("記録.docx", files.document(), ["word"])
    parts = zipfile.ZipFile(io.BytesIO(letter.content))
    everything = b"".join(parts.read(name) for name in parts.namelist())
    assert "面談の記録".encode() in everything
    assert "架空 花子".encode() not in everything
    assert b"hanako" not in everything


def test_a_pdf_is_kept_as_it_was_signed():
    sent = files.pdf()
    assert inspect("診断書.pdf", sent, ["pdf"]).content == sent


def test_a_csv_of_japanese_windows_becomes_one_that_excel_opens():
    kept = inspect("名簿.csv", "氏名,組\r\n髙橋,1".encode("cp932"), ["text"])
    assert kept.content.decode("utf-8-sig") == "氏名,組\r\n髙橋,1"


HOSTILE = {
    "GIF that is HTML as well": ("a.jpg", files.GIF_AND_HTML),
    "HTML called PDF": ("a.pdf", files.HTML),
    "HTML called text": ("a.txt", files.HTML),
    "SVG called PNG": ("a.png", files.SVG),
    "SVG": ("a.svg", files.SVG),
    "program": ("a.exe", b"MZ\x90\x00"),
    "program called PDF": ("診断書.pdf", b"MZ\x90\x00"),
    "two endings": ("a.pdf.exe", files.pdf()),
    "no ending": ("pdf", files.pdf()),
    "PDF that is a zip as well": ("a.pdf", files.pdf_and_zip()),
    "PDF with a program": ("a.pdf", files.pdf_with_script()),
    "PDF with a packed program": ("a.pdf", files.pdf_with_script(packed=True)),
    "PDF with a password": ("a.pdf", files.locked_pdf()),
    "half a PDF": ("a.pdf", files.pdf()[:200]),
    "macros called xlsx": ("a.xlsx", files.macro_spreadsheet()),
    "spreadsheet called letter": ("a.docx", files.spreadsheet()),
    "zip called letter": ("a.docx", b"PK\x03\x04" + b"\x00" * 60),
    "old Office or a password": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99),
    "zip bomb": ("a.xlsx", files.bomb()),
    "pixel bomb": ("a.png", files.many_dots()),
    "half a picture": ("a.jpg", files.picture(size=(900, 900))[:300]),
    "formula": ("a.csv", "氏名\r\n=cmd|'/c calc'!A1".encode()),
    "bytes called text": ("a.txt", b"\x00\x01\x02\xff"),
    "nothing": ("a.pdf", b""),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_pretends_or_would_harm_is_refused_in_japanese(case):
    name, content = HOSTILE[case]
    with pytest.raises(ValidationError) as refusal:
        inspect(name, content, ALL)
    assert not refusal.value.messages[0].isascii()


def test_a_kind_that_the_question_does_not_take_is_refused():
    with pytest.raises(ValidationError, match="PDF、画像"):
        inspect("a.xlsx", files.spreadsheet(), ["pdf", "image"])


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("C:\\fakepath\\診断書.pdf", "診断書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00\u202egpj.exe", "a  gpj.exe"),
        ("", "file"),
    ],
)
def test_the_name_is_only_for_eyes(sent, shown):
    assert display_name(sent) == shown


def test_a_very_long_name_keeps_its_ending():
    assert display_name("あ" * 300 + ".pdf").endswith("….pdf")
    assert len(display_name("あ" * 300 + ".pdf")) <= 120


WORD_NAMES = {
    "word/comments.xml": '<w:comment w:author="%s" w:initials="%s">ここ</w:comment>',
    "word/people.xml": '<w15:person w15:author="%s"/><w15:info w15:userId="%s"/>',
    "word/footer1.xml": '<w:ins w:id="3" w:author="%s">足した字</w:ins>',
    "custom/facts.xml": '<cp:coreProperties xmlns:cp="x">%s</cp:coreProperties>',
}
EXCEL_NAMES = {
    "xl/comments1.xml": "<authors><author>%s</author><author>%s</author></authors>",
    "xl/persons/person.xml": '<person displayName="%s" id="{1}" userId="%s"/>',
    "xl/more.xml": '<x15ac:absPath url="C:\\%s\\"/><fileSharing userName="%s"/>',
    "xl/tables/table1.xml": '<table id="1" name="表1" displayName="表1"/>',
}


@pytest.mark.parametrize(
    ("name", "whole", "names"),
    [
        ("a.docx", files.document(), WORD_NAMES),
        ("a.xlsx", files.spreadsheet(), EXCEL_NAMES),
    ],
)
def test_comments_and_changes_stay_and_their_authors_do_not(name, whole, names):
    who = "架空 花子"
    more = {key: text.replace("%s", who) for key, text in names.items()}
    kept = inspect(name, files.repacked(whole, more), ["word", "excel"])
    parts = zipfile.ZipFile(io.BytesIO(kept.content))
    everything = "".join(
        parts.read(part).decode(errors="replace") for part in parts.namelist()
    )
    assert who not in everything
    for text in ("ここ", "足した字") if name == "a.docx" else ('displayName="表1"',):
        assert text in everything


def test_a_part_that_cannot_be_read_for_names_is_refused_in_words():
    wide = "<w:comments w:author='架空 花子'/>".encode("utf-16")
    sent = files.repacked(files.document(), {"word/comments.xml": wide})
    with pytest.raises(ValidationError, match="PDF"):
        inspect("a.docx", sent, ["word"])


def test_an_author_of_a_thread_stays_tied_and_an_empty_one_stays_empty():
    thread = "<author>tc={0A1B2C3D-0000-4000-8000-00000000000A}</author>"
    more = {
        "xl/comments1.xml": f"<authors>{thread}<author/><i/>"
        '<author xml:lang="a/b">架空 花子</author></authors>',
        "xl/persons/person.xml": '<person x="a>b" displayName="架空 > 花子"/>',
    }
    kept = inspect("a.xlsx", files.repacked(files.spreadsheet(), more), ["excel"])
    parts = zipfile.ZipFile(io.BytesIO(kept.content))
    said = parts.read("xl/comments1.xml").decode()
    assert thread + "<author/><i/>" in said
    assert "花子" not in said + parts.read("xl/persons/person.xml").decode()


LABYRINTHS = {
    "one tag": ("word/comments.xml", b"<", b"author "),
    "open tags": ("word/comments.xml", b"", b"<w:ins w:author='a' "),
    "open values": ("word/people.xml", b"", b"<a userId=\"'"),
    "facts": ("word/more.xml", b"", b"<Properties "),
    "relations": ("word/_rels/a.xml.rels", b"", b"<Relationship "),
    "fetched": ("word/_rels/a.xml.rels", b"", b"<Relationship oleObject TargetMode "),
    "scans": ("word/media/a.jpg", b"\xff\xd8\xff\xda\x00\x02", b"\xff"),
    "pieces": ("word/media/a.gif", b"GIF89a" + bytes(7) + b"!\xff", b"\x01a"),
    "notes": ("word/media/a.gif", b"GIF89a" + bytes(7), b"!\xfe\x01a\x00"),
    "open notes": ("word/media/a.svg", b"<svg>", b"<!--"),
    "tags": ("word/media/a.svg", b"", b"<metadata><title a='"),
    "links": ("word/media/a.svg", b"<svg ", b"href= on "),
    "fields": ("word/more.xml", b"<w:instrText>", b"C:\\a file:"),
    "simple fields": ("word/more.xml", b"", b"<w:fldSimple instr "),
    "streams": ("a.pdf", b"", b"stream\n"),
}


@pytest.mark.parametrize("case", LABYRINTHS)
def test_a_file_that_leads_the_search_astray_costs_no_more_than_its_size(case):
    name, begin, again = LABYRINTHS[case]
    whole = files.pdf() if name == "a.pdf" else files.document()

    def spent(size):
        text = begin + again * (size // len(again))
        if name == "a.pdf":
            sent = whole.replace(b"%%EOF", text + b"%%EOF"), ["pdf"]
        else:
            sent = files.repacked(whole, {name: text}), ["word"]
        times = []
        for _time in range(3):
            start = time.thread_time()
            with contextlib.suppress(ValidationError):
                inspect("a.pdf" if name == "a.pdf" else "a.docx", *sent)
            times.append(time.thread_time() - start)
        return min(times)

    assert spent(SIZE) / spent(SIZE // 4) < 8


SIZE = 1_000_000


def test_pictures_in_a_document_keep_their_dots_and_lose_place_and_device():
    glued = files.photo() + files.photo()
    more = {
        "word/media/image1.jpeg": glued,
        "word/media/image2.PNG": files.noted_png(),
        "word/media/image3.jpg": files.noted_jpeg(),
    }
    kept = inspect("a.docx", files.repacked(files.document(), more), ["word"])
    parts = zipfile.ZipFile(io.BytesIO(kept.content))
    for name, sent in more.items():
        bare = parts.read(name)
        drawn, before = Image.open(io.BytesIO(bare)), Image.open(io.BytesIO(sent))
        assert drawn.convert("RGB").tobytes() == before.convert("RGB").tobytes(), name
        assert not drawn.getexif(), name
        assert not any(word in bare for word in (b"Exif", "架空".encode(), b"hanako"))


def tiff():
    """A scan that names its scanner, the room and the person at it."""
    result = io.BytesIO()
    told = {270: "kakuu hanako", 271: "scanner", 315: "hanako", 700: b"<x:xmpmeta/>"}
    dots = Image.effect_noise((40, 30), 60)
    dots.save(result, "TIFF", tiffinfo=told, dpi=(300, 300))
    return result.getvalue()


def gif():
    """Two frames, shown again and again, with notes before and between them."""
    result = io.BytesIO()
    frames = [Image.effect_noise((9, 9), 60).convert("P") for _number in range(2)]
    frames[0].save(
        result,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        loop=0,
        duration=200,
        comment=b"hanako",
    )
    content = result.getvalue()
    xmp = b"!\xff\x0bXMP DataXMP\x06hanako\x00"
    at = content.index(b"!\xff\x0bNETSCAPE")
    return content[:at] + xmp + content[at:-1] + b"!\xfe\x06hanako\x00;"


def test_a_gif_and_a_tiff_keep_their_dots_and_lose_their_notes():
    more = {"word/media/a.gif": gif(), "word/media/b.tiff": tiff()}
    kept = inspect("a.docx", files.repacked(files.document(), more), ["word"])
    parts = zipfile.ZipFile(io.BytesIO(kept.content))
    for name, sent in more.items():
        bare = parts.read(name)
        drawn, before = Image.open(io.BytesIO(bare)), Image.open(io.BytesIO(sent))
        for frame in range(getattr(before, "n_frames", 1)):
            drawn.seek(frame)
            before.seek(frame)
            assert drawn.convert("RGB").tobytes() == before.convert("RGB").tobytes()
            assert drawn.info.get("duration") == before.info.get("duration")
            assert drawn.info.get("loop") == before.info.get("loop")
        assert b"hanako" in sent
        assert not any(word in bare for word in (b"hanako", b"scanner", b"xmp"))
    assert round(drawn.info["dpi"][0]) == 300


def test_many_large_scans_in_one_document_are_refused_before_they_are_drawn():
    result = io.BytesIO()
    Image.new("1", (9_000, 6_000)).save(result, "TIFF", compression="group4")
    more = {f"word/media/{number}.tif": result.getvalue() for number in range(9)}
    start = time.thread_time()
    with pytest.raises(ValidationError):
        inspect("a.docx", files.repacked(files.document(), more), ["word"])
    assert time.thread_time() - start < 10


SVG = """<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">
<!-- hanako --><svg xmlns="http://www.w3.org/2000/svg" sodipodi:docname="hanako.svg"
 inkscape:export-filename='C:\\Users\\hanako\\a.png' onload="hanako()">
<title>hanako</title><metadata><rdf:RDF><metadata/>hanako</rdf:RDF></metadata>
<script>hanako()</script><style><![CDATA[ .a { fill: red } ]]></style>
<image xlink:href="file:///C:/Users/hanako/b.png"/><use href="#kept"/>
<image href="data:image/jpeg;base64,PHOTO"/><path class="a" d="M0 0h9v9z"/></svg>"""


def test_a_drawing_keeps_its_lines_and_loses_who_drew_it():
    photo = base64.b64encode(files.noted_jpeg()).decode()
    more = {"word/media/image1.svg": SVG.replace("PHOTO", photo)}
    kept = inspect("a.docx", files.repacked(files.document(), more), ["word"])
    bare = zipfile.ZipFile(io.BytesIO(kept.content)).read("word/media/image1.svg")
    for there in (b"M0 0h9v9z", b'href="#kept"', b"fill: red", b'href="#"'):
        assert there in bare
    inner = base64.b64decode(bare.split(b"base64,")[1].split(b'"')[0])
    assert not Image.open(io.BytesIO(inner)).getexif()
    for gone in (b"hanako", b"metadata", b"script", b"DOCTYPE"):
        assert gone not in bare, gone
    for odd in ("<svg><!-- ", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "<svg <a>"):
        more = {"word/media/image1.svg": odd}
        with pytest.raises(ValidationError):
            inspect("a.docx", files.repacked(files.document(), more), ["word"])


RELATION = (
    '<Relationship Id="r1" Type="http://x/hyperlink"'
    ' Target="{}" TargetMode="External"/>'
)


@pytest.mark.parametrize(
    ("target", "stays"),
    [
        ("https://www.city.example/", True),
        ("mailto:kodomo@city.example", True),
        ("file:///C:/Users/hanako/a.docx", False),
        ("file:///\\\\server\\hanako\\a.docx", False),
        ("\\\\server\\hanako\\a.docx", False),
        ("&#102;ile:///C:/Users/hanako", False),
        ("../hanako/a.docx", False),
    ],
)
def test_a_link_in_a_document_leads_to_the_net_or_nowhere(target, stays):
    more = {"word/_rels/footer1.xml.rels": RELATION.format(target)}
    kept = inspect("a.docx", files.repacked(files.document(), more), ["word"])
    folder = zipfile.ZipFile(io.BytesIO(kept.content))
    bare = folder.read("word/_rels/footer1.xml.rels").decode()
    assert (target in bare) is stays
    assert ("about:blank" in bare) is not stays
    assert "hanako" not in bare


def test_the_fields_of_a_letter_name_no_file_of_its_writer():
    field = (
        '<w:instrText xml:space="preserve"> HYPERLINK "file:///C:/Users/hanako" \\o'
        ' </w:instrText><w:instrText>INCLUDEPICTURE "C:\\\\Users\\\\hanako"'
        "</w:instrText><w:fldSimple w:instr=' LINK \"\\\\srv\\hanako\" '>"
        "<w:t>a: b</w:t>"
        '</w:fldSimple><w:instrText> HYPERLINK "https://city.example/" </w:instrText>'
    )
    more = {"word/footer1.xml": field}
    kept = inspect("a.docx", files.repacked(files.document(), more), ["word"])
    bare = zipfile.ZipFile(io.BytesIO(kept.content)).read("word/footer1.xml").decode()
    assert "hanako" not in bare
    assert '"https://city.example/"' in bare
    assert "<w:t>a: b</w:t>" in bare


def test_half_a_picture_in_a_document_is_refused_in_words():
    more = {"word/media/image1.jpeg": files.photo()[:300]}
    with pytest.raises(ValidationError, match="壊れて"):
        inspect("a.docx", files.repacked(files.document(), more), ["word"])


def linked_spreadsheet():
    """A workbook that takes a number from a file in the folder of its writer."""
    book = openpyxl.load_workbook(io.BytesIO(files.spreadsheet()))
    link = ExternalLink(externalBook=ExternalBook())
    where = "file:///C:/Users/hanako/a.xlsx"
    link.file_link = Relationship(
        type="externalLinkPath", Target=where, TargetMode="External"
    )
    book._external_links.append(link)
    result = io.BytesIO()
    book.save(result)
    return result.getvalue()


SHAREPOINT = {
    "customXml/item1.xml": "<p:UserInfo><p:DisplayName>架空 花子</p:DisplayName>",
    "customXml/_rels/item1.xml.rels": "<Relationships/>",
    "xl/revisions/userNames.xml": '<users xmlns="http://x/spreadsheetml/2006/main">'
    '<userInfo name="架空 花子" id="1"/></users>',
}


def test_what_sharepoint_and_shared_books_know_of_people_is_left_out():
    whole = linked_spreadsheet()
    folder = zipfile.ZipFile(io.BytesIO(whole))
    lists = {
        "[Content_Types].xml": '<Override PartName="/customXml/item1.xml"'
        ' ContentType="application/xml"/></Types>',
        "xl/_rels/workbook.xml.rels": '<Relationship Id="rId90" Type="http://x/customXml"'
        ' Target="../customXml/item1.xml"></Relationship></Relationships>',
    }
    ends = {name: "</" + text.rpartition("</")[2] for name, text in lists.items()}
    more = {
        name: folder.read(name).decode().replace(ends[name], text)
        for name, text in lists.items()
    }
    assert all("customXml" in text for text in more.values())
    kept = inspect("a.xlsx", files.repacked(whole, more | SHAREPOINT), ["excel"])
    parts = zipfile.ZipFile(io.BytesIO(kept.content))
    everything = b"".join(parts.read(name) for name in parts.namelist())
    for word in ("花子", "hanako", "customXml"):
        assert word.encode() not in everything, word
    book = openpyxl.load_workbook(io.BytesIO(kept.content))
    assert book.active["A1"].value == "出席 12日"
    assert book._external_links[0].file_link.Target == "Book.xlsx"
