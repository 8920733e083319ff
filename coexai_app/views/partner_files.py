"""Files as the API answers them, and tickets to put one straight into the store."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from coexai_app.models import File
from coexai_app.views.base import View


class PartnerFile(View):
    """A file of the organisation. Its `id` goes into the `file` field of a job's input."""

    id: UUID
    name: str = Field(examples=["post.docx"])
    content_type: str = Field(examples=["text/markdown"])
    size: int = Field(examples=[34120])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    job_id: UUID | None = Field(description="Set for what a coworker kept while it worked.")
    created_at: datetime


class UploadTicket(View):
    """Where to `PUT` the bytes, with exactly these headers, and the ticket that completes the upload afterwards."""

    url: str = Field(examples=["https://bucket.s3.example.com/uploads/…?X-Amz-Signature=…"])
    method: str = "PUT"
    headers: dict[str, str] = Field(examples=[{"Content-Type": "text/markdown", "Content-Length": "34120"}])
    ticket: str
    expires_at: datetime


def file(row: File) -> PartnerFile:
    return PartnerFile(
        id=row.id,
        name=row.name,
        content_type=row.content_type,
        size=row.size,
        sha256=row.sha256,
        job_id=row.job_id,
        created_at=row.created_at,
    )
