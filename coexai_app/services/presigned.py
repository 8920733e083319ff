"""Uploads that go straight into an S3-compatible store: a signed address, and afterwards a look at what arrived.

The ticket in between says what was promised; it is sealed, so nothing has to be stored for an upload that never comes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict, InvalidInput
from coexai_app.integrations.storage import store
from coexai_app.models import File
from coexai_app.models.base import new_id
from coexai_app.services import audit, files, sealing
from coexai_app.views import partner_files as view
from coexai_app.views.partner_files import PartnerFile, UploadTicket

SECONDS: Final = 900
_PURPOSE: Final = "uploads"


@db.reads
def begin(session: Session, actor: Actor, *, name: str, size: int, content_type: str) -> UploadTicket:
    """A signed address for a file of exactly this size. Raises Conflict when files are not kept in such a store, and as `files.add`."""
    access.require(actor, Permission.ADD_FILE)
    files.check_kind(name)
    files.check_size(actor, size)
    if size < 1:
        raise InvalidInput("This file is empty. Add one with something in it.", field="size")
    file_id, until = new_id(), db.now(session) + timedelta(seconds=SECONDS)
    headers = {"Content-Type": content_type, "Content-Length": str(size)}
    url = store().presign(files.key(actor, file_id), size=size, content_type=content_type, seconds=SECONDS)
    if url is None:
        raise Conflict("This instance keeps files in a folder. Send the file to POST /api/v1/files, as multipart/form-data.")
    promised = {"id": str(file_id), "name": files.safe_name(name), "size": size, "type": content_type, "until": until.isoformat()}
    sealed = sealing.seal(json.dumps(promised).encode(), purpose=_PURPOSE, bound_to=_owner(actor))
    return UploadTicket(url=url, headers=headers, ticket=base64.urlsafe_b64encode(sealed).decode(), expires_at=until)


def complete(session: Session, actor: Actor, *, ticket: str) -> PartnerFile:
    """Makes the file of an upload that arrived. A second time answers the same file.

    Raises InvalidInput for a ticket that is not this caller's or too old, NotFound while the bytes are not there, Conflict when their size
    is another one than promised.
    """
    access.require(actor, Permission.ADD_FILE)
    try:
        promised = json.loads(sealing.unseal(base64.urlsafe_b64decode(ticket), purpose=_PURPOSE, bound_to=_owner(actor)))
    except (sealing.SealBroken, ValueError):
        raise InvalidInput("This upload ticket is not valid. Ask for a new one.", field="ticket") from None
    file_id = UUID(promised["id"])
    db.serialize(session, f"upload:{file_id}")
    if (known := session.get(File, file_id)) is not None:
        return view.file(known)
    if datetime.fromisoformat(promised["until"]) + timedelta(seconds=SECONDS) < db.now(session):
        raise InvalidInput("This upload ticket is too old. Ask for a new one.", field="ticket")
    digest, size = hashlib.sha256(), 0
    for part in store().parts(files.key(actor, file_id)):
        digest.update(part)
        size += len(part)
        if size > promised["size"]:
            break
    if size != promised["size"]:
        raise Conflict("The file in the store has another size than was promised. Ask for a new upload.")
    row = File(
        id=file_id,
        organization_id=actor.organization_id,
        user_id=actor.user_id,
        name=promised["name"],
        content_type=promised["type"],
        size=size,
        sha256=digest.hexdigest(),
        key=files.key(actor, file_id),
    )
    session.add(row)
    session.flush()
    audit.record(session, "file.added", actor=actor, target=str(row.id), target_name=row.name, size=row.size)
    return view.file(row)


def _owner(actor: Actor) -> str:
    return f"{actor.organization_id}:{actor.user_id}"
