"""`coexai mail`: what the outbox holds, one mail with its text, another try, a test message, and a preview of the templates."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from coexai_app.errors import InvalidInput


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `coexai`."""
    text = "show the latest mails that were kept, failed or wait; --preview KIND writes a template's HTML"
    mail = commands.add_parser("mail", help="the outbox: list, show, retry, test", description=text)
    mail.add_argument("--preview", metavar="KIND", help="write the example of a template as HTML, such as reset_password")
    mail.add_argument("-o", "--output", type=Path, metavar="FILE", help="with --preview: write here instead of standard output")
    mail.add_argument("--all", action="store_true", help="list sent mails too")
    mail.set_defaults(run=_list)
    actions = mail.add_subparsers(metavar="ACTION")
    for name, call, argument, text in (
        ("show", _show, "id", "print one mail with its links"),
        ("retry", _retry, "id", "send a failed or kept mail again"),
        ("test", _test, "address", "send a test message now and say what happened"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument(argument)
        action.set_defaults(run=call)


def _list(options: argparse.Namespace) -> int:
    if options.preview:
        return _preview(options)
    from coexai_app import db
    from coexai_app.models import MailStatus
    from coexai_app.services import mail

    shown = [status for status in MailStatus if options.all or status is not MailStatus.SENT]
    with db.reading() as session:
        rows = mail.latest(session, statuses=shown)
    if not rows:
        print("No mails.", file=sys.stderr)
    for row in rows:
        print(f"{row.id}  {row.word:<9}  {row.created:<18}  {row.to}  {row.subject}")
        if row.error:
            next_try = f", next try {row.next_try} UTC" if row.next_try else ""
            print(f"{'':36}  {row.attempt} tried{next_try}: {row.error}")
    return 0


def _show(options: argparse.Namespace) -> int:
    from coexai_app import db
    from coexai_app.services import mail

    with db.reading() as session:
        found = mail.show(session, mail_id=mail.parse_id(options.id))
    print(f"To: {found.to}\nSubject: {found.subject}\nStatus: {found.word}{' (' + found.error + ')' if found.error else ''}\n")
    print(found.text or "(The text of a mail is removed once it has been sent, and after 7 days.)", end="" if found.text else "\n")
    return 0


def _retry(options: argparse.Namespace) -> int:
    from coexai_app import db
    from coexai_app.services import mail

    with db.transaction() as session:
        mail.send_again(session, mail_id=mail.parse_id(options.id))
    print("The mail waits to be sent. The worker takes it within seconds.")
    return 0


def _test(options: argparse.Namespace) -> int:
    """Straight to the mail server, without database and worker, so that what it answers is seen at once."""
    from coexai_app import settings
    from coexai_app.integrations import email
    from coexai_app.models.base import new_id
    from coexai_app.models.enums import MailKind
    from coexai_app.services import mail_templates

    config = settings.get()
    transport = email.transport()
    data = {"title": "Test message", "text": "CoExAI can send mail. Nothing is to be done.", "url": "/"}
    words = mail_templates.render(MailKind.NOTICE, data, origin=config.origin, address_line=config.mail_address_line)
    message = email.Message(to=options.address, subject=words.subject, text=words.text, html=words.html, message_id=str(new_id()))
    print(f"Through {transport.label}, from {email.sender()}", file=sys.stderr)
    transport.send(message)
    print("Nothing was sent." if transport.keeps else f"The mail server took the message for {options.address}.")
    return 0


def _preview(options: argparse.Namespace) -> int:
    from coexai_app import settings
    from coexai_app.models.enums import MailKind
    from coexai_app.services import mail_templates

    if options.preview not in set(MailKind):
        raise InvalidInput(f"There is no mail of kind “{options.preview}”. There are: {', '.join(MailKind)}.")
    config = settings.get()
    words = mail_templates.example(MailKind(options.preview), origin=config.origin, address_line=config.mail_address_line)
    if options.output is not None:
        options.output.write_text(words.html, encoding="utf-8")
    else:
        print(words.html, end="")
    return 0
