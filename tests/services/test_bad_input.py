"""Bad input through the whole house: a clear error on the job, nothing half stored, nothing charged."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from coexai_app import settings
from coexai_app.models import File, Output, Quota
from coexai_app.services import files, jobs_read
from coexai_app.settings import Settings
from coexai_app.views.jobs import JobView
from tests.people import People, do
from tests.work import POST, create, job_id, work_all


def encrypted_pdf() -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("word/document.xml", b"<w:document>" + b"A" * 200_000_000)
    return out.getvalue()


def nested_mail() -> bytes:
    return MAIL + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(10_000))


def protected_sound() -> bytes:
    """The boxes of an MP4 whose one sample entry is encrypted (ISO/IEC 14496-12)."""
    inner = b"enca" + bytes(28)
    box = (len(inner) + 4).to_bytes(4, "big") + inner
    for kind in (b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        body = (bytes(4) + (1).to_bytes(4, "big") if kind == b"stsd" else b"") + box
        box = (len(body) + 8).to_bytes(4, "big") + kind + body
    return b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42" + box


MAIL = b"From: ann@example.com\r\nSubject: Bread\r\nMIME-Version: 1.0\r\n"
TEASER = (
    b'<html><head><title>Bread</title><meta property="article:content_tier" content="locked"></head><body><article><h1>Bread</h1>'
    + b"<p>The bakery threw away a seventh of its bread in January, and nobody knew why. Then Ann bought a clipboard.</p>" * 3
    + b"</article></body></html>"
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200
FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "encrypted PDF": ("lease.pdf", encrypted_pdf, "password"),
    "broken PDF": ("lease.pdf", lambda: b"%PDF-1.7\n1 0 obj\n<</Type/Catalog", ""),
    "DOCX bomb": ("post.docx", word_bomb, ""),
    "picture named PDF": ("lease.pdf", lambda: PNG, "PNG"),
    "random bytes": ("post.md", lambda: bytes(range(256)) * 40, ""),
    "five megabytes of text": ("post.txt", lambda: b"word and another word. " * 230_000, "characters"),
    "white space": ("post.txt", lambda: b" \n\t " * 100, ""),
    "encrypted e-mail": ("news.eml", lambda: MAIL + b"Content-Type: application/pkcs7-mime\r\n\r\nAAAA", "is encrypted"),
    "e-mail of quotes": ("news.eml", lambda: MAIL + b"\r\n> Only what somebody else wrote.\r\n", "no words of its own"),
    "e-mail of 10,000 nested parts": ("news.eml", nested_mail, "nested too deeply"),
    "sound of a store": ("song.m4a", protected_sound, "protected against copying"),
    "paywalled page": ("post.html", lambda: TEASER, "behind a paywall"),
    "no words": ("post.md", lambda: b"```\nprint(1)\n```\n", ""),
}


def upload(people: People, tmp_path: Path, name: str, data: bytes) -> str:
    path = tmp_path / "upload"
    path.write_bytes(data)
    sha = hashlib.sha256(data).hexdigest()
    return do(files.add, people.bob, name=name, content_type="application/octet-stream", path=path, sha256=sha, size=len(data)).id


def ended(people: People, made: JobView) -> JobView:
    work_all()
    return do(jobs_read.get, people.bob, job_id=job_id(made))


def charged(session: Session) -> tuple[int, int, int]:
    session.rollback()
    return (
        sum(session.exec(select(Quota.used)).all()),
        sum(session.exec(select(Quota.reserved)).all()),
        len(session.exec(select(Output)).all()),
    )


@pytest.mark.parametrize("kind", FILES)
def test_a_bad_file_fails_with_its_reason_and_costs_nothing(people: People, session: Session, tmp_path: Path, kind: str) -> None:
    name, make, says = FILES[kind]
    view = ended(people, create(people.bob, file=upload(people, tmp_path, name, make())))
    assert (view.status, view.attempt) == ("failed", 1), view.reason
    assert says in view.reason
    assert "Reference" not in view.reason, "an expected kind of bad input must have a sentence of its own"
    assert charged(session) == (0, 0, 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:22/",
        "http://10.0.0.8/post",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://2130706433/",
        "http://nothing.invalid/post",
        "https://user:pass@example.org/",
    ],
)
def test_an_address_that_must_not_or_cannot_be_read(people: People, session: Session, url: str) -> None:
    from coexai_app.errors import InvalidInput

    try:
        made = create(people.bob, url=url)
    except InvalidInput as error:
        assert "url" in error.details["fields"]
    else:
        view = ended(people, made)
        assert view.status in ("failed", "pending")
        assert view.reason
        assert session.exec(select(File)).all() == []
    assert charged(session)[0] == 0
    assert charged(session)[2] == 0


def test_an_unknown_language_is_done_language_independently(people: People, session: Session) -> None:
    text = "\n\n".join(f"Zorbla kinte mavuro {n} pelindo sarta. Wendi fora lumpa {n * 7} gilda renso tarvi mel." for n in range(1, 12))
    view = ended(people, create(people.bob, text=text))
    assert view.status == "completed", view.reason


class _Refuses(BaseHTTPRequestHandler):
    status = 401

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = (
            b'{"error": {"message": "Incorrect API key provided: sk-canary", "type": "invalid_request_error", "code": "invalid_api_key"}}'
        )
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def refusing_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An instance whose model vendor does not take the key."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refuses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = settings.get().model_dump() | {"openai_api_key": "sk-canary", "openai_base_url": f"http://127.0.0.1:{server.server_port}/v1"}
    changed = Settings(_env_file=None, **config)  # type: ignore[call-arg]
    monkeypatch.setattr(settings, "get", lambda: changed)
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.asvs("V16.5.1")
def test_a_refused_model_key_stops_the_job_says_so_and_is_never_shown(people: People, session: Session, refusing_model: None) -> None:
    view = ended(people, create(people.bob, text=POST))
    assert (view.status, view.attempt) == ("failed", 1)
    assert "key" in view.reason
    assert "sk-canary" not in view.model_dump_json()
    assert charged(session) == (0, 0, 0)
