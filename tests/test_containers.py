"""Dockerfile, compose.yaml and the pins obey the rules that keep a deployment safe.

No container engine is needed; `.ci/rehearse.py` runs the same files' commands.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE_TEXT = (ROOT / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE_TEXT)["services"]
OF_THE_APPLICATION = [name for name, service in SERVICES.items() if "build" in service]
PIN_FILES = ["requirements.txt", "requirements-deploy.txt", "requirements-dev.txt", ".ci/uv.txt"]


def instructions(name: str) -> list[str]:
    """The first lines of all Dockerfile instructions of this name, without the name."""
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, flags=re.MULTILINE)


FOREIGN_IMAGES = sorted({*instructions("FROM"), *(s["image"] for s in SERVICES.values())} - {"kling-cms:local"})


def test_the_image_runs_as_a_numbered_user_without_rights() -> None:
    assert instructions("USER") == ["10001"]


def test_the_image_installs_hashed_pins_only() -> None:
    assert re.findall(r"pip install .*", DOCKERFILE) == [
        "pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements-deploy.txt"
    ]


def test_the_image_has_a_health_check() -> None:
    assert instructions("HEALTHCHECK")


def test_the_web_server_writes_no_access_log() -> None:
    assert not any("access-log" in command for command in instructions("CMD"))


def test_what_the_image_copies_is_let_through() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert copied == allowed


@pytest.mark.parametrize("image", FOREIGN_IMAGES)
def test_every_foreign_image_names_its_version(image: str) -> None:
    assert re.search(r":v?\d", image.split(" ")[0])


@pytest.mark.parametrize("name", OF_THE_APPLICATION)
def test_a_service_of_ours_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", ["web", "work"])
def test_web_and_worker_start_after_the_migrations(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_migrations_start_when_the_database_is_well() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert SERVICES["db"]["healthcheck"]["test"]


@pytest.mark.parametrize("name", [name for name, service in SERVICES.items() if "ports" in service])
def test_ports_are_open_to_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


@pytest.mark.parametrize("name", ["redis", "s3"])
def test_extras_run_only_when_asked_for(name: str) -> None:
    assert SERVICES[name]["profiles"] == [name]


def test_no_secret_has_a_default() -> None:
    defaults = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*):-([^}]*)\}", COMPOSE_TEXT)
    assert all(value == "" for _, value in defaults)
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        assert f"${{{name}:?" in COMPOSE_TEXT


@pytest.mark.parametrize("file", PIN_FILES)
def test_every_pin_has_a_hash_and_names_no_host(file: str) -> None:
    pins = re.sub(r"\\\n\s*", "", (ROOT / file).read_text())
    lines = [line for line in pins.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line) for line in lines)
    assert "://" not in pins
