"""A stored file as a path on this machine, whole, and without reading it into memory."""

from __future__ import annotations

import io
from pathlib import Path

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from coexai_app.errors import NotFound
from coexai_app.integrations.storage import FolderStore, S3Store


def test_in_a_folder_it_is_the_file_itself(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"bread")
    store = FolderStore(tmp_path / "files")
    store.put("uploads/1", source, "text/plain")
    with store.local("uploads/1") as path:
        assert path == (tmp_path / "files" / "uploads" / "1").resolve()
        assert path.read_bytes() == b"bread"
    assert path.exists()
    with pytest.raises(NotFound), store.local("uploads/2"):
        pass


def test_of_a_bucket_it_is_a_copy_that_goes() -> None:
    client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    data = b"bread" * 500_000
    with Stubber(client) as stub:
        stub.add_response("get_object", {"Body": StreamingBody(io.BytesIO(data), len(data))}, {"Bucket": "files", "Key": "uploads/1"})
        stub.add_client_error("get_object", "NoSuchKey", http_status_code=404)
        store = S3Store("files", client)
        with store.local("uploads/1") as path:
            assert path.read_bytes() == data
        assert not path.exists()
        with pytest.raises(NotFound), store.local("uploads/2"):
            pass
