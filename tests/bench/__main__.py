"""Run the benchmark: in a database of its own, through the whole handler (middleware, view, template)."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

FEW, MANY = 1_000, int(os.environ.get("BENCH_MANY", "100000"))
MIB = 1024 * 1024
FILE_SIZE = 8 * MIB
RANGE = {"Range": f"bytes={MIB}-{2 * MIB - 1}"}


def say(text: str) -> None:
    """One line a figure: name, value, unit."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def own_product() -> Iterator[Path]:
    """Django set up on a database (SQLite unless DATABASE_URL says else) and a media folder that vanish afterwards."""
    with tempfile.TemporaryDirectory(prefix="kling-bench-") as name:
        folder = Path(name)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kling_cms.settings")
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite3'}")
        here = {"SECRET_KEY": "b" * 50, "DEBUG": "false", "INSECURE_HTTP": "true", "ALLOWED_HOSTS": "testserver"}
        os.environ.update(here, MEDIA_ROOT=str(folder / "media"), STATIC_ROOT=str(folder / "static"), LOG_LEVEL="ERROR")
        django.setup()
        yield folder


def prepare() -> None:
    """An empty database and the collected static files."""
    from django.conf import settings  # noqa: PLC0415  # settings exist only after `own_product`
    from django.core.management import call_command  # noqa: PLC0415

    settings.ROOT_URLCONF = "tests.bench.yardsticks"
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def pages(studio: Any) -> dict[str, str]:
    """The addresses that must not get slower with the number of generations."""
    return {
        "project": f"/projects/{studio.project.pk}/",
        "takes": f"/shots/{studio.shot.pk}/",
        "review": f"/versions/{studio.version.pk}/",
        "ledger": "/ledger/",
    }


def opener(user: Any) -> Callable[[str], Callable[[], None]]:
    """Makes calls that open an address as that person and insist on an answer."""
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def opening(address: str, **headers: str) -> Callable[[], None]:
        def call() -> None:
            answer = client.get(address, headers=headers)
            if answer.status_code not in (200, 206):
                raise SystemExit(f"{address} answered {answer.status_code}")
            _ = answer.getvalue()

        return call

    return opening


def compare_pages() -> None:
    """The project page against the plain one; then every page with few and with many generations."""
    from tests.bench.measure import report, side_by_side  # noqa: PLC0415
    from tests.bench.world import build  # noqa: PLC0415

    few = build(FEW)
    opening = opener(few.producer)
    board = opening(pages(few)["project"])
    ours, plain = side_by_side(board, opening(f"/bench/rows/{few.project.pk}/"))
    say(report("project_page_50_shots_vs_plain_list", ours, plain, bar="at most 1.6, aim 1.0"))
    say(f"# building a studio of {MANY:,} generations")
    many = build(MANY)
    opening_many = opener(many.producer)
    for name, address in pages(few).items():
        large, small = side_by_side(opening_many(pages(many)[name]), opening(address))
        say(report(f"{name}_page_{MANY}_vs_{FEW}_generations", large, small, bar="at most 1.3"))


def compare_ranges(folder: Path) -> None:
    """One MiB from the middle of a clip behind the right against a bare response that reads as much."""
    from django.core.files.base import ContentFile  # noqa: PLC0415
    from django.core.files.storage import default_storage  # noqa: PLC0415

    from assets.models import Clip  # noqa: PLC0415
    from tests.bench.measure import report, side_by_side  # noqa: PLC0415
    from tests.bench.world import FULL_PAGE, SHOTS, build  # noqa: PLC0415
    from tests.bench.yardsticks import RANGE_FILE  # noqa: PLC0415

    studio = build(SHOTS + FULL_PAGE)
    clip = studio.version.clip
    name = default_storage.save("clips/bench.mp4", ContentFile(os.urandom(FILE_SIZE)))
    Clip.objects.filter(pk=clip.pk).update(file=name, size=FILE_SIZE)
    RANGE_FILE["path"] = folder / "one-mib.bin"
    RANGE_FILE["path"].write_bytes(os.urandom(MIB))
    opening = opener(studio.producer)
    ours, bare = side_by_side(opening(f"/clips/{clip.pk}/video/", **RANGE), opening("/bench/file"), repeat=10)
    say(report("range_1_mib_vs_bare_file", ours, bare, bar="reported"))


def main() -> None:
    """Everything, or what is named: `pages`, `engine`, `engine.ROW`."""
    rows = [name.removeprefix("engine.") for name in sys.argv[1:] if name.startswith("engine.")]
    if rows or "engine" in sys.argv[1:] or not sys.argv[1:]:
        from tests.bench.engine.run import run_rows  # noqa: PLC0415  # not needed for the pages

        run_rows(rows)
    if "pages" in sys.argv[1:] or not sys.argv[1:]:
        measure_pages()


def measure_pages() -> None:
    """Pages and ranges, in one process."""
    with own_product() as folder:
        prepare()
        compare_ranges(folder)
        compare_pages()


if __name__ == "__main__":
    main()
