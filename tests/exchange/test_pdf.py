"""Papers: the right face, no request, no local file, limits that hold."""

import io
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pikepdf
import pytest
from django.template import engines

from exchange import checks, pdf
from exchange.glyphs import is_drawn, with_fallback
from exchange.pdf import PdfError, pdf_of, render_pdf
from exchange.templatetags.paper import glyphs
from tests import papers

NAMES = "𠮷田 髙橋 﨑山 葛󠄁城 邉󠄁"
PAPER = """{% extends "exchange/paper.html" %}{% load paper %}
{% block title %}K8-0001{% endblock %}
{% block footer %}K8-0001　取扱注意{% endblock %}
{% block paper %}<h1>見本</h1><p>{{ name|glyphs }}</p><p><b>{{ name }}</b></p>
<div class="lines">{{ text }}</div>{% endblock %}"""


@pytest.fixture(autouse=True)
def real_child(monkeypatch):
    monkeypatch.setattr(pdf, "_in_child", papers.in_a_process_of_its_own)


@pytest.fixture
def paper(monkeypatch):
    """Render the paper above: ``paper(name=…, text=…)``."""
    template = engines["django"].from_string(PAPER)
    monkeypatch.setattr(pdf, "render_to_string", lambda _name, c: template.render(c))

    def make(**context):
        context = {"name": NAMES, "text": "本文", "city": "架空市"} | context
        return render_pdf("any.html", context)

    return make


def opened(content):
    return pikepdf.open(io.BytesIO(content))


def faces(document):
    names = set()
    for thing in document.objects:
        if not isinstance(thing, pikepdf.Dictionary):
            continue
        if "/FontFile2" in thing or "/FontFile3" in thing:
            names.add(str(thing.FontName).split("+")[1])
    return names


def all_bytes(document):
    return b"".join(
        thing.read_bytes()
        for thing in document.objects
        if isinstance(thing, pikepdf.Stream)
    )


def test_the_packaged_face_is_embedded_and_the_fallback_draws_the_rest(paper):
    found = faces(opened(paper()))

    assert {"BIZ-UDPGothic", "BIZ-UDPGothic-Bold"} <= found
    assert {name for name in found if not name.startswith("BIZ")} <= {
        "Noto-Sans-CJK-JP",
        "Noto-Sans-CJK-JP-Bold",
    }
    assert "Noto-Sans-CJK-JP" in found
    assert faces(opened(paper(name="髙橋 﨑山 葛󠄀城"))) == {
        "BIZ-UDPGothic",
        "BIZ-UDPGothic-Bold",
    }


def test_no_character_of_a_name_is_lost(paper):
    document = opened(paper())
    shown = b"".join(page.Contents.read_bytes() for page in document.pages)

    assert shown.count(b"Tj") + shown.count(b"TJ") > 0
    # Glyph 0 is .notdef: with Identity-H codes it would be the code 0000.
    codes = re.findall(rb"<([0-9a-fA-F]+)>", shown)
    glyph_ids = [text[i : i + 4] for text in codes for i in range(0, len(text), 4)]
    assert glyph_ids and b"0000" not in glyph_ids


def test_it_is_tagged_titled_in_japanese_and_names_no_machine(paper):
    document = opened(paper())

    assert str(document.Root.Lang) == "ja"
    assert document.Root.MarkInfo.Marked
    assert document.docinfo["/Title"] == "K8-0001"
    assert document.docinfo["/Author"] == "架空市"
    with document.open_metadata() as metadata:
        assert str(metadata["pdfuaid:part"]) == "1"
    words = all_bytes(document) + str(document.docinfo).encode()
    assert b"/root" not in words and b"file:" not in words and b"/tmp" not in words
    assert paper() == paper()


VECTORS = [
    '<img src="{http}">',
    '<style>@import "{http}";</style>',
    '<p style="background: url({http})">x</p>',
    '<link rel="attachment" href="{file}">',
    '<a rel="attachment" href="{file}">x</a>',
    '<embed src="{file}">',
    '<object data="{file}"></object>',
    '<svg><image href="{http}" width="9" height="9"/></svg>',
    '<svg><use href="{http}#a"/></svg>',
    "<style>@font-face {{ font-family: x; src: url({file}) }} p {{ font-family: x }}"
    "</style><p>x</p>",
    '<img src="{http}redirect">',
    '<base href="{http}"><img src="a.png">',
    '<ul style="list-style-image: url({http})"><li>x</ul>',
    "<style>p::before {{ content: url({http}) }}</style><p>x</p>",
    '<link rel="stylesheet" href="{http}">',
]


@pytest.fixture(scope="module")
def listener():
    """Counts who knocks."""
    server = socket.create_server(("127.0.0.1", 0))
    knocks = []

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            knocks.append(1)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/", knocks
    server.close()


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    file = tmp_path_factory.mktemp("private") / "secret.txt"
    file.write_text("SECRET-OF-THE-CITY" * 20)
    return file


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_text_that_people_type_stays_text(paper, listener, secret, number):
    url, knocks = listener
    vector = VECTORS[number].format(http=url, file=secret.as_uri())

    document = opened(paper(name=vector, text=vector))

    assert not knocks
    assert not document.attachments
    assert b"SECRET" not in all_bytes(document)


def test_even_markup_that_slipped_through_fetches_nothing(listener, secret):
    url, knocks = listener
    vectors = [v.format(http=url, file=secret.as_uri()) for v in VECTORS]
    markup = f'<html lang="ja"><title>x</title>{"".join(vectors)}</html>'

    document = opened(pdf_of(markup))

    assert not knocks
    assert not document.attachments
    assert b"SECRET" not in all_bytes(document)


@pytest.mark.parametrize(
    "markup",
    ["\n" * 30_000, "あ" * 500_000, "<br>" * 30_000],
    ids=["breaks", "letters", "tags"],
)
def test_a_text_too_long_is_refused_before_it_costs_anything(markup):
    started = time.monotonic()
    with pytest.raises(PdfError, match="長すぎます"):
        pdf_of(markup)
    assert time.monotonic() - started < 1


def test_nested_elements_end_in_a_sentence_and_not_in_a_crash():
    deep = "<div>" * 3000
    with pytest.raises(PdfError, match="作成できませんでした"):
        pdf_of(f'<html lang="ja"><title>x</title>{deep}x</html>')


def test_a_child_that_hangs_is_stopped(monkeypatch, tmp_path, caplog):
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(pdf, "CHILD", sleeper)
    monkeypatch.setattr(pdf, "WALL_CLOCK", 1)

    with pytest.raises(PdfError, match="時間がかかりすぎました"):
        pdf_of("<p>架空𠮷田</p>")
    assert "架空" not in caplog.text


def test_the_child_cannot_take_more_than_its_memory(monkeypatch, tmp_path):
    glutton = tmp_path / "glutton.py"
    glutton.write_text(
        "import runpy, sys\n"
        f"child = runpy.run_path({str(pdf.CHILD)!r})\n"
        "child['limit']()\n"
        "b = bytearray(2 * 1024**3)\n"
    )
    monkeypatch.setattr(pdf, "CHILD", glutton)

    with pytest.raises(PdfError):
        pdf_of("<p>x</p>")


def test_the_child_is_told_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s" * 50)
    monkeypatch.setenv("DATABASE_URL", "postgres://x")

    assert not {"SECRET_KEY", "DATABASE_URL"} & set(pdf._environment("/x"))


def test_characters_that_no_paper_has_do_not_stop_it(paper):
    assert paper(name="a\x00b\ud800c\ufffe").startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("髙﨑葛󠄀", ""),
        ("葛󠄁城", "葛󠄁"),
        ("𠮷田", "𠮷"),
        ("邉󠄁𠮷", "邉󠄁𠮷"),
    ],
)
def test_only_runs_that_the_face_lacks_ask_the_fallback(text, marked):
    found = "".join(re.findall('<span class="fallback">(.*?)</span>', glyphs(text)))

    assert found == marked
    assert re.sub("<[^>]*>", "", glyphs(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("うれしい😀です", "うれしい〓です"),
        ("👍🏽と👨‍👩‍👧", "〓と〓"),
        ("🇯🇵と❤️", "〓と〓"),
        ("外字\ue000です", "外字〓です"),
        ("☆♪①㈱〒☎", "☆♪①㈱〒☎"),
    ],
)
def test_what_no_face_has_is_named_and_leaves_no_empty_box(paper, text, shown):
    assert re.sub("<[^>]*>", "", with_fallback(f"<p>{text}</p>")) == shown
    document = opened(paper(name=text, text=text))
    drawn = b"".join(page.Contents.read_bytes() for page in document.pages)
    codes = re.findall(rb"<([0-9a-fA-F]+)>", drawn)
    assert not any("0000" in re.findall("....", code.decode()) for code in codes)


def test_glyphs_escapes_what_it_does_not_wrap():
    assert glyphs("<b>𠮷&") == '&lt;b&gt;<span class="fallback">𠮷</span>&amp;'
    assert glyphs(None) == ""


def test_titles_attributes_and_styles_are_left_alone():
    markup = '<title>𠮷</title><style>a{content:"𠮷"}</style><p title="𠮷">𠮷</p>'

    assert with_fallback(markup) == markup.replace(
        ">𠮷</p>", '><span class="fallback">𠮷</span></p>'
    )


def test_the_packaged_face_has_what_the_design_says():
    assert is_drawn("髙") and is_drawn("﨑") and is_drawn("葛󠄀")
    assert not is_drawn("𠮷") and not is_drawn("葛󠄁")


def test_the_packaged_files_are_those_of_the_lock():
    root = Path(pdf.__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, root / "bin" / "vendor_fonts", "--check"])

    assert done.returncode == 0


def test_a_machine_without_pango_or_the_fallback_is_told_the_command(monkeypatch):
    assert checks.papers_can_be_printed(None) == []
    monkeypatch.setattr(checks, "LIBRARIES", {"libnothing.so.0": "libnothing0"})
    monkeypatch.setattr(checks, "FONT_FOLDERS", [])

    hints = [problem.hint for problem in checks.papers_can_be_printed(None)]

    assert hints == [
        "apt-get install --no-install-recommends libnothing0",
        "apt-get install --no-install-recommends fonts-noto-cjk",
    ]


def test_the_portal_starts_without_the_libraries_of_papers():
    code = (
        "import sys, django; django.setup(); import exchange.pdf, exchange.checks;"
        "sys.exit('weasyprint' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(pdf.__file__).resolve().parents[1]
    )

    assert done.returncode == 0
