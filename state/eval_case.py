"""A result is kept as a case, after the question what was good and what was bad. For the pages of results."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

from coexai_app.errors import CoexaiError, Unauthenticated
from coexai_app.services import eval_cases
from coexai_app.services.eval_cases import PartSaid
from coexai_app.views.eval_cases import CaseDraft
from state import route
from state.base import AppState
from state.forms import Form, texts
from state.guard import action

FIELDS = ("name", "rules", "says", "never", "note", "")
RULE = "rule-"


class CaseKeepState(AppState):
    """`show` opens the dialog when it changes and closes it when it is empty; `form_key` fills its fields anew."""

    show: str = ""
    form_key: int = 0
    draft: CaseDraft = CaseDraft()
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    saving: bool = False

    @action(role="member")
    async def ask(self, output_id: str) -> None:
        self.draft = await self._call(eval_cases.blank, output_id=route.ident(output_id))
        self.errors = dict.fromkeys(FIELDS, "")
        self.form_key += 1
        self.show = uuid.uuid4().hex

    @action(role="member")
    async def keep(self, form: Form) -> AsyncIterator[None]:
        self.saving = True
        yield
        try:
            await self._keep(texts(form))
        except Unauthenticated:
            raise
        except CoexaiError as error:
            field = str(error.details.get("field", ""))
            self.errors = dict.fromkeys(FIELDS, "") | {field if field in FIELDS else "": self._placed(field, error.message)}
        finally:
            self.saving = False

    async def _keep(self, sent: dict[str, str]) -> None:
        if not self.draft.output_id:
            return
        await self._call(
            eval_cases.keep,
            output_id=route.ident(self.draft.output_id),
            name=sent.get("name", ""),
            note=sent.get("note", ""),
            says=sent.get("says", ""),
            never=sent.get("never", ""),
            rules=[name.removeprefix(RULE) for name in sent if name.startswith(RULE)],
            parts={part.index: _said(sent, part.index) for part in self.draft.parts},
        )
        self.show, self.draft = "", CaseDraft()
        self._say("Kept as a case")

    def _placed(self, field: str, message: str) -> str:
        """What is wrong with the words at a part says which part that is."""
        part = next((part for part in self.draft.parts if field == f"part-{part.index}"), None)
        return f"{part.label}: {message}" if part else message


def _said(sent: dict[str, str], index: int) -> PartSaid:
    verdict = sent.get(f"verdict-{index}", "")
    words = sent.get(f"{'never' if verdict == 'bad' else 'stays'}-{index}", "")
    return PartSaid(verdict=verdict, words=words, note=sent.get(f"why-{index}", "") if verdict == "bad" else "")
