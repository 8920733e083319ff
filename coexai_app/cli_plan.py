"""`coexai plan`: which organisation is on which plan, and a change of it. `cli.py` adds it to its commands."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from coexai_app.errors import InvalidInput


def add(commands: Any) -> None:
    """Adds the command to the parser of `coexai`."""
    text = "list organisations with their plans, or put one on another plan"
    parser = commands.add_parser("plan", help=text, description=f"{text[0].upper()}{text[1:]}. DEFAULT_PLAN is that of new ones.")
    parser.add_argument("organization", nargs="?", metavar="ORGANIZATION", help="its name, its id, or an owner's e-mail address")
    parser.add_argument("plan", nargs="?", metavar="PLAN", help="free, pro or enterprise")
    parser.set_defaults(run=_plan)


def _plan(options: argparse.Namespace) -> int:
    from uuid import UUID

    from coexai_app import db
    from coexai_app.models import PlanName
    from coexai_app.services import org_plans

    if options.organization is None:
        with db.reading() as session:
            rows = org_plans.listed(session)
        for row in rows:
            print(f"{row.id}  {row.plan.value:<10}  {row.name}  ({', '.join(row.owners)})")
        if not rows:
            print("No organisations. The first one comes with the first account.", file=sys.stderr)
        return 0
    if options.plan not in set(PlanName):
        raise InvalidInput(f"Which plan? There are: {', '.join(PlanName)}.")
    with db.transaction() as session:
        found = org_plans.find(session, options.organization)
        org_plans.change(session, UUID(found.id), PlanName(options.plan))
    print(f"{found.name} is on the plan {options.plan} (before: {found.plan.value}).")
    return 0
