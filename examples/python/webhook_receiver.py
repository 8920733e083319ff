"""Takes CoExAI's webhooks: checks the signature, handles each event once, and answers at once. Standard library only.

    WEBHOOK_SECRET=whsec_… python webhook_receiver.py --port 8000

Signatures are those of the Standard Webhooks specification 1.0. Ids that were handled are kept in a small database, since an event may
arrive twice. While a secret is being replaced, give both, with a space in between.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# How far the clocks may be apart, which also ends how long a stolen request is good for.
TOLERANCE_SECONDS = 300
MAX_BODY = 1_000_000


def handle(event: dict[str, Any]) -> None:
    """What to do with an event: put your own work here. Raise when it did not work out, and it comes again."""
    told = event["data"].get("title") or event["data"].get("id", "")
    print(f"{event['type']}  {told}", flush=True)


def is_ours(secrets: list[str], headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether one of the secrets has signed exactly this body, and lately."""
    message, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (message and moment.isascii() and moment.isdigit() and abs(now - int(moment[:15])) <= TOLERANCE_SECONDS):
        return False
    signed = f"{message}.{moment}.".encode() + body
    expected = [b"v1," + base64.b64encode(hmac.digest(key(secret), signed, hashlib.sha256)) for secret in secrets]
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(one, other) for one in expected for other in given)


def key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


class Seen:
    """The ids of what was handled."""

    def __init__(self, path: str) -> None:
        self.lock = threading.Lock()
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.database.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at REAL NOT NULL)")

    def once(self, message: str, event: dict[str, Any]) -> bool:
        """Handles the event unless it was handled before. An error takes the id back out, so the next try handles it."""
        with self.lock, self.database:
            done = self.database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (message, time.time()))
            if done.rowcount:
                handle(event)
            return bool(done.rowcount)


class Receiver(BaseHTTPRequestHandler):
    secrets: list[str]
    seen: Seen

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return self.answer(411)
        if len(length) > 9 or int(length) > MAX_BODY:
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_ours(self.secrets, self.headers, body, time.time()):  # type: ignore[arg-type]
            return self.answer(401)
        try:
            self.seen.once(self.headers["webhook-id"], json.loads(body))
        except Exception as error:
            print(f"not handled, it will come again: {error!r}", file=sys.stderr, flush=True)
            return self.answer(500)
        return self.answer(204)

    def answer(self, status: int) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Connection", "close")
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def main() -> int:
    parser = argparse.ArgumentParser(description="Takes CoExAI's webhooks.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--seen", default="webhooks.db", help="where the ids of handled events are kept")
    asked = parser.parse_args()
    Receiver.secrets = os.environ.get("WEBHOOK_SECRET", "").split()
    try:
        usable = [key(secret) for secret in Receiver.secrets]
    except binascii.Error:
        usable = []
    if not usable:
        print("Set WEBHOOK_SECRET to the secret of the webhook (whsec_…).", file=sys.stderr)
        return 2
    Receiver.seen = Seen(asked.seen)
    server = ThreadingHTTPServer((asked.host, asked.port), Receiver)
    print(f"listening on http://{asked.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
