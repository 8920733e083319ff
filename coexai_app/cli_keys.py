"""`coexai keys …`: the keys that sign access tokens, and the secret that seals what is stored. `cli.py` adds it to its commands."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add(commands: Any) -> None:
    """Adds `keys` with its own commands to the parser of `coexai`."""
    text = "change the keys that sign access tokens, or the secret of the instance"
    keys = commands.add_parser("keys", help=text, description=f"{text[0].upper()}{text[1:]}.")
    actions = keys.add_subparsers(required=True, metavar="ACTION")

    rotate = actions.add_parser("rotate", help="let the next key sign access tokens from now on")
    rotate.add_argument("--leaked", action="store_true", help="a key has leaked: no key or access token of before is valid any more")
    rotate.set_defaults(run=_rotate)

    reseal = actions.add_parser(
        "reseal",
        help="seal anew what an earlier SECRET_KEY sealed",
        description="Seals with SECRET_KEY what the values of SECRET_KEY_FALLBACKS sealed, and signs the audit log with it.",
    )
    reseal.set_defaults(run=_reseal)


def _rotate(options: argparse.Namespace) -> int:
    from coexai_app import db
    from coexai_app.services import signing_keys

    with db.transaction() as session:
        kid = signing_keys.rotate_keys(session, leaked=options.leaked)
    print(f"key {kid} signs from now on")
    return 0


def _reseal(_options: argparse.Namespace) -> int:
    from coexai_app import db
    from coexai_app.errors import Conflict
    from coexai_app.services import audit_verify, resealing

    with db.transaction() as session:
        done = resealing.reseal(session)
    with db.reading() as session:
        chains = audit_verify.chains(session, organization_id=None)
    broken = []
    for chain_id, name in chains:
        try:
            with db.transaction() as session:
                audit_verify.seal(session, chain_id)
        except Conflict as error:
            broken.append(f"{name}: {error.message}")
    print(f"{done.anew:,} secrets sealed anew, {len(chains) - len(broken):,} chains of the audit log signed")
    if done.lost:
        print(f"{done.lost:,} open under no secret that is known. Was another one in use? Add it to SECRET_KEY_FALLBACKS.", file=sys.stderr)
    for line in broken:
        print(line, file=sys.stderr)
    print(
        "Recovery codes, passcodes of client links and links in mails that were made before go on working only while "
        "SECRET_KEY_FALLBACKS keeps the earlier value.",
        file=sys.stderr,
    )
    return 1 if done.lost or broken else 0
