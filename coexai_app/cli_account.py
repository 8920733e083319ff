"""`coexai account`: an account of the instance, its sessions and its second step, for whoever runs it. `cli.py` adds it to its commands."""

from __future__ import annotations

import argparse
from typing import Any

from coexai_app.errors import InvalidInput


def add(commands: Any) -> None:
    """Adds the command to the parser of `coexai`."""
    text = "look at an account, log it out everywhere, or help somebody who lost their second step"
    parser = commands.add_parser("account", help=text, description=f"{text[0].upper()}{text[1:]}. What is changed stands in the audit log.")
    parser.add_argument("email", nargs="?", metavar="EMAIL", help="the account's address")
    parser.add_argument("--everybody", action="store_true", help="with --log-out: all accounts of the instance")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--log-out", action="store_true", help="end its sessions in browsers, and the log-ins of API clients")
    action.add_argument("--remove-second-step", action="store_true", help="take app, passkeys and recovery codes off; be sure who asks")
    parser.set_defaults(run=_account)


def _account(options: argparse.Namespace) -> int:
    from coexai_app import db
    from coexai_app.services import account_support

    if bool(options.email) == options.everybody or (options.everybody and not options.log_out):
        raise InvalidInput("Give the address of one account, or --everybody together with --log-out.")
    if options.everybody:
        with db.transaction() as session:
            people = account_support.end_all_sessions(session)
        print(f"{people:,} people were logged out everywhere")
    elif options.log_out:
        with db.transaction() as session:
            ended = account_support.end_sessions(session, email=options.email)
        print(f"{options.email} was logged out of {ended:,} browsers, and of every API client")
    elif options.remove_second_step:
        with db.transaction() as session:
            account_support.remove_second_step(session, email=options.email)
        print(f"{options.email} has no second step any more, was logged out everywhere, and gets a mail about it")
    else:
        _show(options.email)
    return 0


def _show(email: str) -> None:
    from coexai_app import db
    from coexai_app.services import account_support

    with db.reading() as session:
        found = account_support.look(session, email=email)
    print(f"{found.name} <{found.email}>, {found.standing}")
    print(f"  organisations  {', '.join(found.homes) or 'none'}")
    print(f"  second step    {found.second_step}")
    print(f"  open sessions  {found.sessions:,}")
