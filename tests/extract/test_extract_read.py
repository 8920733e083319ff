"""What a file is, is told by its bytes; and every document keeps the promises of `Document`."""

import gzip
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract import BlockKind, Document, SourceKind
from coexai_app.extract.builder import Builder, Run
from coexai_app.extract.reading import read, read_text

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)
PAGE = b"<!DOCTYPE html><html><head><title>Hi</title></head><body><p>Fresh bread every day.</p></body></html>"


def check(document: Document) -> None:
    """The promises: ordered blocks, stripped and not empty, white space between them, links inside the text."""
    end = 0
    for block in document.blocks:
        text = document.block_text(block)
        assert 0 <= end <= block.start < block.end <= len(document.text)
        assert text and text == text.strip()
        assert not document.text[end : block.start].strip()
        assert block.level in range(1, 7) if block.kind is BlockKind.HEADING else block.level >= 0
        end = block.end
    assert end == len(document.text)
    for link in document.links:
        assert 0 <= link.start < link.end <= len(document.text)
        words = document.text[link.start : link.end]
        assert words == words.strip()
        assert any(block.start <= link.start and link.end <= block.end for block in document.blocks)
    assert isinstance(document.title, str)
    document.text.encode()
    assert "\x00" not in document.text


PIECES = (
    "# |## |\n|\n\n|- |* |1. |> |    |```|`|**|_|[a](http://b.c)|[x](/y)|<p>|</p>|<div>|</div>|<ul><li>|<a href='https://d.e'>|</a>|<br>"
    "|<table><tr><td>|</td><td>|<h2>|</h2>|<pre>|</pre>|<!--|-->|<script>|</script>|&amp;|&#0;|&#xd800;|word|Two words.|é|e\u0301|\u0301"
    "|שלום|\u202e|\ud800|\udc00|\x00|\x85|\u2028|\xa0|\u200b|\ufeff|😀|-|--|---|===|+++|:|title: x|\t|\r\n|\r"
)
SNIPPETS = st.lists(st.sampled_from(PIECES.split("|")) | st.text(max_size=8), max_size=40).map("".join)


class TestPromises:
    @settings(max_examples=150, deadline=None)
    @given(SNIPPETS)
    def test_hold_for_pasted_text_of_any_kind(self, text):
        try:
            check(read_text(text))
        except InvalidInput as error:
            assert error.message

    @settings(max_examples=100, deadline=None)
    @given(SNIPPETS)
    def test_hold_for_markdown(self, text):
        try:
            check(read(text.encode("utf-8", "replace"), name="a.md"))
        except InvalidInput as error:
            assert error.message

    @settings(max_examples=100, deadline=None)
    @given(SNIPPETS)
    def test_hold_for_web_pages(self, text):
        try:
            check(read(b"<html><body>" + text.encode("utf-8", "replace"), url="https://example.com/a"))
        except InvalidInput as error:
            assert error.message

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=200))
    def test_hold_for_any_bytes_or_a_clear_error_is_raised(self, data):
        if b"%PDF-" in data:
            return
        try:
            check(read(data, name="a.txt"))
        except InvalidInput as error:
            assert error.message

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.tuples(st.text(max_size=6), st.sampled_from(["", "https://a.b/c"])), max_size=8))
    def test_links_keep_their_words_when_white_space_is_folded(self, pieces):
        builder = Builder()
        builder.add(BlockKind.PARAGRAPH, [Run("x")])
        builder.add(BlockKind.PARAGRAPH, [Run(text, url) for text, url in pieces])
        check(builder.document(SourceKind.TEXT))


class TestSniffing:
    @pytest.mark.asvs("V5.2.2")
    def test_a_png_that_is_called_a_pdf_is_named(self):
        with pytest.raises(InvalidInput, match=r"report\.pdf is not a PDF; it looks like a PNG image\. Add a PDF"):
            read(PNG, name="report.pdf", content_type="application/pdf")

    def test_a_page_that_is_called_a_pdf_is_read_as_the_page_it_is(self):
        document = read(PAGE, name="report.pdf", content_type="application/pdf")
        assert (document.kind, document.text) == (SourceKind.HTML, "Fresh bread every day.")

    def test_a_text_that_is_called_a_word_file_is_read_as_text(self):
        assert read(b"Fresh bread every day.", name="a.docx").kind is SourceKind.TEXT

    def test_markdown_in_a_txt_file_is_found_out(self):
        assert read(b"# Bread\n\nFresh *every* day.", name="a.txt").kind is SourceKind.MARKDOWN

    def test_html_by_content_type_needs_no_page_frame(self):
        document = read(b"<p>Fresh</p><p>bread</p>", content_type="text/html; charset=utf-8")
        assert (document.kind, document.text) == (SourceKind.HTML, "Fresh\n\nbread")

    def test_a_text_about_magic_words_is_a_text(self):
        assert read(b"BMW sold more cars. MZ did not. OggS is a format.").kind is SourceKind.TEXT

    @pytest.mark.parametrize(
        ("data", "what"),
        [
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image"),
            (gzip.compress(b"hello", mtime=0), "a gzip archive"),
            (b"{\\rtf1\\ansi hello}", "an RTF document"),
            (b"\x00\x00\x00\x18ftypmp42\x00\x00", "an MP4"),
            (b"MZ\x90\x00\x03\x00", "a Windows program"),
        ],
    )
    def test_other_files_are_named(self, data, what):
        with pytest.raises(InvalidInput, match=f"The file looks like {what}"):
            read(data)

    @pytest.mark.asvs("V5.2.2")
    def test_binary_rubbish_is_refused(self):
        with pytest.raises(InvalidInput, match=r"notes\.txt is not a text file"):
            read(bytes(range(256)) * 8, name="notes.txt")

    def test_random_bytes_are_refused(self):
        with pytest.raises(InvalidInput):
            read(b"\x01\x02" + os.urandom(4096), name="a.bin")

    @pytest.mark.parametrize("data", [b"", b" \n\t ", b"\xef\xbb\xbf"])
    def test_an_empty_file_is_told(self, data):
        with pytest.raises(InvalidInput, match=r"There is no text in notes\.txt"):
            read(data, name="notes.txt")

    def test_an_empty_paste_is_told(self):
        with pytest.raises(InvalidInput, match="There is no text in the source"):
            read_text("  \n ")

    def test_five_megabytes_of_text_are_too_large(self):
        with pytest.raises(TooLarge, match=r"long\.txt has 5,000,000 characters; the limit is 2,000,000\.") as caught:
            read(b"hello wor " * 500_000, name="long.txt")
        assert caught.value.details == {"limit": 2_000_000, "size": 5_000_000}
        assert caught.value.status == 413


class TestImport:
    def test_the_readers_are_imported_when_they_are_needed(self):
        import subprocess
        import sys

        heavy = {"numpy", "lxml", "trafilatura", "pdfplumber", "docx", "httpcore"}
        code = f"import sys, coexai_app.extract; print(sorted({heavy} & sys.modules.keys()))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"
