"""Do what Dockerfile and compose.yaml say, without a container engine.

In a temporary folder: copy what COPY names, make a venv from the deploy requirements alone, collect the static files,
then run compose's `migrate`, the image's CMD and compose's `work`, ask the HEALTHCHECK until it is content, end all
with SIGTERM. It needs `DATABASE_URL`; the other settings are made up here. Exit code 1 tells what failed.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 60
SECONDS_TO_STOP = 60


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile as (name, arguments), continued lines joined, comments left out."""
    lines = [line for line in dockerfile.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(name, arguments) for name, _, arguments in (line.partition(" ") for line in joined.splitlines())]


def the_one(steps: list[tuple[str, str]], name: str, containing: str = "") -> str:
    """Arguments of the last instruction of this name that contains a text."""
    return [arguments for step, arguments in steps if step == name and containing in arguments][-1]


def copy_application(steps: list[tuple[str, str]], app: Path) -> None:
    """Copy what the COPY steps of the last stage name, from the work tree."""
    for name, arguments in steps:
        *sources, target = arguments.split()
        if name != "COPY" or sources[0].startswith("--from") or target == "/":
            continue
        for source in sources:
            place = app / target / (source if target == "./" else "")
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, place)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def container_environment(folder: Path) -> dict[str, str]:
    """What the image's ENV and a filled .env give, with the folder in place of the container's root."""
    return {
        "PATH": f"{folder}/venv/bin:{os.environ['PATH']}",
        "HOME": str(folder),
        "MEDIA_ROOT": f"{folder}/media",
        "STATIC_ROOT": f"{folder}/app/static",
        "SECRET_KEY": os.urandom(32).hex(),
        "PUBLIC_URL": "https://cms.example.com",
        "TRUST_PROXY": "true",
        "DATABASE_URL": os.environ["DATABASE_URL"],
    }


@contextmanager
def running(command: list[str], app: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends by SIGTERM, in time, when the block is left."""
    process = subprocess.Popen(command, cwd=app, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            sys.exit(f"Did not stop within {SECONDS_TO_STOP} s: {command}")


def wait_until_well(
    check: list[str], app: Path, environment: dict[str, str], processes: list[subprocess.Popen[bytes]]
) -> None:
    """Ask the health check until it says yes; stop when a process ends or the time is over."""
    deadline = time.monotonic() + SECONDS_TO_START
    while subprocess.run(check, cwd=app, env=environment, check=False).returncode != 0:
        ended = [process.args for process in processes if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            sys.exit(f"Not well: {f'ended by itself: {ended}' if ended else 'the health check says no'}")
        time.sleep(0.5)


def rehearse(folder: Path) -> None:
    """Build and run everything once inside an empty folder."""
    steps = instructions((ROOT / "Dockerfile").read_text())
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    app, port, environment = folder / "app", free_port(), container_environment(folder)
    app.mkdir()
    copy_application(steps, app)
    install = the_one(steps, "RUN", "--require-hashes").replace("/requirements-deploy", f"{ROOT}/requirements-deploy")
    # The interpreter that runs this stands in for the base image's.
    install = install.replace("/venv", f"{folder}/venv").replace("python -m", f"{sys.executable} -m", 1)
    for shell_step in (install, the_one(steps, "RUN", "collectstatic")):
        subprocess.run(["/bin/sh", "-c", shell_step], check=True, cwd=app, env=environment)
    subprocess.run(services["migrate"]["command"], check=True, cwd=app, env=environment)

    serve = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in json.loads(the_one(steps, "CMD"))]
    check = [*json.loads(the_one(steps, "HEALTHCHECK").partition(" CMD ")[2]), str(port)]
    with running(serve, app, environment) as web, running(services["work"]["command"], app, environment) as work:
        wait_until_well(check, app, environment, [web, work])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        rehearse(Path(made))
    sys.stdout.write("The container's steps work: install, collect, migrate, serve, work, health, stop.\n")
