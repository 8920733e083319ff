"""E-mails: the words of whoever wrote them, whatever their headers claim, and nothing that is attached or quoted."""

from __future__ import annotations

import base64
import quopri
import time
import zipfile
from email.message import EmailMessage
from io import BytesIO

import pytest

from coexai_app import extract
from coexai_app.errors import CoexaiError, InvalidInput
from coexai_app.extract.document import Document, SourceKind

WORDS = "We moved the café’s bread order to three in the afternoon. Waste fell from 14% to 6% within a month, and nobody missed a loaf."
HEAD = b"From: Ann Wolf <ann@example.com>\r\nTo: bob@example.org\r\nSubject: Bread waste\r\nDate: Tue, 3 Mar 2026 10:12:00 +0100\r\n"


def read(data: bytes, name: str = "post.eml") -> Document:
    return extract.read(data, name=name)


def plain(body: bytes, *headers: bytes) -> bytes:
    return HEAD + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def message(**parts: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"], made["Date"] = "Ann Wolf <ann@example.com>", "Bread waste", "Tue, 3 Mar 2026 10:12:00 +0100"
    if "plain" in parts:
        made.set_content(parts["plain"])
    if "html" in parts:
        (made.add_alternative if "plain" in parts else made.set_content)(parts["html"], subtype="html")
    return made


class TestWhoAndWhat:
    def test_the_subject_is_the_title_the_sender_the_author(self) -> None:
        found = read(message(plain=WORDS).as_bytes())
        assert (found.kind, found.title, found.author, found.published) == (SourceKind.EMAIL, "Bread waste", "Ann Wolf", "2026-03-03")
        assert found.text == WORDS

    @pytest.mark.parametrize(
        ("subject", "title"),
        [
            (b"=?utf-8?B?" + base64.b64encode("Brot für Köln".encode()) + b"?=", "Brot für Köln"),
            (b"=?iso-8859-1?Q?Caf=E9_und_Brot?=", "Café und Brot"),
            (b"=?us-ascii?Q?Caf=C3=A9?=", "Café"),
            ("Brot für Köln".encode(), "Brot für Köln"),
            ("Brot für Köln".encode("cp1252"), "Brot für Köln"),
            (b"=?utf-8?B?QnJvdCBmw7?= =?utf-8?B?xyIEvDtmxu?=", "Brot für Köln"),
            (b"Re: AW: Fwd: Bread", "Bread"),
            (b"=?utf-8?Q?Bread=0D=0ABcc:_eve@example.com?=", "Bread Bcc: eve@example.com"),
            (b"=?x-unheard-of?B?%%%?=", ""),
            (b"=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        ],
    )
    def test_subjects_in_every_dress(self, subject: bytes, title: str) -> None:
        found = read(b"From: a@example.com\r\nMIME-Version: 1.0\r\nSubject: " + subject + b"\r\n\r\n" + WORDS.encode())
        if title == "Brot für Köln" and b"w7?=" in subject:
            assert found.title.startswith("Brot f")
        else:
            assert found.title == title

    @pytest.mark.parametrize("date", [b"yesterday", b"Tue, 99 Foo 2026 99:99:99 +9999", b"", b"=?utf-8?Q?x?="])
    def test_a_date_that_is_none(self, date: bytes) -> None:
        assert read(b"From: a@example.com\r\nSubject: x\r\nDate: " + date + b"\r\n\r\n" + WORDS.encode()).published == ""

    @pytest.mark.parametrize("name", ["post.txt", "post", "post.md"])
    def test_a_mail_under_another_name_is_a_mail(self, name: str) -> None:
        found = read(plain(WORDS.encode(), b"Message-ID: <1@example.com>"), name)
        assert (found.kind, found.title) == (SourceKind.EMAIL, "Bread waste")

    @pytest.mark.parametrize("text", ["From: the start. " + WORDS, "Note: x\nDate: y\n\n" + WORDS, "# From: a\n\n" + WORDS])
    def test_a_text_that_only_looks_like_one_is_a_text(self, text: str) -> None:
        assert read(text.encode(), "post.txt").kind is not SourceKind.EMAIL

    def test_a_text_named_eml_is_read_as_what_it_is(self) -> None:
        assert WORDS in read(WORDS.encode()).text

    def test_a_picture_named_eml_says_so(self) -> None:
        with pytest.raises(InvalidInput, match=r"not an e-mail; it looks like a PNG"):
            read(b"\x89PNG\r\n\x1a\n" + bytes(200))


class TestBodies:
    def test_plain_text_comes_before_html(self) -> None:
        assert read(message(plain=WORDS, html=f"<p>{WORDS}</p><p>And more.</p>").as_bytes()).text == WORDS

    def test_html_when_the_plain_text_says_nothing(self) -> None:
        rich = f"<html><body><table><tr><td><h1>News</h1><p>{WORDS}</p><p>{WORDS[::-1]}</p></td></tr></table></body></html>"
        assert WORDS in read(message(plain="View this mail in your browser.", html=rich).as_bytes()).text

    def test_html_alone(self) -> None:
        found = read(
            message(html=f'<div style="display:none">Preheader</div><p>{WORDS} <a href="https://example.com/a">More</a></p>').as_bytes()
        )
        assert found.text == f"{WORDS} More"
        assert found.links[0].url == "https://example.com/a"

    def test_attachments_are_named_and_not_read(self) -> None:
        made = message(plain=WORDS)
        made.add_attachment(b"%PDF-1.7 secret", maintype="application", subtype="pdf", filename="terms.pdf")
        made.add_attachment("A secret text.", filename="naïve.txt")
        inner = message(plain="An inner secret.")
        made.add_attachment(inner)
        found = read(made.as_bytes())
        assert found.text == WORDS
        assert found.notes == (
            "3 attachments were not read: terms.pdf, naïve.txt, Bread waste. Add what you need of them as files of their own.",
        )

    def test_only_attachments_say_what_to_do(self) -> None:
        made = EmailMessage()
        made["From"], made["Subject"] = "a@example.com", "x"
        made.add_attachment(b"x", maintype="application", subtype="pdf", filename="a.pdf")
        with pytest.raises(InvalidInput, match=r"only attachments\. Save them and add them"):
            read(made.as_bytes())

    def test_an_encrypted_one_says_so(self) -> None:
        with pytest.raises(InvalidInput, match="is encrypted"):
            read(plain(b"AAAA", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data", b"Content-Transfer-Encoding: base64"))

    def test_flowed_lines_are_joined(self) -> None:
        body = "\r\n".join([*(word + " " for word in WORDS.split()[:-1]), WORDS.split()[-1]])
        assert read(plain(body.encode(), b"Content-Type: text/plain; charset=utf-8; format=flowed")).text == WORDS


class TestLies:
    @pytest.mark.parametrize(
        "declared", ["us-ascii", "utf-8", "windows-1252", "iso-8859-1", "x-unknown", "utf-16", "", "\x00", "a" * 5_000]
    )
    @pytest.mark.parametrize("real", ["utf-8", "cp1252"])
    def test_the_character_set_is_told_by_the_bytes(self, declared: str, real: str) -> None:
        if declared == "utf-16":
            pytest.skip("bytes of one byte each are never UTF-16; the declared set is tried, then the look of them")
        found = read(
            plain(WORDS.encode(real), f'Content-Type: text/plain; charset="{declared}"'.encode(), b"Content-Transfer-Encoding: 8bit")
        )
        assert found.text == WORDS

    @pytest.mark.parametrize("cut", [1, 2, 3, 5])
    def test_base64_that_was_cut_off(self, cut: int) -> None:
        packed = base64.encodebytes(WORDS.encode()).strip()[:-cut]
        found = read(plain(packed, b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64"))
        assert found.text.startswith(WORDS[:90])

    def test_base64_with_dirt_in_it(self) -> None:
        packed = base64.encodebytes(WORDS.encode()).replace(b"\n", b"\r\n!")
        assert read(plain(packed, b"Content-Transfer-Encoding: base64")).text == WORDS

    def test_plain_words_that_claim_to_be_base64(self) -> None:
        assert read(plain(WORDS.encode(), b"Content-Transfer-Encoding: base64")).text == WORDS

    def test_base64_that_does_not_say_so(self) -> None:
        assert read(plain(base64.encodebytes(WORDS.encode() * 3))).text.startswith(WORDS)

    def test_quoted_printable_that_does_not_say_so(self) -> None:
        assert read(plain(quopri.encodestring(("ü " + WORDS * 4).encode()))).text.startswith("ü " + WORDS)

    def test_quoted_printable_with_broken_marks(self) -> None:
        body = quopri.encodestring(WORDS.encode()) + b" 100=ZZ sure =\r\n"
        found = read(plain(body, b"Content-Transfer-Encoding: quoted-printable"))
        assert found.text.startswith(WORDS)
        assert "100=ZZ sure" in found.text

    def test_an_encoding_nobody_knows(self) -> None:
        assert read(plain(WORDS.encode(), b"Content-Transfer-Encoding: x-rot13")).text == WORDS

    @pytest.mark.parametrize(
        "kind", [b"multipart/mixed", b"multipart/mixed; boundary=", b"multipart/alternative; boundary=x", b"text/", b"/", b";;;"]
    )
    def test_a_type_that_is_none(self, kind: bytes) -> None:
        try:
            assert read(plain(WORDS.encode(), b"Content-Type: " + kind)).text == WORDS
        except InvalidInput as error:
            assert "post.eml" in error.message


REPLY = "Yes, let us do that from Monday on, and tell the guests with a small sign."
QUOTES = {
    "angle brackets": f"{REPLY}\n\nOn Tue, 3 Mar 2026 at 10:12, Ann <ann@example.com> wrote:\n> {WORDS}\n> secret\n",
    "over two lines": f"{REPLY}\n\nOn Tue, 3 Mar 2026 at 10:12, Ann Wolf\n<ann@example.com> wrote:\n\n> secret\n",
    "without marks": f"{REPLY}\n\nOn Tue, 3 Mar 2026 at 10:12, Ann Wolf <ann@example.com> wrote:\n\nsecret words\n",
    "German": f"{REPLY}\n\nAm 03.03.2026 um 10:12 schrieb Ann Wolf:\n> secret\n",
    "French": f"{REPLY}\n\nLe mar. 3 mars 2026 à 10:12, Ann <ann@example.com> a écrit :\n> secret\n",
    "Outlook": f"{REPLY}\n\n-----Original Message-----\nFrom: Ann\nSent: Tuesday\nTo: Bob\nSubject: Bread\n\nsecret\n",
    "Outlook without a line": f"{REPLY}\n\nFrom: Ann <ann@example.com>\nSent: Tuesday\nTo: Bob\nSubject: Bread\n\nsecret\n",
    "German Outlook": f"{REPLY}\n\nVon: Ann\nGesendet: Dienstag\nAn: Bob\nBetreff: Brot\n\nsecret\n",
    "signature": f"{REPLY}\n\n-- \nAnn Wolf\nsecret street 3\n",
    "signature without a space": f"{REPLY}\n\n--\nAnn Wolf\nsecret street 3\n",
    "telephone": f"{REPLY}\n\nSent from my iPhone\n",
}
RICH = {
    "Gmail": f'<p>{REPLY}</p><div class="gmail_quote"><div class="gmail_attr">On Tue Ann wrote:</div><blockquote>secret</blockquote></div>',
    "Apple": f'<p>{REPLY}</p><blockquote type="cite">secret</blockquote>',
    "Thunderbird": f'<p>{REPLY}</p><div class="moz-cite-prefix">Am 3. schrieb Ann:</div><blockquote type="cite">secret</blockquote>',
    "Outlook on the web": f'<p>{REPLY}</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ann</div><p>secret</p>',
    "Outlook": f"<p>{REPLY}</p><div><p><b>From:</b> Ann<br>Sent: Tuesday<br>To: Bob<br>Subject: x</p></div><p>secret</p>",
    "signature": f'<p>{REPLY}</p><div class="gmail_signature">Ann, secret street 3</div>',
}


class TestWhatIsNotTheWriters:
    @pytest.mark.parametrize("kind", QUOTES)
    def test_quotes_and_signatures_of_plain_mails_go(self, kind: str) -> None:
        assert read(message(plain=QUOTES[kind]).as_bytes()).text == REPLY

    @pytest.mark.parametrize("kind", RICH)
    def test_and_of_rich_ones(self, kind: str) -> None:
        assert read(message(html=RICH[kind]).as_bytes()).text == REPLY

    def test_answers_between_the_lines_stay(self) -> None:
        body = f"On Tue, 3 Mar 2026, Ann <ann@example.com> wrote:\n> secret question\n\n{REPLY}\n\n> secret too\n\n{WORDS}\n"
        found = read(message(plain=body).as_bytes())
        assert "secret" not in found.text
        assert found.text == f"{REPLY}\n\n{WORDS}"

    @pytest.mark.parametrize("mark", ["---------- Forwarded message ---------", "Begin forwarded message:", "-----Original Message-----"])
    def test_what_was_forwarded_is_what_the_mail_is_about(self, mark: str) -> None:
        made = message(plain=f"Have a look.\n\n{mark}\nFrom: Ann <ann@example.com>\nDate: Tue\nSubject: Bread\nTo: Bob\n\n{WORDS}\n")
        made.replace_header("Subject", "Fwd: Bread")
        found = read(made.as_bytes())
        assert WORDS in found.text
        assert "ann@example.com" not in found.text

    def test_a_line_of_dashes_in_a_long_text_is_none(self) -> None:
        long = "\n\n".join(f"{WORDS} Number {n}." for n in range(30))
        assert "Number 29" in read(message(plain=f"{REPLY}\n\n--\n{long}").as_bytes()).text

    def test_nothing_but_quotes_says_so(self) -> None:
        with pytest.raises(InvalidInput, match="no words of its own"):
            read(message(plain="> secret\n> more\n").as_bytes())


def nested(depth: int) -> bytes:
    lines = [b"From: a@example.com", b"Subject: x", b"MIME-Version: 1.0"]
    for n in range(depth):
        lines += [b"Content-Type: multipart/mixed; boundary=b%d" % n, b"", b"--b%d" % n]
    return b"\r\n".join([*lines, b"Content-Type: text/plain", b"", WORDS.encode()])


def many(count: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nA line of part.\r\n"
    return plain(part * count + b"--b--", b"Content-Type: multipart/mixed; boundary=b")


def bomb() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", bytes(50_000_000))
    made = message(plain=WORDS)
    made.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="bomb.zip")
    return made.as_bytes()


HOSTILE = {
    "10,000 nested parts": lambda: nested(10_000),
    "300 nested parts": lambda: nested(300),
    "10,000 parts": lambda: many(10_000),
    "a header of five megabytes": lambda: plain(WORDS.encode(), b"X-Long: " + b"a;" * 2_500_000),
    "a type of a million parameters": lambda: plain(WORDS.encode(), b"Content-Type: text/plain;" + b' a="b;' * 1_000_000),
    "200,000 headers": lambda: b"X: y\r\n" * 200_000 + plain(WORDS.encode()),
    "a megabyte of encoded words": lambda: plain(WORDS.encode(), b"Subject: " + b"=?utf-8?Q?=C3?= " * 60_000),
    "a boundary of a megabyte": lambda: plain(WORDS.encode(), b'Content-Type: multipart/mixed; boundary="' + b"b" * 1_000_000 + b'"'),
    "zip bomb": bomb,
    "a million quoted lines": lambda: plain(WORDS.encode() + b"\r\n" + b"> x\r\n" * 1_000_000),
    "a million lines that may open a quote": lambda: plain(WORDS.encode() + b"\r\n" + b"On 3 x\r\n" * 200_000),
    "nul bytes": lambda: plain(WORDS.encode() + bytes(100)),
    "HTML of deep tables": lambda: plain(b"<table><tr><td>" * 5_000 + WORDS.encode(), b"Content-Type: text/html"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_mail_is_read_or_refused_in_bounded_time(kind: str) -> None:
    data = HOSTILE[kind]()
    begun = time.monotonic()
    try:
        assert read(data).text
    except CoexaiError as error:
        assert "post.eml" in error.message
    assert time.monotonic() - begun < 60
