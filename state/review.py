"""What is said around an output: comments, versions, links for clients. `output.py` says which one, and when it changed."""

from __future__ import annotations

from typing import Any

from coexai_app.errors import CoexaiError, InvalidInput
from coexai_app.services import client_links, comments, output_versions, reviews_read
from coexai_app.views.reviews import ReviewView, VersionView
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action


class ReviewState(AppState):
    """`refused` is what was wrong with a form, `refused_at` the form: "new", the id of a thread or a comment, or "link". `chosen` is the
    version under comparison. `link` is the address of a new link: it is shown once. `form_key` empties the forms when it changes."""

    review: ReviewView | None = None
    chosen: VersionView | None = None
    refused: str = ""
    refused_at: str = ""
    editing: str = ""
    link: str = ""
    link_for: str = ""
    form_key: int = 0
    _output_id: str = ""

    @action(role="viewer")
    async def comment(self, form: Form) -> None:
        sent = texts(form)
        part = _number(sent.get("part", ""))
        about: dict[str, Any] = {"part": part, "start": _number(sent.get("start", "")) or 0, "quote": sent.get("quote", "")}
        await self._do("new", comments.add, output_id=self._id(), text=sent.get("text", ""), **(about if part is not None else {}))

    @action(role="viewer")
    async def reply(self, form: Form) -> None:
        sent = texts(form)
        thread = sent.get("thread", "")
        await self._do(thread, comments.add, output_id=self._id(), text=sent.get("text", ""), thread_id=route.ident(thread))

    @action(role="viewer")
    async def begin_edit(self, comment_id: str) -> None:
        self.editing, self.refused, self.refused_at = comment_id, "", ""

    @action(role="viewer")
    async def edit_comment(self, form: Form) -> None:
        sent = texts(form)
        comment = sent.get("comment", "")
        if await self._do(comment, comments.edit, comment_id=route.ident(comment), text=sent.get("text", "")):
            self.editing = ""

    @action(role="viewer")
    async def delete_comment(self, comment_id: str) -> None:
        if await self._do(comment_id, comments.delete, comment_id=route.ident(comment_id)):
            self._say("Comment deleted")

    @action(role="viewer")
    async def resolve(self, comment_id: str) -> None:
        await self._do(comment_id, comments.resolve, comment_id=route.ident(comment_id))

    @action(role="viewer")
    async def reopen(self, comment_id: str) -> None:
        await self._do(comment_id, comments.reopen, comment_id=route.ident(comment_id))

    @action(role="viewer")
    async def look(self, version: int) -> None:
        """Shows a version beside now; the one that is shown already is put away."""
        if self.chosen and self.chosen.version == version:
            self.chosen = None
        else:
            self.chosen = await self._call(output_versions.get, output_id=self._id(), version=version)

    @action(role="member")
    async def create_link(self, form: Form) -> None:
        sent = texts(form)
        self.link, self.refused, self.refused_at = "", "", ""
        try:
            made = await self._call(
                client_links.create,
                output_id=self._id(),
                version=_number(sent.get("version", "")) or 0,
                name=sent.get("name", ""),
                days=_number(sent.get("days", "")) or 0,
                passcode=sent.get("passcode", ""),
                follows=sent.get("follows", "") == "on",
            )
        except CoexaiError as error:
            self.refused, self.refused_at = error.message, "link"
            return
        self.link, self.link_for = made.url, made.row.name
        self.form_key += 1
        await self._again()

    @action(role="member")
    async def kept_link(self) -> None:
        """The link was taken: it is not shown again."""
        self.link = self.link_for = ""

    @action(role="member")
    async def revoke_link(self, link_id: str) -> None:
        if await self._do("link", client_links.revoke, link_id=route.ident(link_id)):
            self._say("Link revoked")

    async def _show(self, output_id: str) -> None:
        """Reads what is around this output; of another one nothing stays."""
        if self._output_id != output_id:
            self._output_id = output_id
            self.review = self.chosen = None
            self.refused = self.refused_at = self.editing = self.link = self.link_for = ""
        await self._again()

    async def _again(self) -> None:
        around = await self._call(reviews_read.around, output_id=self._id())
        if self.chosen and around != self.review:
            self.chosen = await self._call(output_versions.get, output_id=self._id(), version=self.chosen.version)
        if around != self.review:
            self.review = around

    async def _do(self, at: str, service: Any, **change: Any) -> bool:
        """One change; True when it was made. What is wrong with the words stands at the form they came from."""
        self.refused, self.refused_at = "", ""
        try:
            await self._call(service, **change)
        except InvalidInput as error:
            self.refused, self.refused_at = error.message, at
            return False
        self.form_key += 1
        await self._again()
        return True

    def _id(self) -> Any:
        return route.ident(self._output_id)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
