"""One question to the model, for the steps: an answer that is no answer is None, so that the builtin engine goes on; outages pass
through. What an answer says is guarded here, for every capability."""

from __future__ import annotations

from typing import Any

from coexai_app.agents.maya.guarding import guarded
from coexai_app.agents.maya.sources import Extracted
from coexai_app.agents.pipeline import StepContext
from coexai_app.llm.base import Prompt
from coexai_app.llm.errors import BadAnswer, ModelDeclined, ModelOutOfRoom, SpendCapReached

_NO_ANSWER = (BadAnswer, ModelDeclined, ModelOutOfRoom, SpendCapReached)


def data_of(context: StepContext, prompt: Prompt, part: str = "") -> Any:
    """The answer's data in plain words, or None when the model declined, broke the schema, did not end, or would cost more than the cap.

    Raises the other model errors (a server that is down, a refused key): the job engine decides about another try.
    """
    try:
        answer = context.ask(prompt, part=part)
    except _NO_ANSWER:
        return None
    return guarded(answer.data, prompt, context.need(Extracted).document.language)
