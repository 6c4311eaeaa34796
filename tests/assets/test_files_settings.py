"""The settings of handing files out: refused in words when they contradict, and named in the content policy."""

from pathlib import Path

import pytest
from storages.backends.s3 import S3Storage

from kling_cms.environment import BadSetting, Environment, read_environment


def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **values: str) -> Environment:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return read_environment(tmp_path)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"X_ACCEL_PREFIX": "stored"}, "internal location"),
        ({"X_ACCEL_PREFIX": "/stored", "S3_BUCKET": "clips"}, "both set"),
        ({"S3_PRESIGNED": "true"}, "no bucket"),
        ({"S3_BUCKET": "clips", "S3_ACCESS_KEY_ID": "a"}, "go together"),
    ],
)
def test_a_contradiction_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str
) -> None:
    with pytest.raises(BadSetting, match=words):
        read(tmp_path, monkeypatch, **values)


@pytest.mark.parametrize(
    "values", [{}, {"S3_REGION": "eu-central-1"}, {"S3_ENDPOINT_URL": "https://s3.example.com", "S3_REGION": "x"}]
)
def test_browsers_may_fetch_from_where_links_lead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str]
) -> None:
    keys = {"S3_ACCESS_KEY_ID": "a", "S3_SECRET_ACCESS_KEY": "b"}
    config = read(tmp_path, monkeypatch, S3_BUCKET="clips", S3_PRESIGNED="true", **keys, **values)
    link = S3Storage(**config.file_storage["OPTIONS"]).url("clips/aa/x.mp4", expire=300)
    assert config.s3_presigned
    assert link.startswith(f"{config.media_origins[0]}/")
    assert "X-Amz-Signature" in link


def test_the_path_of_nginx_ends_without_a_slash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(tmp_path, monkeypatch, X_ACCEL_PREFIX="/stored/").x_accel_prefix == "/stored"
