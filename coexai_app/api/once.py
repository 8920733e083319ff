"""Idempotency-Key: `Once` makes the one service call of a request that changes something, and makes it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, TypeVar, get_type_hints

import anyio
from fastapi import Depends, Header, Request

from coexai_app.access import Actor
from coexai_app.api import deps, limits
from coexai_app.api.deps import CurrentActor
from coexai_app.models.base import new_id
from coexai_app.services import idempotency

T = TypeVar("T")
HEADER: Final = "Idempotency-Key"


class _Once:
    def __init__(self, request: Request, actor: Actor, key: str | None) -> None:
        self._request, self._actor, self._key = request, actor, key
        if key is not None:
            idempotency.check_key(key)

    async def __call__(self, service: Callable[..., T], *, same: Mapping[str, Any] | None = None, **given: Any) -> T:
        """`service(session, actor, **given)`, from now or from the first time.

        Equal requests are those with equal arguments; `same` says what they have in common where the arguments do not.
        """
        if self._key is None:
            fresh = {"idempotency_key": f"api:{new_id()}"} if "idempotency_key" in get_type_hints(service) else {}
            return await deps.call(service, self._actor, **given, **fresh)
        route = f"{self._request.method} {self._request.url.path}"
        key, asked = self._key, given if same is None else same

        def work() -> idempotency.Done:
            return idempotency.run(self._actor, service, key=key, route=route, given=given, asked=asked)

        done = await anyio.to_thread.run_sync(work)
        if done.replayed:
            limits.tell(self._request, **{"Idempotent-Replayed": "true"})
        answer: T = done.result
        return answer


def once(
    request: Request,
    actor: CurrentActor,
    key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="A word of your own, 1 to 255 visible characters: the same request under the same key is done once in 24 hours.",
            examples=["7f1b0a3e-order-1042"],
        ),
    ] = None,
) -> _Once:
    return _Once(request, actor, key)


Once = Annotated[_Once, Depends(once)]
