"""The result of a job, in the format that the client would like."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Header
from fastapi.responses import Response

from coexai_app.access import Permission
from coexai_app.api import deps, negotiation, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import Responses, operation
from coexai_app.api.jobs import JobId
from coexai_app.errors import NotAcceptable, NotFound, OutputNotReady
from coexai_app.services import partner_jobs
from coexai_app.services.outputs import MEDIA_TYPES
from coexai_app.views.partner_output import JobOutput

router = partner.router("/jobs", "Jobs")
_TEXT: Final = {"schema": {"type": "string"}}
_FORMATS: Final[Responses] = {
    200: {
        "model": JobOutput,
        "description": "The result. JSON holds everything: the parts, each claim with its place in the source, the checks, the score.",
        "content": {
            "text/markdown": {**_TEXT, "example": "# A year of counting\n\n## Post 1\n\nMarta counted 412 calls in one week.\n"},
            "text/plain": {**_TEXT, "example": "Marta counted 412 calls in one week.\n\n---\n"},
            MEDIA_TYPES["docx"]: {"schema": {"type": "string", "format": "binary"}, "example": "(a Word document)"},
            MEDIA_TYPES["zip"]: {
                "schema": {"type": "string", "format": "binary"},
                "example": "(an archive, of results with several texts)",
            },
        },
    }
}


@router.get(
    "/{job_id}/output",
    response_class=Response,
    **operation("Get a job's result", NotFound, NotAcceptable, OutputNotReady, permission=Permission.VIEW_OUTPUT, also=_FORMATS),
)
async def get_output(
    actor: Partner,
    job_id: JobId,
    accept: Annotated[
        str,
        Header(
            max_length=2_000,
            description="application/json, text/markdown, text/plain, Word's type, or application/zip.",
            examples=["application/json"],
        ),
    ] = "",
) -> Response:
    """Chosen by `Accept`: JSON (also when nothing is asked for), Markdown, plain text, a Word document, or what else the result can be had
    as: a result with several texts is an archive, too, with each text in its own formats."""
    made = await deps.call(partner_jobs.formats, actor, job_id=job_id)
    offers = {name: media for name, media in MEDIA_TYPES.items() if name in made}
    chosen = negotiation.choose(accept, offers)
    if chosen is None:
        raise NotAcceptable(f"This result can be had as {', '.join(offers.values())}.", formats=list(offers.values()))
    result = await deps.call(partner_jobs.output, actor, job_id=job_id, format=chosen)
    place = "attachment" if chosen in ("docx", "zip") else "inline"
    headers = {"Content-Disposition": f"{place}; filename*=UTF-8''{quote(result.name)}", "Vary": "Accept", "Cache-Control": "no-store"}
    return Response(result.data, media_type=result.media_type, headers=headers)
