"""The child process that touches bytes from outside: `python -m assets.media.child <cpu seconds> <job> <path> [...]`.

It limits itself before it opens the file, knows no settings and no database, and answers with one line of JSON:
{"answer": ...} or {"refused": "a sentence"}. In the room (`room.py`) it may be given one file after another.
"""

import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assets.media.drawing import Sprite, draw_poster, save_poster
from assets.media.proxy import draw_proxy
from assets.media.reading import NotAVideo, exact_frame, facts_of, opened

GIB = 1024**3
LIMITS = {
    resource.RLIMIT_AS: 3 * GIB,
    resource.RLIMIT_FSIZE: GIB,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NOFILE: 64,
}


def limit(cpu_seconds: int) -> None:
    """Bound memory (bytes), file size, open files and CPU (seconds from now); a system may be unable to do one."""
    for what, most in {**LIMITS, resource.RLIMIT_CPU: cpu_seconds + int(time.process_time() + 0.9)}.items():
        hard = resource.getrlimit(what)[1]
        try:
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (ValueError, OSError):
            continue


def probe_job(path: str, poster: str = "") -> dict[str, Any]:
    """The facts of the file, and its poster if a place for that is named."""
    with opened(Path(path)) as (container, stream):
        facts = asdict(facts_of(container, stream))
        if poster:
            save_poster(container, stream, Path(poster))
    return facts


def draw_job(path: str, folder: str, poster: str) -> dict[str, int]:
    """sprite.jpg and proxy.mp4 in the folder, and how many frames the sprite has; poster.jpg too, if `poster` is 1."""
    give_way()
    source, out = Path(path), Path(folder)
    if int(poster):
        draw_poster(source, out / "poster.jpg")
    sprite = Sprite(source)
    draw_proxy(source, out / "proxy.mp4", sprite.see)
    return {"sprite_frames": sprite.save(out / "sprite.jpg")}


def give_way() -> None:
    """Take only what time others leave: nobody waits for these pictures, but they take seconds of CPU each."""
    with contextlib.suppress(OSError):
        os.nice(15)
        # Where Linux groups processes by session, niceness counts within the session only; ours is our own.
        Path("/proc/self/autogroup").write_text("15")


def frame_job(path: str, number: str, out: str) -> None:
    """One exact frame as PNG."""
    try:
        exact_frame(Path(path), int(number)).save(out, "PNG", compress_level=3)
    except IndexError:
        raise NotAVideo(f"The clip has no frame {number}.") from None


JOBS: dict[str, Callable[..., Any]] = {"probe": probe_job, "draw": draw_job, "frame": frame_job}


def answer_to(order: Sequence[str]) -> dict[str, Any]:
    """Do one job, as the module says."""
    seconds, job, *rest = order
    limit(int(seconds))
    try:
        return {"answer": JOBS[job](*rest)}
    except NotAVideo as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "The video needs more memory than is allowed."}
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # how decoders stumble over odd bytes
        return {"refused": f"The video can't be read: {type(error).__name__}."}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer_to(sys.argv[1:])))
