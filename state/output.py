"""One output: read, edit, resolve claims, the way to a yes. The output page and Maya's workspace both show this state; what is said around
the output is in `review.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from coexai_app.agents.parts import Words
from coexai_app.errors import Conflict, InvalidInput, NotFound
from coexai_app.services import jobs_read, output_versions, outputs, outputs_read, reviews
from coexai_app.views.base import View
from coexai_app.views.outputs import OutputView
from coexai_app.views.parts import full_names
from coexai_app.views.steps import StepView
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action
from state.review import ReviewState


class Draft(View):
    """A part under edit. `key` stays with its text field while parts move, so nothing typed is lost; below the number of parts that there
    were it is the index of the part that it was. `fold` is how much of it is seen before "see more", 0 for all. `group` is the text that it
    belongs to; `head` names it where it begins, empty elsewhere and where there is one text only."""

    key: int
    text: str
    kind: str = "post"
    name: str = ""
    limit: int = 0
    fold: int = 0
    focus: bool = False
    group: str = ""
    head: str = ""


class OutputState(AppState):
    """The report as JSON is large: it comes into `raw` when somebody looks at it, and `output` goes without it.

    `refused` is what was wrong with an edit (`refused_claim` -1) or with the reason for a claim; it stands where the person typed.
    `refused_review` is what was wrong with a note or a reason of the review; `review_key` closes its dialogs when it changes.
    """

    _live = True

    output: OutputView | None = None
    raw: str = ""
    steps: tuple[StepView, ...] = ()
    missing: bool = False
    editing: bool = False
    saving: bool = False
    drafts: tuple[Draft, ...] = ()
    refused: str = ""
    refused_claim: int = -1
    refused_review: str = ""
    review_key: int = 0

    @action(role="viewer")
    async def load(self) -> None:
        await self._open(route.last(self.router.url))

    @action(role="member")
    async def edit(self) -> None:
        self._edit(0)

    @action(role="member")
    async def edit_part(self, part: int) -> None:
        """The same, with the caret in one part."""
        self._edit(part)

    @action(role="member")
    async def leave(self) -> None:
        self._stop_editing()

    @action(role="member")
    async def add_post(self, after: int) -> None:
        """A new empty post behind the draft with this key."""
        place = self._place(after) + 1
        if place and self.output and len(self.drafts) < self.output.most_parts:
            like = self.drafts[place - 1]
            key = max(len(self.output.parts), *(draft.key + 1 for draft in self.drafts))
            new = like.model_copy(update={"key": key, "text": "", "name": "New part", "focus": True})
            self._lay((*self.drafts[:place], new, *self.drafts[place:]))

    @action(role="member")
    async def drop_post(self, key: int) -> None:
        if len(self.drafts) > 1:
            self._lay([draft for draft in self.drafts if draft.key != key])

    @action(role="member")
    async def move_post(self, key: int, by: int) -> None:
        drafts, place = list(self.drafts), self._place(key)
        if place >= 0 and 0 <= place + by < len(drafts):
            drafts.insert(place + by, drafts.pop(place))
            self._lay(drafts)

    @action(role="member")
    async def save(self, form: Form) -> AsyncIterator[None]:
        self.saving, self.refused_claim = True, -1
        yield
        sent = texts(form)
        old = len(self.output.parts) if self.output else 0
        words = [Words(sent.get(f"post-{d.key}", d.text), d.key if d.key < old else None) for d in self.drafts]
        try:
            if await self._change(outputs.edit, parts=words):
                self._stop_editing()
                self._say("Saved")
        except Conflict as error:
            await self._meet(error)
        finally:
            self.saving = False

    @action(role="member")
    async def remove_claim(self, claim: int) -> None:
        if await self._change(outputs.remove_claim, claim=claim):
            self._say("Sentence removed")

    @action(role="member")
    async def keep_claim(self, form: Form) -> None:
        sent = texts(form)
        claim = sent.get("claim", "")
        if claim.isascii() and claim.isdigit() and len(claim) < 7:
            self.refused_claim = int(claim)
            await self._change(outputs.override, claim=int(claim), reason=sent.get("reason", ""))

    @action(role="member")
    async def approve(self) -> None:
        if await self._change(outputs.approve):
            self._say("Approved")

    @action(role="member")
    async def reopen(self) -> None:
        if await self._change(outputs.reopen):
            self._say("Reopened")

    @action(role="member")
    async def apply_fix(self, check: str, finding: int) -> None:
        if await self._change(outputs.apply_fix, check=check, finding=finding):
            self._say("Fixed")

    @action(role="member")
    async def restore(self, of_version: int) -> None:
        if await self._change(output_versions.restore, of_version=of_version):
            self._say(f"Version {of_version} is back")

    @action(role="member")
    async def request_review(self, form: Form) -> None:
        await self._review(reviews.request, "In review", note=texts(form).get("note", ""))

    @action(role="member")
    async def withdraw(self) -> None:
        await self._review(reviews.withdraw, "Taken back")

    @action(role="member")
    async def reject(self, form: Form) -> None:
        await self._review(reviews.reject, "Sent back", reason=texts(form).get("reason", ""))

    @action(role="viewer")
    async def show_raw(self) -> None:
        if self.output and not self.raw:
            self.raw = (await self._call(outputs_read.get, output_id=route.ident(self.output.id))).raw

    async def _open(self, output_id: str) -> None:
        """Shows this output as it is now, or nothing for an empty id.

        A page loads again when its connection comes back; an editor that is open then stays, on the version that it began with.
        """
        if not self.output or self.output.id != output_id:
            self.output, self.raw, self.missing = None, "", False
            self._stop_editing()
        if output_id and not self.editing:
            await self._read(output_id)

    async def _read(self, output_id: str) -> None:
        try:
            view = await self._call(outputs_read.get, output_id=route.ident(output_id))
        except NotFound:
            self.output, self.missing = None, True
            return
        self.missing = False
        await self._around(view)
        if not self.output:
            self.steps = (await self._call(jobs_read.get, job_id=route.ident(view.job_id))).steps
        self._keep(view)

    def _keep(self, view: OutputView) -> None:
        lean = view.model_copy(update={"raw": ""})
        if lean != self.output:
            self.output, self.raw = lean, view.raw if self.raw else ""

    async def _change(self, service: Any, **change: Any) -> bool:
        """Changes the version that is on screen; True when it was accepted. Raises Conflict when somebody changed it."""
        if not self.output:
            return False
        try:
            view: OutputView = await self._call(service, output_id=route.ident(self.output.id), version=self.output.version, **change)
        except InvalidInput as error:
            self.refused = error.message
            return False
        self._keep(view)
        await self._around(view)
        self.refused = ""
        return True

    async def _review(self, service: Any, done: str, **change: Any) -> None:
        """A step of the review; what is wrong with its words stands in the dialog, which stays open."""
        self.refused_claim, self.refused_review = -1, ""
        if await self._change(service, **change):
            self.review_key += 1
            self._say(done)
        else:
            self.refused_review, self.refused = self.refused, ""

    async def _around(self, view: OutputView) -> None:
        await (await self.get_state(ReviewState))._show(view.id)

    def _edit(self, focus: int) -> None:
        if self.output and self.output.can_edit:
            self._lay(
                Draft(
                    key=part.index,
                    text=part.text,
                    kind=part.kind,
                    name=name,
                    limit=part.limit,
                    fold=part.fold,
                    focus=part.index == focus,
                    group=part.group,
                )
                for part, name in zip(self.output.parts, full_names(self.output.parts), strict=True)
            )
            self.editing, self.refused = True, ""

    def _lay(self, drafts: Iterable[Draft]) -> None:
        """The drafts in this order, each text with its name where it begins; a new part belongs to the text before it, as when it is
        saved."""
        laid: list[Draft] = []
        several = self.output is not None and len(self.output.groups) > 1
        for draft in drafts:
            before = laid[-1].group if laid else ""
            new = self.output is not None and draft.key >= len(self.output.parts)
            group = before if new and laid else draft.group
            laid.append(draft.model_copy(update={"group": group, "head": group if several and group != before else ""}))
        self.drafts = tuple(laid)

    async def _meet(self, error: Conflict) -> None:
        """Somebody was faster. What was typed stays; the next save replaces theirs, unless the result may not be changed any more."""
        self.refused = error.message
        if self.output and "version" in error.details:
            await self._read(self.output.id)
            self.refused = (
                "Somebody changed this result meanwhile. Your text is still here: save again to replace theirs, or discard to see it."
            )

    async def _refresh(self) -> None:
        if self.output and not self.editing:
            await self._read(self.output.id)
        elif self.output:
            await self._around(self.output)

    def _stop_editing(self) -> None:
        self.editing, self.drafts, self.refused = False, (), ""

    def _place(self, key: int) -> int:
        """Where the draft with this key stands; -1 when it is not there."""
        return next((place for place, draft in enumerate(self.drafts) if draft.key == key), -1)
