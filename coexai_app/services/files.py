"""Files: added by people through the upload endpoint, or kept by agents as a snapshot of what they read."""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session, select

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract import duration
from coexai_app.integrations.storage import store
from coexai_app.models import File
from coexai_app.models.base import new_id
from coexai_app.plans import MEGABYTE
from coexai_app.services import audit
from coexai_app.views import partner_files
from coexai_app.views.files import FileView
from coexai_app.views.partner_files import PartnerFile

ACCEPTED: Final = frozenset(
    {"pdf", "docx", "md", "markdown", "txt", "text", "html", "htm", "xhtml", "eml", "srt", "vtt", "mp3", "mp4", "m4a", "wav"}
)


def check_kind(name: str) -> None:
    """Raises InvalidInput for a kind of file that no coworker reads. What is truly inside is looked at when it is read."""
    suffix = safe_name(name).rpartition(".")[2].lower()
    if suffix not in ACCEPTED:
        raise InvalidInput(
            f"{safe_name(name)} is not a kind of file that can be read. Add a Word, PDF, Markdown, HTML or text file, an e-mail "
            "(EML), subtitles (SRT, VTT), audio or video (MP3, MP4, M4A, WAV).",
            field="file",
        )


def check_size(actor: Actor, size: int) -> None:
    """Raises TooLarge with the plan's limit; called for every chunk of an upload, so nothing larger is ever stored."""
    limit = actor.plan.max_file_bytes
    if size > limit:
        raise TooLarge(
            f"This file is larger than {limit // MEGABYTE} MB, the limit of the {actor.plan.label} plan. Add a smaller one.", field="file"
        )


def add(session: Session, actor: Actor, *, name: str, content_type: str, path: Path, sha256: str, size: int) -> FileView:
    """Stores an uploaded file. The row exists only if the bytes are in the store."""
    access.require(actor, Permission.ADD_FILE)
    check_kind(name)
    check_size(actor, size)
    if size == 0:
        raise InvalidInput("This file is empty. Add one with something in it.", field="file")
    file = File(
        organization_id=actor.organization_id,
        user_id=actor.user_id,
        name=safe_name(name),
        content_type=content_type[:128] or "application/octet-stream",
        size=size,
        seconds=duration.of(path),
        sha256=sha256,
        key="",
    )
    file.key = key(actor, file.id)
    store().put(file.key, path, file.content_type)
    session.add(file)
    session.flush()
    audit.record(session, "file.added", actor=actor, target=str(file.id), target_name=file.name, size=file.size)
    return FileView.from_row(file)


def key(actor: Actor, file_id: UUID) -> str:
    """Where the bytes of a person's file are in the store."""
    return f"uploads/{actor.organization_id}/{file_id}"


@db.reads
def get(session: Session, actor: Actor, *, file_id: UUID) -> FileView:
    access.require(actor, Permission.VIEW_FILES)
    return FileView.from_row(access.one(session, select(File).where(File.id == file_id), actor, "file"))


@db.reads
def described(session: Session, actor: Actor, *, file_id: UUID) -> PartnerFile:
    """One file as the API's clients see it. Raises NotFound."""
    access.require(actor, Permission.VIEW_FILES)
    return partner_files.file(access.one(session, select(File).where(File.id == file_id), actor, "file"))


def keep(session: Session, *, organization_id: UUID, job_id: UUID, name: str, content_type: str, data: bytes) -> None:
    """Stores what an agent kept for a job, such as the page as it was read. Called by the worker, which acts for the organisation."""
    file = File(
        id=new_id(),
        organization_id=organization_id,
        job_id=job_id,
        name=safe_name(name),
        content_type=content_type[:128],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        key="",
    )
    file.key = f"artifacts/{organization_id}/{job_id}/{file.id}"
    with tempfile.NamedTemporaryFile() as part:
        part.write(data)
        part.flush()
        store().put(file.key, Path(part.name), file.content_type)
    session.add(file)


def safe_name(name: str) -> str:
    """The last part of a client's file name, printable, at most 200 characters, never empty."""
    base = re.split(r"[\\/]", name)[-1]
    clean = "".join(c for c in base if c.isprintable()).strip(" .")
    return clean[-200:] or "file"
