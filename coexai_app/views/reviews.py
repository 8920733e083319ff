"""What pages show around a result: its versions, the threads of comments, the steps to a yes, and links for clients."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from coexai_app.models import ClientLink, OutputVersion, ReviewEvent, ReviewStep
from coexai_app.views.base import View, moment
from coexai_app.views.differences import PartDifference
from coexai_app.views.parts import GroupView, PartView


class VersionRow(View):
    """One version. `by` did `what` ("Bob Birch", "edited"); `current`: it is how the result is now."""

    version: int
    by: str
    what: str
    icon: str
    note: str
    at: str
    score: int
    max_score: int
    current: bool
    approved: bool = False
    can_restore: bool = False


class VersionView(VersionRow):
    """A version with its parts, and how the words went from it to what is there now."""

    parts: tuple[PartView, ...]
    differences: tuple[PartDifference, ...]
    changed: int


class CommentView(View):
    """One remark. `text` is empty for one that was deleted; `client`: it came through a link."""

    id: str
    by: str
    user_id: str
    client: bool
    at: str
    text: str
    edited: bool
    deleted: bool
    can_edit: bool
    can_delete: bool


class ThreadView(View):
    """A remark with its answers. `part` is the part that it stands at now, -1 for the whole; `lost`: its words are not there any more."""

    id: str
    part: int
    place: str
    quote: str
    start: int
    lost: bool
    shared: bool
    resolved: bool
    resolved_by: str
    comments: tuple[CommentView, ...]
    can_resolve: bool
    can_reply: bool = True


class StepView(View):
    """A step of the review, newest first in lists. `tone` is the tone of its chip."""

    by: str
    client: bool
    what: str
    tone: str
    icon: str
    reason: str
    version: int
    at: str


class LinkRow(View):
    """A link for a client. `state` is open, expired or revoked; `shows` says which version it leads to."""

    id: str
    name: str
    by: str
    state: str
    word: str
    tone: str
    icon: str
    shows: str
    passcode: bool
    made: str
    until: str
    seen: str
    can_revoke: bool


class NewLink(View):
    """A link that was just made. `url` is shown once: only its hash is kept."""

    row: LinkRow
    url: str


class ReviewView(View):
    """Everything around one result, as its page shows it. `open_at` is how many open threads stand at each part."""

    versions: tuple[VersionRow, ...]
    threads: tuple[ThreadView, ...]
    open_threads: int
    open_at: tuple[int, ...]
    steps: tuple[StepView, ...]
    links: tuple[LinkRow, ...]
    names: tuple[str, ...]
    can_comment: bool
    can_request: bool
    can_withdraw: bool
    can_reject: bool
    can_share: bool
    why_no_share: str = ""


class ClientComment(View):
    """A remark as the client sees it: their own, or an answer from the team."""

    by: str
    team: bool
    at: str
    text: str


class ClientThread(View):
    id: str
    place: str
    resolved: bool
    comments: tuple[ClientComment, ...]


class ClientReview(View):
    """The page of a client's link. With `locked` nothing but the organisation's name is told until the passcode is given."""

    locked: bool
    organization: str
    name: str = ""
    title: str = ""
    kind: str = ""
    parts: tuple[PartView, ...] = ()
    groups: tuple[GroupView, ...] = ()
    checks_passed: int = 0
    checks: int = 0
    linked: int = 0
    kept: int = 0
    unsupported: int = 0
    source_name: str = ""
    threads: tuple[ClientThread, ...] = ()
    status: str = ""
    answer: str = ""
    can_answer: bool = False
    why_not: str = ""
    until: str = ""


Told = tuple[str, str]
CHANGES: Final[Mapping[str, Told]] = MappingProxyType(
    {
        "made": ("pen-line", "wrote it"),
        "earlier": ("pencil", "changed before versions were kept"),
        "edited": ("pencil", "edited"),
        "claim_removed": ("trash-2", "removed a claim"),
        "claim_kept": ("flag", "kept a claim"),
        "fixed": ("wrench", "applied a fix"),
        "restored": ("rotate-ccw", "restored"),
    }
)
LINK_CHIPS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {"open": ("Open", "ok", "link"), "revoked": ("Revoked", "dash", "ban"), "expired": ("Expired", "dash", "clock")}
)
STEPS: Final[Mapping[ReviewStep, tuple[str, str, str]]] = MappingProxyType(
    {
        ReviewStep.REQUESTED: ("mark", "eye", "asked for a review"),
        ReviewStep.WITHDRAWN: ("dash", "undo-2", "took it back from review"),
        ReviewStep.APPROVED: ("ok", "check", "approved"),
        ReviewStep.REJECTED: ("bad", "message-square", "asked for changes"),
        ReviewStep.REOPENED: ("dash", "rotate-ccw", "reopened"),
        ReviewStep.CHANGED: ("dash", "pencil", "changed it, so it is a draft again"),
    }
)


def version_row(row: OutputVersion, by: str, tz: str, *, current: bool, approved: bool, may_restore: bool) -> VersionRow:
    icon, what = CHANGES.get(row.change, ("pencil", row.change))
    return VersionRow(
        version=row.version,
        by=by,
        what=what,
        icon=icon,
        note=row.note,
        at=moment(row.created_at, tz),
        score=row.points,
        max_score=row.max_points,
        current=current,
        approved=approved,
        can_restore=may_restore and not current,
    )


def step(row: ReviewEvent, by: str, tz: str) -> StepView:
    tone, icon, what = STEPS[row.step]
    return StepView(
        by=by,
        client=bool(row.name),
        what=what,
        tone=tone,
        icon=icon,
        reason=row.reason,
        version=row.version,
        at=moment(row.created_at, tz),
    )


def link_state(row: ClientLink, at: datetime) -> str:
    """A key of LINK_CHIPS."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= at else "open"


def link_row(row: ClientLink, by: str, tz: str, at: datetime, *, may_revoke: bool) -> LinkRow:
    """`at` is the database's time: whether the link is over is judged by its clock."""
    state = link_state(row, at)
    word, tone, icon = LINK_CHIPS[state]
    return LinkRow(
        id=str(row.id),
        name=row.name,
        by=by,
        state=state,
        word=word,
        tone=tone,
        icon=icon,
        shows="Follows changes" if row.follows else f"Version {row.version}",
        passcode=bool(row.passcode_hash),
        made=moment(row.created_at, tz),
        until=moment(row.expires_at, tz),
        seen=moment(row.seen_at, tz),
        can_revoke=may_revoke and state == "open",
    )
