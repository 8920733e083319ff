"""`coexai audit …`: verify, purge and seal the chains of the audit log. `cli.py` adds it to its commands.

Exit codes of `verify`: 0 every chain is whole, 1 one is broken, 2 there is no such chain.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from coexai_app.services.audit_verify import ChainReport


def add(commands: Any) -> None:
    """Adds `audit` with its own commands to the parser of `coexai`."""
    audit = commands.add_parser("audit", help="check and keep the audit log", description="Checks and keeps the audit log.")
    actions = audit.add_subparsers(required=True, metavar="ACTION")

    verify = actions.add_parser("verify", help="walk every chain", description="Walks every chain and names the first broken row of each.")
    verify.add_argument("--organization", type=UUID, metavar="ID", help="only this organisation's chain")
    verify.set_defaults(run=_verify)

    purge = actions.add_parser("purge", help="remove old rows", description="Removes old rows of one chain behind a signed checkpoint.")
    purge.add_argument("--organization", type=UUID, metavar="ID", help="the organisation; without it the instance's own chain")
    purge.add_argument("--older-than-days", type=int, required=True, metavar="DAYS")
    purge.set_defaults(run=_purge)

    seal = actions.add_parser(
        "seal", help="sign the heads anew after a change of SECRET_KEY", description="Signs anew the heads of chains whose rows are whole."
    )
    seal.add_argument("--organization", type=UUID, metavar="ID", help="only this organisation's chain")
    seal.set_defaults(run=_seal)


def _verify(options: argparse.Namespace) -> int:
    from coexai_app import db
    from coexai_app.services import audit_verify

    with db.reading() as session:
        chains = audit_verify.chains(session, organization_id=options.organization)
    broken = 0
    for chain_id, name in chains:
        with db.reading() as session:
            report = audit_verify.walk(session, chain_id)
        broken += report.problem is not None
        _say(report, name)
    print(f"{len(chains):,} chains, {broken:,} broken" if len(chains) != 1 else f"1 chain, {broken} broken", file=sys.stderr)
    return 1 if broken else 0


def _purge(options: argparse.Namespace) -> int:
    from coexai_app import db
    from coexai_app.services import audit_purge

    with db.transaction() as session:
        gone = audit_purge.purge_chain(session, organization_id=options.organization, older_than_days=options.older_than_days)
    print(f"{gone:,} rows removed")
    return 0


def _seal(options: argparse.Namespace) -> int:
    from coexai_app import db
    from coexai_app.services import audit_verify

    with db.reading() as session:
        chains = audit_verify.chains(session, organization_id=options.organization)
    for chain_id, name in chains:
        with db.transaction() as session:
            report = audit_verify.seal(session, chain_id)
        _say(report, name)
    return 0


def _say(report: ChainReport, name: str) -> None:
    from coexai_app.services.audit_values import plain

    said = f"ok, newest hash {report.hash}" if report.problem is None else f"BROKEN: {report.problem.message}"
    print(f"{report.chain_id}  {plain(name, 60)}: {report.rows:,} rows checked, {said}")
