"""Word files: what a reader sees, and nothing that the file hides or plants."""

import io
import zipfile

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract import SourceKind
from coexai_app.extract.limits import LIMITS
from coexai_app.extract.reading import read
from tests.extract.cues import said, sound

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def shape(document):
    return [(block.kind.value, block.level, document.block_text(block)) for block in document.blocks]


def package(body, *, prolog="", extra=None, name="word/document.xml"):
    """A minimal Word file around the markup of a body."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, f'<?xml version="1.0"?>{prolog}<w:document {W}><w:body>{body}</w:body></w:document>')
        for path, data in (extra or {}).items():
            archive.writestr(path, data)
    return file.getvalue()


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


class TestStructure:
    def test_headings_lists_quotes_tables(self):
        word = docx.Document()
        word.core_properties.author, word.core_properties.title = "Ann Lee", "Bread report"
        word.add_heading("Bread", 1)
        word.add_paragraph("We bake.")
        word.add_paragraph("flour", style="List Bullet")
        word.add_paragraph("rye", style="List Bullet 2")
        word.add_paragraph("Good bread.", style="Intense Quote")
        table = word.add_table(2, 2)
        for cell, text in zip((c for row in table.rows for c in row.cells), ["Loaf", "Price", "Rye", "4.50"], strict=True):
            cell.text = text
        word.sections[0].header.paragraphs[0].text = "HEADER"
        word.sections[0].footer.paragraphs[0].text = "FOOTER"
        document = read(saved(word), name="bread.docx")
        assert shape(document) == [
            ("heading", 1, "Bread"),
            ("paragraph", 0, "We bake."),
            ("list_item", 1, "flour"),
            ("list_item", 2, "rye"),
            ("quote", 0, "Good bread."),
            ("table", 0, "Loaf | Price\nRye | 4.50"),
        ]
        assert (document.kind, document.title, document.author) == (SourceKind.DOCX, "Bread report", "Ann Lee")

    def test_the_title_paragraph_is_the_title(self):
        word = docx.Document()
        word.core_properties.title = "Microsoft Word - draft3.docx"
        word.add_heading("The rye comes back", 0)
        assert read(saved(word)).title == "The rye comes back"

    def test_hyperlinks_by_relation_and_by_field(self):
        word = docx.Document()
        line = word.add_paragraph("See ")
        key = word.part.relate_to("https://mill.example/a", docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = OxmlElement("w:hyperlink")
        link.set(docx.oxml.ns.qn("r:id"), key)
        link.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>the mill</w:t></w:r>"))
        line._p.append(link)
        for part in (
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> HYPERLINK "https://shop.example/" </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            '<w:t xml:space="preserve"> or the shop</w:t>',
            '<w:fldChar w:fldCharType="end"/>',
            '<w:t xml:space="preserve"> now.</w:t>',
        ):
            line._p.append(parse_xml(f"<w:r {nsdecls('w')}>{part}</w:r>"))
        document = read(saved(word))
        assert document.text == "See the mill or the shop now."
        assert [(item.url, document.text[item.start : item.end]) for item in document.links] == [
            ("https://mill.example/a", "the mill"),
            ("https://shop.example/", "or the shop"),
        ]

    def test_insertions_stay_and_deletions_go(self):
        body = (
            "<w:p><w:r><w:t>We bake </w:t></w:r><w:del><w:r><w:delText>stale</w:delText><w:t>old</w:t></w:r></w:del>"
            "<w:ins><w:r><w:t>fresh</w:t></w:r></w:ins><w:r><w:t> bread.</w:t></w:r></w:p>"
            "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>One </w:t></w:r></w:p>" + paragraph("paragraph.")
        )
        assert read(package(body)).text == "We bake fresh bread.\n\nOne paragraph."

    def test_hidden_text_comments_and_field_codes_are_not_read(self):
        body = (
            "<w:p><w:r><w:t>Seen</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
            "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t> too</w:t></w:r>"
            "<w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
        )
        assert read(package(body, extra={"word/comments.xml": "<x>no</x>"})).text == "Seen too"

    def test_content_controls_and_text_boxes_are_read_once(self):
        box = f"<w:txbxContent>{paragraph('In a box')}</w:txbxContent>"
        body = (
            f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{paragraph('In a control')}</w:sdtContent></w:sdt>"
            f"<w:p><w:r><w:t>Anchor</w:t></w:r><w:r><AlternateContent><Choice>{box}</Choice><Fallback>{box}</Fallback></AlternateContent></w:r></w:p>"
        )
        assert read(package(body)).text == "In a control\n\nAnchor\n\nIn a box"

    def test_a_file_without_text_is_told(self):
        with pytest.raises(InvalidInput, match=r"There is no text in a\.docx"):
            read(saved(docx.Document()), name="a.docx")


class TestTranscripts:
    """What meeting programs save: the turns of a talk as a Word file."""

    @staticmethod
    def written(*lines, title=""):
        document = docx.Document()
        if title:
            document.add_heading(title, 0)
        for line in lines:
            document.add_paragraph(line)
        return read(saved(document), name="call.docx")

    def test_names_and_times_become_turns(self):
        heard = self.written(
            "Ana Ruiz   0:03\nWelcome to the call about the new bakery in Oldtown.",
            "Tom Lee   0:11\nThank you. We open on 4 March with twelve people.",
            "Ana Ruiz   0:19\nAnd what did the oven cost?",
            "Tom Lee   0:24\nIt cost 18,000 euros, which the bank paid.",
            title="Opening call",
        )
        sound(heard)
        assert (heard.kind, heard.title) == (SourceKind.TRANSCRIPT, "Opening call")
        assert [(cue.speaker, cue.at) for cue in heard.cues] == [("Ana Ruiz", 3), ("Tom Lee", 11), ("Ana Ruiz", 19), ("Tom Lee", 24)]
        assert "0:11" not in heard.text

    def test_labels_without_times_become_turns(self):
        heard = self.written(
            "ANA: Who bakes the bread in this town?", "TOM: My sister does, every night.", "ANA: And who sells it?", "TOM: I do that."
        )
        assert [speaker for speaker, _ in said(heard)] == ["ANA", "TOM", "ANA", "TOM"]

    def test_a_written_document_with_notes_and_steps_is_none(self):
        document = docx.Document()
        document.add_heading("Sourdough", 1)
        document.add_paragraph("Note: this takes two days and a warm kitchen.")
        document.add_heading("Steps", 2)
        for step in ("Day 1: feed the starter.", "Day 2: bake it.", "Tip: use a lid."):
            document.add_paragraph(step, style="List Bullet")
        found = read(saved(document))
        assert found.kind is SourceKind.DOCX and not found.cues and found.sections


class TestHostile:
    @pytest.mark.asvs("V5.2.3")
    def test_a_bomb_is_refused_before_it_is_inflated(self):
        data = package(paragraph("x"), extra={"word/media/image1.bin": bytes(50_000_000)})
        with pytest.raises(InvalidInput, match="unpacks to more than 200 times its size"):
            read(data, name="bomb.docx")

    @pytest.mark.asvs("V5.2.3")
    def test_too_many_parts_are_refused(self):
        data = package(paragraph("x"), extra={f"word/{i}": "" for i in range(LIMITS.docx_entries)})
        with pytest.raises(InvalidInput, match="parts inside; the limit is 5,000"):
            read(data)

    def test_a_directory_that_lies_about_a_size_is_damaged(self):
        data = bytearray(package(paragraph("word " * 1000)))
        at = data.rindex(b"word/document.xml") - 46 + 24
        data[at : at + 4] = (100).to_bytes(4, "little")
        with pytest.raises(InvalidInput, match="is damaged"):
            read(bytes(data))

    @pytest.mark.asvs("V1.5.1")
    def test_an_external_entity_is_never_read(self, tmp_path):
        secret = tmp_path / "secret.txt"
        secret.write_text("SECRET")
        prolog = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        with pytest.raises(InvalidInput, match="declares XML entities"):
            read(package(paragraph("&x;"), prolog=prolog), name="xxe.docx")

    @pytest.mark.asvs("V1.5.1")
    def test_a_billion_laughs_are_refused(self):
        entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(10))
        with pytest.raises(InvalidInput, match=r"declares XML entities|is damaged"):
            read(package(paragraph("&a9;"), prolog=f"<!DOCTYPE d [{entities}]>"))

    def test_markup_nested_too_deeply_is_damaged(self):
        with pytest.raises(InvalidInput, match="is damaged"):
            read(package("<w:sdt>" * 5_000 + "</w:sdt>" * 5_000))

    def test_a_huge_text_is_too_large(self):
        body = "".join(paragraph(f"{i} bread and butter " * 40) for i in range(3_000))
        with pytest.raises(TooLarge, match="the limit is 2,000,000"):
            read(package(body), name="long.docx")

    @pytest.mark.parametrize("cut", [100, 2_000, -30])
    def test_a_truncated_file_is_damaged(self, cut):
        with pytest.raises(InvalidInput, match=r"a\.docx is damaged"):
            read(saved(docx.Document())[:cut], name="a.docx")

    def test_a_protected_file_is_told(self):
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(100)
        with pytest.raises(InvalidInput, match=r"lease\.docx has a password\. Remove it and add the file again\."):
            read(data, name="lease.docx")

    def test_an_old_word_file_is_told(self):
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le") + bytes(100)
        with pytest.raises(InvalidInput, match=r"lease\.doc is an old Word file"):
            read(data, name="lease.doc")

    def test_a_workbook_is_named(self):
        with pytest.raises(InvalidInput, match=r"a\.docx is not a Word file; it looks like an Excel workbook"):
            read(package("", name="xl/workbook.xml"), name="a.docx")
