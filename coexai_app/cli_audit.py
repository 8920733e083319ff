"""`coexai audit …`: verify, purge and seal the chains of the audit log. `cli.py` adds it to its commands.

Exit codes of `verify`: 0 every chain is whole, 1 one is broken, 2 there is no such chain, or no earlier check in the file.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from coexai_app.services.audit_verify import ChainReport


# A line of an earlier check whose chain was whole.
_WHOLE: Final = re.compile(r"^([0-9a-f-]{36})  (.*): [\d,]+ rows checked, ok, newest hash ([0-9a-f]{64}) of row ([\d,]+)$", re.M)


def add(commands: Any) -> None:
    """Adds `audit` with its own commands to the parser of `coexai`."""
    audit = commands.add_parser("audit", help="check and keep the audit log", description="Checks and keeps the audit log.")
    actions = audit.add_subparsers(required=True, metavar="ACTION")

    verify = actions.add_parser("verify", help="walk every chain", description="Walks every chain and names the first broken row of each.")
    verify.add_argument("--organization", type=UUID, metavar="ID", help="only this organisation's chain")
    verify.add_argument("--against", type=Path, metavar="FILE", help="what an earlier `verify` printed, kept on another machine")
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
    earlier = _earlier(options.against) if options.against else {}
    broken = 0
    for chain_id, name in chains:
        _, seq, row_hash = earlier.pop(chain_id, ("", 0, ""))
        with db.reading() as session:
            report = audit_verify.walk(session, chain_id)
            if seq and report.problem is None:
                report = replace(report, problem=audit_verify.since(session, chain_id, seq=seq, row_hash=row_hash))
        broken += report.problem is not None
        _say(report, name)
    for chain_id, (name, _, _) in earlier.items() if options.organization is None else ():
        print(f"{chain_id}  {name}: gone since the earlier check, and its organisation with it")
    print(f"{len(chains):,} chains, {broken:,} broken" if len(chains) != 1 else f"1 chain, {broken} broken", file=sys.stderr)
    return 1 if broken else 0


def _earlier(file: Path) -> dict[UUID, tuple[str, int, str]]:
    """The name, the newest row and its hash of each chain that was whole at an earlier check."""
    from coexai_app.errors import InvalidInput

    try:
        found = _WHOLE.findall(file.read_text())
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(f"{file} cannot be read.") from None
    if not found:
        raise InvalidInput(f"{file} holds nothing that `coexai audit verify` has printed.")
    return {UUID(chain): (name, int(seq.replace(",", "")), row_hash) for chain, name, row_hash, seq in found}


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

    said = f"ok, newest hash {report.hash} of row {report.last:,}" if report.problem is None else f"BROKEN: {report.problem.message}"
    print(f"{report.chain_id}  {plain(name, 60)}: {report.rows:,} rows checked, {said}")
