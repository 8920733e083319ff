"""Where files live: an S3-compatible bucket when one is configured, else a folder in DATA_DIR, behind one interface.

Keys are made by services ("uploads/<org>/<id>"), never by clients.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from coexai_app import settings
from coexai_app.errors import NotFound, Unavailable


class Store(Protocol):
    """Puts, gets and deletes whole objects by key. `get` raises NotFound, all raise Unavailable when the store is down."""

    def put(self, key: str, source: Path, content_type: str) -> None: ...

    def get(self, key: str) -> bytes: ...

    def local(self, key: str) -> AbstractContextManager[Path]:
        """The object as a file on this machine, within the context, for one that is too large for memory. Raises as `get`."""
        ...

    def delete(self, key: str) -> None: ...

    def parts(self, key: str) -> Iterator[bytes]:
        """The object in pieces, for one that is too large for memory. Raises as `get`."""
        ...

    def presign(self, key: str, *, size: int, content_type: str, seconds: int) -> str | None:
        """An address to which exactly `size` bytes can be PUT for a while; None when the store has no such thing."""
        ...


class FolderStore:
    """A local folder. A file appears under its key whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, source: Path, content_type: str) -> None:
        target = self._path(key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part, source.open("rb") as data:
                try:
                    while chunk := data.read(1 << 20):
                        part.write(chunk)
                    part.flush()
                    os.fsync(part.fileno())
                except OSError:
                    Path(part.name).unlink(missing_ok=True)
                    raise
            Path(part.name).replace(target)
        except OSError as error:
            raise Unavailable("The file could not be stored. Nothing was changed; try again in a minute.") from error

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound("This file is not in the store any more. Add it again.") from None

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        if not path.is_file():
            raise NotFound("This file is not in the store any more. Add it again.")
        yield path

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def parts(self, key: str) -> Iterator[bytes]:
        yield self.get(key)

    def presign(self, key: str, *, size: int, content_type: str, seconds: int) -> str | None:
        return None

    def _path(self, key: str) -> Path:
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError(f"key outside the store: {key!r}")
        return path


class S3Store:
    """A bucket of any S3-compatible service, encrypted at rest by the service."""

    def __init__(self, bucket: str, client: Any) -> None:
        self.bucket = bucket
        self.client = client

    def put(self, key: str, source: Path, content_type: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self.client.upload_file(str(source), self.bucket, key, ExtraArgs={"ContentType": content_type})
        except (BotoCoreError, ClientError, OSError) as error:
            raise Unavailable("The file store does not answer. Nothing was changed; try again in a minute.") from error

    def get(self, key: str) -> bytes:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            data: bytes = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise NotFound("This file is not in the store any more. Add it again.") from None
            raise Unavailable("The file store does not answer. Try again in a minute.") from error
        except BotoCoreError as error:
            raise Unavailable("The file store does not answer. Try again in a minute.") from error
        return data

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        with tempfile.NamedTemporaryFile(prefix="coexai-") as copy:
            for part in self.parts(key):
                copy.write(part)
            copy.flush()
            yield Path(copy.name)

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def parts(self, key: str) -> Iterator[bytes]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield from self.client.get_object(Bucket=self.bucket, Key=key)["Body"].iter_chunks(1 << 20)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise NotFound("This file is not in the store. Send it to the address of the ticket first.") from None
            raise Unavailable("The file store does not answer. Try again in a minute.") from error
        except BotoCoreError as error:
            raise Unavailable("The file store does not answer. Try again in a minute.") from error

    def presign(self, key: str, *, size: int, content_type: str, seconds: int) -> str | None:
        given = {"Bucket": self.bucket, "Key": key, "ContentType": content_type, "ContentLength": size}
        url: str = self.client.generate_presigned_url("put_object", Params=given, ExpiresIn=seconds)
        return url


@lru_cache(maxsize=1)
def store() -> Store:
    """The store of this process."""
    config = settings.get()
    if not config.s3_bucket:
        return FolderStore(config.data_dir / "files")
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "s3",
        endpoint_url=config.s3_endpoint_url or None,
        region_name=config.s3_region or None,
        aws_access_key_id=config.s3_access_key_id.get_secret_value() if config.s3_access_key_id else None,
        aws_secret_access_key=config.s3_secret_access_key.get_secret_value() if config.s3_secret_access_key else None,
        config=Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3, "mode": "standard"}),
    )
    return S3Store(config.s3_bucket, client)
