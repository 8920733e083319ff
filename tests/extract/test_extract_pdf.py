"""PDF files: paragraphs in reading order, and clear words for what cannot be read."""

import io

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract import SourceKind, isolated
from coexai_app.extract.limits import ProcessLimits
from coexai_app.extract.reading import read

STYLES = getSampleStyleSheet()
WORDS = "bread mill oven flour river winter market garden village baker street morning coffee basket bridge summer"
NOUNS = WORDS.split()


HEAD = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"


def sentence(i):
    a, b, c = (NOUNS[(i * k + k) % len(NOUNS)] for k in (1, 3, 7))
    return f"In year {1900 + i} the {a} stood beside the {b}, and nobody in the whole {c} knew why it had been put there."


def prose(first, count):
    return " ".join(sentence(i) for i in range(first, first + count))


def plain(text):
    return built([Paragraph(text, STYLES["BodyText"])], framed=False)


def built(story, *, columns=1, framed=True, **info):
    file = io.BytesIO()
    width = (A4[0] - 100 - 24 * (columns - 1)) / columns
    frames = [Frame(50 + i * (width + 24), 70, width, 680, 0, 0, 0, 0) for i in range(columns)]

    def decorate(canvas, template):
        if not framed:
            return
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, 810, f"Annual report - part {template.page}")
        canvas.drawCentredString(300, 30, f"Page {template.page}")

    template = BaseDocTemplate(file, pagesize=A4, **info)
    template.addPageTemplates([PageTemplate(frames=frames, onPage=decorate)])
    template.build(story)
    return file.getvalue()


def drawn(draw):
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    draw(canvas)
    canvas.save()
    return file.getvalue()


def shape(document):
    return [(block.kind.value, block.level, document.block_text(block)) for block in document.blocks]


class TestReading:
    @pytest.mark.parametrize("columns", [1, 2])
    def test_paragraphs_are_whole_and_in_order_without_headers_and_page_numbers(self, columns):
        parts = [(f"Chapter {i} of the story", prose(i * 12, 12)) for i in range(6)]
        story = [flow for title, text in parts for flow in (Paragraph(title, STYLES["Heading1"]), Paragraph(text, STYLES["BodyText"]))]
        document = read(built(story, columns=columns, title="The report", author="Ann Lee"), name="report.pdf")
        assert shape(document) == [entry for title, text in parts for entry in (("heading", 1, title), ("paragraph", 0, text))]
        assert (document.kind, document.title, document.author, document.language) == (SourceKind.PDF, "The report", "Ann Lee", "en")

    def test_headings_have_levels_by_size(self):
        story = [
            Paragraph("The big one", STYLES["Title"]),
            Paragraph("The middle one", STYLES["Heading2"]),
            Paragraph(prose(0, 5), STYLES["BodyText"]),
        ]
        document = read(built(story, framed=False))
        assert [(kind, level) for kind, level, _ in shape(document)] == [("heading", 1), ("heading", 2), ("paragraph", 0)]
        assert document.title == "The big one"

    def test_words_cut_at_a_line_end_are_joined(self):
        def draw(canvas):
            for i, line in enumerate(
                ["The bakery is a well-known neigh-", "bourhood place, and a well-", "known one that everybody likes."]
            ):
                canvas.drawString(72, 700 - 14 * i, line)

        assert read(drawn(draw)).text == "The bakery is a well-known neighbourhood place, and a well-known one that everybody likes."

    def test_list_items_lose_their_bullets(self):
        def draw(canvas):
            for i, line in enumerate(["\u2022 flour and water", "\u2022 salt", "1. mix", "2. bake"]):
                canvas.drawString(72, 700 - 14 * i, line)

        assert [(kind, text) for kind, _, text in shape(read(drawn(draw)))] == [
            ("list_item", t) for t in ("flour and water", "salt", "mix", "bake")
        ]

    def test_links_point_at_their_words(self):
        document = read(built([Paragraph('Go to <a href="https://mill.example/a">the old mill</a> and see.', STYLES["BodyText"])]))
        assert [(link.url, document.text[link.start : link.end]) for link in document.links] == [("https://mill.example/a", "the old mill")]

    def test_an_owner_password_alone_does_not_keep_readers_out(self):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain(prose(0, 2)))))
        writer.encrypt("", "owner", algorithm="AES-256")
        file = io.BytesIO()
        writer.write(file)
        assert read(file.getvalue()).text == prose(0, 2)


class TestRefusals:
    def test_a_password_is_told(self):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain("Rent"))))
        writer.encrypt("secret", algorithm="AES-256")
        file = io.BytesIO()
        writer.write(file)
        with pytest.raises(InvalidInput, match=r"lease\.pdf has a password\. Remove it and add the file again\."):
            read(file.getvalue(), name="lease.pdf")

    def test_a_truncated_file_is_damaged(self):
        data = plain(prose(0, 60))
        with pytest.raises(InvalidInput, match=r"a\.pdf (is damaged|has no pages)"):
            read(data[: len(data) // 3], name="a.pdf")

    def test_rubbish_under_a_pdf_head_is_damaged(self):
        with pytest.raises(InvalidInput, match=r"a\.pdf (is damaged|has no pages)"):
            read(b"%PDF-1.7\n" + bytes(range(256)) * 50, name="a.pdf")

    def test_a_scan_is_told(self):
        from PIL import Image
        from reportlab.lib.utils import ImageReader

        data = drawn(lambda canvas: canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), "gray")), 0, 0, 500, 700))
        with pytest.raises(InvalidInput, match=r"The pages of scan\.pdf are pictures"):
            read(data, name="scan.pdf")

    def test_an_empty_page_is_told(self):
        with pytest.raises(InvalidInput, match=r"There is no text in a\.pdf"):
            read(drawn(lambda canvas: canvas.showPage()), name="a.pdf")

    def test_too_many_pages_are_told(self):
        writer = PdfWriter()
        for _ in range(501):
            writer.add_blank_page(100, 100)
        file = io.BytesIO()
        writer.write(file)
        with pytest.raises(TooLarge, match="has 501 pages; the limit is 500"):
            read(file.getvalue())

    def test_a_stream_that_fills_the_memory_ends_the_reading_process_only(self):
        import zlib

        packer = zlib.compressobj(1)
        bomb = b"".join(packer.compress(b" " * 10_000_000) for _ in range(20)) + packer.flush()
        data = HEAD + b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        data += (
            b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(bomb)
            + bomb
            + b"\nendstream endobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
        )
        with pytest.raises(InvalidInput, match="needs more memory to read than a document should"):
            isolated.read(data, name="bomb.pdf", limits=ProcessLimits(memory_bytes=150_000_000))

    def test_a_form_that_draws_itself_over_and_over_is_cut(self):
        forms = b"".join(
            b"%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>"
            b"/Length 80>>stream\n%s\nendstream endobj\n" % (i, min(i + 1, 19), b"/F Do " * 13 if i < 19 else b" " * 78)
            for i in range(5, 20)
        )
        data = (
            HEAD + b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>endobj\n"
            b"4 0 obj<</Length 6>>stream\n/F Do \nendstream endobj\n" + forms + b"trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
        )
        with pytest.raises(TooLarge, match="takes more than 1 seconds to read"):
            isolated.read(data, name="slow.pdf", limits=ProcessLimits(cpu_seconds=1))
