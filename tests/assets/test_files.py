"""Handing out stored files: byte ranges, headers, and the two ways of letting somebody else send the bytes."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import Http404, HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from pytest_django import Settings
from storages.backends.s3 import S3Storage

from assets.models import Clip
from projects.files import Span, UnsatisfiableError, keep_file, parse_range, serve_file
from tests.assets.samples import body

DATA = bytes(range(256)) * 8
NAME = "clips/aa/content.mp4"


@pytest.fixture
def clip(own_files: Path) -> Clip:
    """A clip, unsaved, whose file of 2,048 bytes is in storage."""
    clip = Clip(file=NAME)
    clip.file.storage.save(NAME, ContentFile(DATA))
    return clip


answers: list[HttpResponseBase] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every answer afterwards, as a server does, and leave the database alone, as the test client does."""
    request_finished.disconnect(close_old_connections)
    yield
    while answers:
        answers.pop().close()
    request_finished.connect(close_old_connections)


def asked(clip: Clip, method: str = "get", download_name: str | None = None, **headers: str) -> HttpResponseBase:
    request = getattr(RequestFactory(), method)("/", headers={name.replace("_", "-"): v for name, v in headers.items()})
    answers.append(serve_file(request, clip.file, content_type="video/mp4", download_name=download_name))
    return answers[-1]


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 2047),
        ("bytes=100-199", 100, 199),
        ("bytes=2047-2047", 2047, 2047),
        ("bytes=2000-9999", 2000, 2047),
        ("bytes=-48", 2000, 2047),
        ("bytes=-9999", 0, 2047),
    ],
)
def test_a_range_of_it(clip: Clip, header: str, start: int, end: int) -> None:
    response = asked(clip, Range=header)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/2048"
    assert response["Content-Length"] == str(end - start + 1)
    assert body(response) == DATA[start : end + 1]


@pytest.mark.parametrize("header", ["bytes=2048-", "bytes=9999-10000", "bytes=-0"])
def test_a_range_outside_of_it(clip: Clip, header: str) -> None:
    response = asked(clip, Range=header)
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */2048")


@pytest.mark.parametrize(
    "header", ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0-1,4-5", "items=0-1", "bytes=٣-٤"]
)
def test_what_is_no_single_range_gets_the_whole_file(clip: Clip, header: str) -> None:
    response = asked(clip, Range=header)
    assert response.status_code == 200
    assert body(response) == DATA


@given(header=st.from_regex(r"bytes=[0-9]{0,5}-[0-9]{0,5}", fullmatch=True), size=st.integers(0, 5000))
def test_a_parsed_range_always_lies_within_the_file(header: str, size: int) -> None:
    try:
        span = parse_range(header, size)
    except UnsatisfiableError:
        return
    assert span is None or 0 <= span.start <= span.end < size


@given(header=st.text(max_size=40), size=st.integers(0, 5000))
def test_no_header_text_brings_the_parser_down(header: str, size: int) -> None:
    try:
        assert parse_range(header, size) is None or header.strip().startswith("bytes=")
    except UnsatisfiableError:
        assert header.strip().startswith("bytes=")


@given(size=st.integers(1, 5000), data=st.data())
def test_every_range_in_the_file_is_given_exactly(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start, size - 1))
    assert parse_range(f"bytes={start}-{end}", size) == Span(start, end)
    assert parse_range(f"bytes=-{size - start}", size) == Span(start, size - 1)


def test_a_range_of_other_bytes_than_the_browser_has_gets_the_whole_file(clip: Clip) -> None:
    etag = asked(clip)["ETag"]
    assert asked(clip, Range="bytes=0-9", If_Range=etag).status_code == 206
    assert asked(clip, Range="bytes=0-9", If_Range='"other"').status_code == 200
    assert asked(clip, Range="bytes=0-9", If_Range="Sun, 22 Nov 2026 10:00:00 GMT").status_code == 200


def test_a_browser_that_has_it_gets_nothing_again(clip: Clip) -> None:
    response = asked(clip, If_None_Match=asked(clip)["ETag"])
    assert (response.status_code, body(response)) == (304, b"")


def test_head_answers_with_the_length_alone(clip: Clip) -> None:
    response = asked(clip, "head")
    assert (response.status_code, response["Content-Length"], body(response)) == (200, "2048", b"")


def test_files_are_private_and_keep_their_type(clip: Clip) -> None:
    response = asked(clip)
    assert response["Cache-Control"].startswith("private, ")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert (response["Content-Type"], response["Content-Disposition"]) == ("video/mp4", "inline")


def test_a_download_name_may_be_in_any_script(clip: Clip) -> None:
    told = asked(clip, download_name='Frühling "1"\r\nX: y.mp4')["Content-Disposition"]
    assert told == "attachment; filename*=utf-8''Fr%C3%BChling%20%221%22%0D%0AX%3A%20y.mp4"


def test_an_unknown_type_is_never_shown_inline(clip: Clip) -> None:
    response = serve_file(RequestFactory().get("/"), clip.file, content_type="image/svg+xml")
    answers.append(response)
    assert (response["Content-Type"], response["Content-Disposition"]) == ("application/octet-stream", "attachment")


def test_a_file_that_is_not_drawn_yet_or_lost_is_404(clip: Clip) -> None:
    with pytest.raises(Http404, match="not there yet"):
        serve_file(RequestFactory().get("/"), clip.proxy, content_type="video/mp4")
    clip.file.storage.delete(NAME)
    with pytest.raises(Http404, match="lost"):
        asked(clip)


def test_the_file_is_closed_when_the_browser_goes_away(clip: Clip) -> None:
    response: Any = asked(clip, Range="bytes=10-1000")
    next(iter(response.streaming_content))
    response.close()
    assert response.file_to_stream.file.closed


def test_a_server_with_sendfile_starts_at_the_range(clip: Clip) -> None:
    response: Any = asked(clip, Range="bytes=500-599")
    file = response.file_to_stream.file
    assert (file.tell(), response.file_to_stream.fileno()) == (500, file.fileno())


def test_nginx_hands_it_out_where_it_is_told_to(clip: Clip, settings: Settings) -> None:
    settings.X_ACCEL_PREFIX = "/stored"
    clip.file.name = "clips/aa/a b.mp4"
    response = asked(clip, download_name="take.mp4")
    assert response["X-Accel-Redirect"] == "/stored/clips/aa/a%20b.mp4"
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "video/mp4",
        'attachment; filename="take.mp4"',
    )


@pytest.fixture
def bucket() -> Iterator[S3Storage]:
    """A bucket that keeps the file, in memory."""
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="clips")
        storage = S3Storage(bucket_name="clips", region_name="us-east-1", access_key="a", secret_key="b")
        storage.save(NAME, ContentFile(DATA))
        yield storage


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_range_of_a_bucket_is_asked_of_the_bucket(bucket: S3Storage) -> None:
    clip = Clip(file=NAME)
    clip.file.storage = bucket
    response = asked(clip, Range="bytes=100-199")
    assert (response.status_code, response["Content-Range"]) == (206, "bytes 100-199/2048")
    assert body(response) == DATA[100:200]
    assert body(asked(clip)) == DATA


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_presigned_link_keeps_type_and_name(bucket: S3Storage, settings: Settings) -> None:
    settings.S3_PRESIGNED = True
    clip = Clip(file=NAME)
    clip.file.storage = bucket
    response = asked(clip, download_name="take.mp4")
    assert response.status_code == 302
    assert "response-content-disposition=attachment" in response["Location"]
    assert "Expires" in response["Location"]


@pytest.fixture
def disk(tmp_path: Path) -> FileSystemStorage:
    """An empty folder."""
    return FileSystemStorage(location=tmp_path / "kept")


def test_a_file_is_kept_once(disk: Storage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    assert [keep_file(disk, NAME, source) for _ in range(2)] == [NAME, NAME]
    assert disk.listdir("clips/aa") == ([], ["content.mp4"])


def test_a_file_of_another_disk_is_copied(disk: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    monkeypatch.setattr(Path, "hardlink_to", Mock(side_effect=OSError(errno.EXDEV, "Invalid cross-device link")))
    keep_file(disk, NAME, source)
    source.write_bytes(b"")
    assert Path(disk.path(NAME)).read_bytes() == DATA


def test_half_a_file_is_replaced(disk: Storage, tmp_path: Path) -> None:
    disk.save(NAME, ContentFile(DATA[:100]))
    source = tmp_path / "source"
    source.write_bytes(DATA)
    keep_file(disk, NAME, source)
    with disk.open(NAME) as kept:
        assert kept.read() == DATA


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_bucket_keeps_a_file_under_its_name(bucket: S3Storage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    assert keep_file(bucket, "clips/bb/other.mp4", source) == "clips/bb/other.mp4"
    with bucket.open("clips/bb/other.mp4") as kept:
        assert kept.read() == DATA
