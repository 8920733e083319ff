"""Log-ins from a device that is new for the person: they are told by mail. Called wherever a session or a family of tokens begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from coexai_app import db, origin
from coexai_app.models import MailKind, SeenDevice, User
from coexai_app.services import mail, sealing
from coexai_app.views.device import device

FORGET_DAYS: Final = 90
# A provider moves its customers around within such a part of the net; a mail each time would be read by nobody.
_PREFIX: Final = {4: 24, 6: 48}
# Marks that are kept for a person: a client that makes up a new name each time must not fill the table.
MAX_MARKS: Final = 100


def note(session: Session, user: User, *, at: datetime, ip: str = "", user_agent: str = "") -> None:
    """Remembers the device; tells the person when it was not seen for FORGET_DAYS, unless this is their first log-in ever.

    Over the limit of such mails nothing is sent, and the log-in goes on: the person has been told often enough by then.
    """
    db.serialize(session, f"devices:{user.id}")
    wanted = _marks(user, ip, user_agent)
    known = session.exec(select(SeenDevice).where(SeenDevice.user_id == user.id).order_by(col(SeenDevice.seen_at).desc())).all()
    same = next((row for row in known if row.mark in wanted), None)
    fresh = same is not None and same.seen_at > at - timedelta(days=FORGET_DAYS)
    if same is not None:
        same.seen_at = at
    else:
        session.add(SeenDevice(user_id=user.id, mark=wanted[0], seen_at=at))
        if surplus := [row.id for row in known[MAX_MARKS - 1 :]]:
            session.execute(delete(SeenDevice).where(col(SeenDevice.id).in_(surplus)))
    session.flush()
    if known and not fresh:
        _tell(session, user, at, ip, user_agent)


def _tell(session: Session, user: User, at: datetime, ip: str, user_agent: str) -> None:
    data = {"url": "/settings/security", "when": at, "device": device(user_agent), "ip": ip}
    try:
        key = f"sign-in:{user.id}:{_marks(user, ip, user_agent)[0][:16]}:{at.isoformat()}"
        mail.send(session, kind=MailKind.NEW_SIGN_IN, to=user.email, data=data, once_key=key, user_id=user.id)
    except mail.Refused:
        return


def _marks(user: User, ip: str, user_agent: str) -> list[str]:
    """The keyed hashes of a browser on a system, and of the part of the net that it is in. A new version of a browser is no new device."""
    text = f"{user.id}\n{device(user_agent)}\n{_net(ip)}"
    return [mac.hex() for mac in sealing.macs("seen devices", text.encode("utf-8", "surrogatepass"))]


def _net(ip: str) -> str:
    known = origin.address(ip)
    return str(ip_network(f"{known}/{_PREFIX[ip_address(known).version]}", strict=False)) if known else ""
