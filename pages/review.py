"""The page of a client's link: no account, no shell, nothing of the organisation but this one result."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components.client_review import frame, locked, over, review
from components.public import code_messages
from components.skeleton import skeleton
from pages.base import page
from state.client_review import ClientReviewState

WRONG: Final = {
    "invalid_input.name": "Write your name.",
    "invalid_input.text": "Write your comment, up to 2,000 characters.",
    "invalid_input.reason": "Say what should change, up to 1,000 characters.",
    "invalid_input.part": "This part is not there any more. Comment on the whole.",
    "wrong_passcode": "This passcode is not right. Ask whoever sent you the link.",
    "passcode_needed": "Give the passcode first.",
    "rate_limit_exceeded": "That were many tries in a short time. Wait a minute, then try again.",
    "conflict": "Your answer was not taken: the text or its state changed meanwhile. What you see now is the newest.",
    "not_found": "This link is not valid. Copy all of it, or ask whoever sent it for a new one.",
    "": "That did not work. Nothing was changed; try again.",
}
DONE: Final = {
    "approved": "Thank you. The team knows that you approve.",
    "changes": "Thank you. The team knows what should change.",
    "commented": "Your comment is with the team.",
    "": "Done.",
}


@page(route="/review/[token]", title="Work to approve", role=None, on_load=ClientReviewState.load)
def client_review() -> rx.Component:
    look = ClientReviewState.look
    shown = rx.cond(
        look.locked, rx.fragment(_messages(), locked(look, ClientReviewState.token)), review(look, ClientReviewState.token, _messages())
    )
    return frame(
        rx.cond(ClientReviewState.loaded, rx.cond(look, shown, over(ClientReviewState.over)), skeleton(8, label="Loading the result"))
    )


def _messages() -> rx.Component:
    return rx.fragment(code_messages(WRONG), code_messages(DONE, testid="form-done", done=True))
