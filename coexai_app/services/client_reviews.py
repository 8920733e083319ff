"""What a client does who has a link and no account: look, comment, say yes or ask for changes. Called by the link's page and its forms.

Whoever holds the token is the client: nothing but the one result, and the conversation of this link, is reached with it. Links that are
over say so; one that never was, or whose organisation is gone, says nothing more.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from coexai_app import agents, db, live
from coexai_app.agents.report import ClaimStatus, Report
from coexai_app.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from coexai_app.models import ClientLink, Comment, Membership, Organization, Output, OutputStatus, ReviewEvent, ReviewStep, User
from coexai_app.models.base import now
from coexai_app.services import (
    account_fields,
    audit,
    client_links,
    output_changes,
    output_versions,
    outputs,
    remarks,
    review_mails,
    sealing,
    throttle,
    webhook_events,
)
from coexai_app.services.person import hash_of
from coexai_app.services.throttle import Policy
from coexai_app.views import parts as part_view
from coexai_app.views.base import moment
from coexai_app.views.reviews import ClientComment, ClientReview, ClientThread

LONGEST_REASON: Final = 1_000
SEEN_SECONDS: Final = 60.0
_GROWING: Final = (5.0, 15.0, 60.0, 300.0, 900.0)
# Tries at the passcode of one link, whoever makes them; and all that comes through one link.
PASSCODES: Final = Policy("review-passcodes", 5, _GROWING, 3_600)
ANSWERS: Final = Policy("review-answers", 30, _GROWING, 3_600)
_WAIT: Final = "That were many tries. Nothing was changed; try again in {wait}."


class PasscodeNeeded(Unauthenticated):
    """The link has a passcode that this browser has not given."""

    code = "PASSCODE_NEEDED"


class WrongPasscode(Unauthenticated):
    """The passcode is wrong. That it was tried is kept."""

    code = "WRONG_PASSCODE"
    keeps = True


@dataclass(frozen=True, slots=True)
class _Open:
    link: ClientLink
    output: Output
    organization: Organization


@db.reads
def look(session: Session, *, token: str, proof: str = "") -> ClientReview:
    """What the page shows. Without the `proof` of a passcode that is needed, only whose link it is. Raises NotFound and Conflict."""
    found = _found(session, token)
    link, row, organization = found.link, found.output, found.organization
    if not _proved(link, proof):
        return ClientReview(locked=True, organization=organization.name)
    report = _shown(session, found)
    output = agents.output_of(report)
    statuses = [claim.status for claim in report.claims]
    why_not = _why_not(found)
    parts = part_view.parts(report.model_copy(update={"claims": ()}), output.parts(), ())
    return ClientReview(
        locked=False,
        organization=organization.name,
        name=link.name,
        title=row.title,
        kind=agents.names(row.agent, row.capability)[1],
        parts=parts,
        groups=part_view.groups(parts),
        linked=statuses.count(ClaimStatus.SUPPORTED),
        kept=statuses.count(ClaimStatus.OVERRIDDEN),
        unsupported=statuses.count(ClaimStatus.UNSUPPORTED),
        source_name=report.source.name or report.source.title or "The source",
        checks_passed=sum(check.status == "pass" for check in report.checks),
        checks=len(report.checks),
        threads=_threads(session, found, organization.timezone),
        status=row.status.value,
        answer=_answer(session, link, organization.timezone),
        can_answer=not why_not,
        why_not=why_not,
        until=moment(link.expires_at, organization.timezone),
    )


def opened(session: Session, *, token: str, proof: str = "") -> None:
    """Notes that the link was opened; the first time stands in the audit log."""
    found = _found(session, token)
    if not _proved(found.link, proof):
        return
    first = found.link.seen_at is None
    due = or_(col(ClientLink.seen_at).is_(None), col(ClientLink.seen_at) < db.utcnow(-SEEN_SECONDS))
    seen = update(ClientLink).where(col(ClientLink.id) == found.link.id, due).values(seen_at=db.utcnow())
    if db.changed(session, seen.execution_options(synchronize_session=False)) == 1 and first:
        audit.record(session, "client_link.opened", **_of(found))
        live.publish(session, found.link.organization_id, "client_link.opened", found.output.id)


def unlock(session: Session, *, token: str, passcode: str) -> str:
    """The proof that this browser knows the passcode. Raises WrongPasscode, and RateLimited for tries that come too early."""
    found = _found(session, token)
    link = found.link
    throttle.take(session, PASSCODES, str(link.id), _WAIT)
    given = client_links.passcode_hashes(link.id, passcode.strip()[: 2 * client_links.LONGEST_PASSCODE])
    if not any(hmac.compare_digest(one, link.passcode_hash) for one in given):
        audit.record(session, "client_link.refused", **_of(found))
        raise WrongPasscode("This passcode is not right. Ask whoever sent you the link.")
    throttle.forget(session, PASSCODES, str(link.id))
    return _proof(link)


def comment(
    session: Session,
    *,
    token: str,
    proof: str = "",
    name: str,
    text: str,
    part: int | None = None,
    thread_id: UUID | None = None,
) -> None:
    """A remark under the name that the client types; on the whole, on a part, or as an answer in a thread of this link.

    Raises InvalidInput with the field, PasscodeNeeded, RateLimited, NotFound and Conflict.
    """
    found = _entered(session, token, proof)
    link, row = found.link, found.output
    called, said = _name(name), remarks.text(text)
    remarks.make_room(session, row)
    new = Comment(
        organization_id=row.organization_id,
        output_id=row.id,
        client_link_id=link.id,
        name=called,
        version=row.content_version if link.follows else link.version,
        text=said,
    )
    if thread_id is not None:
        new.thread_id = _own_thread(session, link, thread_id)
    elif part is not None:
        parts = agents.output_of(_shown(session, found)).parts()
        new.part, new.start, new.quote = remarks.anchor(parts, part, 0, "")
    session.add(new)
    session.flush()
    review_mails.answered(session, row, link, called, "commented on", said)
    webhook_events.note(session, row.organization_id, "output.commented", new.id)
    audit.record(session, "comment.added", user_name=f"{called} (client)", comment=str(new.id), **_of(found))
    live.publish(session, row.organization_id, "comment.added", row.id)


def approve(session: Session, *, token: str, proof: str = "", name: str) -> None:
    """The client's yes to the words that the link shows. It counts as the yes of whoever made the link.

    Raises Conflict when the words have changed since, when it is not in review any more, or when it cannot be approved.
    """
    found = _entered(session, token, proof)
    called = _name(name)
    row = _judging(session, found)
    outputs.require_ready(Report.model_validate(row.report))
    row.status, row.approved_by, row.approved_at = OutputStatus.APPROVED, None, now()
    output_changes.step(session, row, ReviewStep.APPROVED, link=found.link, name=called)
    output_changes.moved(session, row, "output.approved")
    webhook_events.note(session, row.organization_id, "output.approved", row.id)
    review_mails.answered(session, row, found.link, called, "approved", "")
    audit.record(session, "output.approved", user_name=f"{called} (client)", version=row.version, **_of(found))


def ask_for_changes(session: Session, *, token: str, proof: str = "", name: str, reason: str) -> None:
    """The client's no, with the reason. Raises as `approve` does, and InvalidInput without a reason."""
    found = _entered(session, token, proof)
    called = _name(name)
    words = remarks.text(reason, field="reason", most=LONGEST_REASON)
    row = _judging(session, found)
    row.status = OutputStatus.REJECTED
    output_changes.step(session, row, ReviewStep.REJECTED, link=found.link, name=called, reason=words)
    output_changes.moved(session, row, "output.rejected")
    webhook_events.note(session, row.organization_id, "output.rejected", row.id)
    review_mails.answered(session, row, found.link, called, "asked for changes of", words)
    audit.record(session, "output.rejected", user_name=f"{called} (client)", version=row.version, reason=words, **_of(found))


def _found(session: Session, token: str) -> _Open:
    """What an open link leads to."""
    unknown = NotFound("This link is not valid. Copy all of it, or ask whoever sent it for a new one.")
    if not client_links.TOKEN.fullmatch(token):
        raise unknown
    wanted = (
        select(ClientLink, Output, Organization)
        .join(Output, col(Output.id) == ClientLink.output_id)
        .join(Organization, col(Organization.id) == ClientLink.organization_id)
        .where(ClientLink.token_hash == hash_of(token), col(Organization.deleted_at).is_(None), _somebody_is_there())
    )
    found = session.exec(wanted).first()
    if found is None:
        raise unknown
    link, output, organization = found
    if link.revoked_at is not None:
        raise Conflict("This link was taken back. Ask whoever sent it for a new one.", reason="revoked")
    if link.expires_at <= db.now(session):
        raise Conflict("This link is too old. Ask whoever sent it for a new one.", reason="expired")
    return _Open(link, output, organization)


def _somebody_is_there() -> ColumnElement[bool]:
    """Whether the organisation has anybody left whose account is not in the trash: a link outlives its maker, not the last of them."""
    here = select(Membership.id).join(User, col(User.id) == Membership.user_id)
    return here.where(Membership.organization_id == Organization.id, col(User.disabled_at).is_(None)).exists()


def _entered(session: Session, token: str, proof: str) -> _Open:
    """The same for whoever wants to say something: with the passcode, at a human pace."""
    found = _found(session, token)
    if not _proved(found.link, proof):
        raise PasscodeNeeded("Give the passcode first.")
    throttle.take(session, ANSWERS, str(found.link.id), _WAIT)
    return found


def _judging(session: Session, found: _Open) -> Output:
    """The result, held, if this link's answer still counts. Raises Conflict."""
    held: dict[str, Any] = {"with_for_update": True, "populate_existing": True}
    row = session.get_one(Output, found.output.id, **held)
    link = session.get_one(ClientLink, found.link.id, **held)
    if link.revoked_at is not None:
        raise Conflict("This link was taken back. Ask whoever sent it for a new one.", reason="revoked")
    if why := _why_not(_Open(link, row, found.organization)):
        raise Conflict(why)
    return row


def _why_not(found: _Open) -> str:
    """Why no answer is wanted; empty when one is."""
    link, row = found.link, found.output
    if row.status is OutputStatus.APPROVED:
        return "This is approved already. Thank you."
    if row.status is OutputStatus.REJECTED:
        return "Changes were asked for. You get another link, or this one shows them, when they are made."
    if not link.follows and link.version != row.content_version:
        return "The text was changed after this link was made. Ask for a new one to answer."
    if row.status is not OutputStatus.IN_REVIEW:
        return "The team is still at work on it. You can answer when they are done."
    return ""


def _shown(session: Session, found: _Open) -> Report:
    link, row = found.link, found.output
    return output_versions.at(session, row, row.content_version if link.follows else link.version)


def _proved(link: ClientLink, proof: str) -> bool:
    return not link.passcode_hash or hmac.compare_digest(proof.encode(), _proof(link).encode())


def _proof(link: ClientLink) -> str:
    """Holds for this link and this passcode, and says nothing of either."""
    return hmac.new(sealing.derived("review-proofs"), f"{link.id}.{link.passcode_hash}".encode(), hashlib.sha256).hexdigest()


def _name(value: str) -> str:
    if called := account_fields.clean(value)[:100]:
        return called
    raise InvalidInput("Tell the team your name.", field="name")


def _own_thread(session: Session, link: ClientLink, thread_id: UUID) -> UUID:
    """A thread that a client began through this very link. Raises NotFound."""
    mine = select(Comment.id).where(Comment.id == thread_id, Comment.client_link_id == link.id, col(Comment.thread_id).is_(None))
    if session.exec(mine).first() is None:
        raise NotFound("This conversation does not exist.")
    return thread_id


def _threads(session: Session, found: _Open, tz: str) -> tuple[ClientThread, ...]:
    """The conversation of this link: threads that began through it, with the team's answers."""
    parts = agents.output_of(_shown(session, found)).parts()
    mine = [(root, replies) for root, replies in remarks.threads(session, found.output) if root.client_link_id == found.link.id]
    names = remarks.names(session, [one for root, replies in mine for one in (root, *replies)])

    def told(one: Comment) -> ClientComment:
        by = one.name or (names.get(one.user_id, "") if one.user_id else "") or found.organization.name
        text = "This comment was deleted." if one.deleted_at else one.text
        return ClientComment(by=by, team=not one.name, at=moment(one.created_at, tz), text=text)

    return tuple(
        ClientThread(
            id=str(root.id),
            place=remarks.place(parts, root).label,
            resolved=root.resolved_at is not None,
            comments=tuple(told(one) for one in (root, *replies)),
        )
        for root, replies in mine
    )


def _answer(session: Session, link: ClientLink, tz: str) -> str:
    """What was answered through this link last, as a sentence; empty before."""
    last = select(ReviewEvent).where(ReviewEvent.client_link_id == link.id, ReviewEvent.name != "").order_by(col(ReviewEvent.id).desc())
    row = session.exec(last).first()
    if row is None:
        return ""
    did = "approved this" if row.step is ReviewStep.APPROVED else "asked for changes"
    return f"{row.name} {did}, {moment(row.created_at, tz)}"


def _of(found: _Open) -> dict[str, Any]:
    row = found.output
    return {
        "organization_id": row.organization_id,
        "target": str(row.id),
        "target_name": row.title,
        "client": found.link.name,
        "client_link": str(found.link.id),
    }
