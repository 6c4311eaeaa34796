"""The room whose children read files: the answers of a process of its own, and nobody left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assets.media.probe import NotAVideo, ReadingStopped, probe
from assets.media.sandbox import BARE, CODE, ROOM, run_limited
from tests.assets.samples import video
from tests.worker_support import wait_for

type OpenRoom = Callable[..., subprocess.Popen[bytes]]


def answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(address)) == 0


@pytest.fixture
def open_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenRoom]:
    """Start a room where this process looks for one; `job` becomes the code of "probe", with the path as `path`."""
    started = []

    def start(job: str = "") -> subprocess.Popen[bytes]:
        lines = ["import os, signal, sys, time", "from assets.media import child, room"]
        if job:
            lines += [f"def probe(path, *_): {job}", "child.JOBS['probe'] = probe"]
        command = [sys.executable, "-c", "\n".join([*lines, "room.run(sys.argv[1])"]), str(tmp_path / "room")]
        started.append(subprocess.Popen(command, cwd=CODE, env=BARE, stdin=subprocess.PIPE))
        assert wait_for(lambda: answers(tmp_path / "room"), 20)
        monkeypatch.setenv(ROOM, str(tmp_path / "room"))
        return started[-1]

    yield start
    for process in started:
        if process.stdin:
            process.stdin.close()
        process.wait(timeout=20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return video(tmp_path / "clip.mp4", frames=24)


def test_the_room_gives_facts_and_poster(open_room: OpenRoom, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_room()
    monkeypatch.setattr(sys, "executable", "/nowhere")  # so it can be nobody else who answers
    assert probe(path, path.with_suffix(".jpg")).frames == 24
    assert path.with_suffix(".jpg").read_bytes()[:2] == b"\xff\xd8"


def test_the_room_refuses_what_is_no_video(open_room: OpenRoom, tmp_path: Path) -> None:
    open_room()
    (tmp_path / "page").write_text("<html>")
    with pytest.raises(NotAVideo, match="web page"):
        probe(tmp_path / "page")


def test_a_crash_in_the_room_condemns_the_file_only(open_room: OpenRoom, path: Path) -> None:
    room = open_room("os.kill(os.getpid(), signal.SIGSEGV)")
    for _ in range(2):
        with pytest.raises(NotAVideo, match="gave up"):
            probe(path)
    assert room.poll() is None


def test_a_child_that_did_well_reads_the_next_file(open_room: OpenRoom, path: Path) -> None:
    open_room("return os.getpid()")
    assert run_limited("probe", path, cpu_seconds=5) == run_limited("probe", path, cpu_seconds=5)


@pytest.mark.parametrize(
    "trouble",
    [
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "signal.pause()",
        "int('x')",
        "os._exit(0)",
        "sys.exit()",
        "os.write(1, b'[\"answer\"]\\n')",
        "os.write(1, b'[' * 4000 + b'\\n')",
    ],
)
def test_trouble_of_a_child_that_has_read_is_not_laid_to_a_file(open_room: OpenRoom, path: Path, trouble: str) -> None:
    seconds = "from assets.media import reader; reader.USED_SECONDS = 0.5"
    open_room(f"\n    if sys.argv.count('read'): {trouble}\n    sys.argv.append('read')\n    return 24\n{seconds}")
    for _ in range(3):
        assert run_limited("probe", path, cpu_seconds=5) == 24


def test_a_child_reads_so_many_files_and_no_more(open_room: OpenRoom, path: Path) -> None:
    open_room("return os.getpid()\nfrom assets.media import reader; reader.MOST_READ = 2")
    first, second, third = (run_limited("probe", path, cpu_seconds=5) for _ in range(3))
    assert first == second != third


def test_a_child_that_refused_a_file_reads_nothing_more(open_room: OpenRoom, path: Path, tmp_path: Path) -> None:
    open_room("\n    if 'bad' in path: raise child.NotAVideo(str(os.getpid()))\n    return os.getpid()")
    (tmp_path / "bad").touch()
    with pytest.raises(NotAVideo) as refused:
        probe(tmp_path / "bad")
    assert run_limited("probe", path, cpu_seconds=5) != int(str(refused.value))


def test_each_file_has_a_child_of_its_own_for_long_work(open_room: OpenRoom, path: Path) -> None:
    open_room("return os.getpid()\nchild.JOBS['draw'] = probe")
    assert run_limited("draw", path, cpu_seconds=5) != run_limited("draw", path, cpu_seconds=5)


def test_each_file_has_its_own_seconds_of_cpu(open_room: OpenRoom, path: Path) -> None:
    open_room(
        "\n    end = time.process_time() + 0.8\n    while time.process_time() < end: pass\n    return os.getpid()"
    )
    assert len({run_limited("probe", path, cpu_seconds=1) for _ in range(3)}) == 1


def test_a_child_without_work_is_let_go(open_room: OpenRoom, path: Path) -> None:
    open_room("return os.getpid()\nfrom assets.media import reader; reader.USED_SECONDS = 0.1")
    pid = run_limited("probe", path, cpu_seconds=5)
    assert wait_for(lambda: not Path(f"/proc/{pid}").exists(), 20)
    assert run_limited("probe", path, cpu_seconds=5) != pid


def test_a_child_that_speaks_unasked_is_let_go(open_room: OpenRoom, path: Path) -> None:
    later = "import threading\n    threading.Timer(0.1, lambda: os.write(1, b'{}')).start()"
    open_room(f"\n    {later}\n    return os.getpid()")
    pid = run_limited("probe", path, cpu_seconds=5)
    assert wait_for(lambda: not Path(f"/proc/{pid}").exists(), 20)


@pytest.mark.parametrize("said", ['["answer"]', "[" * 4000])
def test_an_answer_that_is_none_is_no_verdict(open_room: OpenRoom, path: Path, said: str) -> None:
    open_room(f"os.write(1, {said!r}.encode() + b'\\n') and os._exit(0)")
    with pytest.raises(ReadingStopped):
        run_limited("probe", path, cpu_seconds=5)


def test_a_child_that_died_at_rest_is_replaced(open_room: OpenRoom, path: Path) -> None:
    open_room("return os.getpid()")
    for _ in range(3):
        pid = run_limited("probe", path, cpu_seconds=5)
        os.kill(pid, signal.SIGKILL)
        assert run_limited("probe", path, cpu_seconds=5) != pid


def test_a_child_stopped_from_outside_is_no_verdict(open_room: OpenRoom, path: Path) -> None:
    open_room("os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(ReadingStopped):
        probe(path)


def test_a_child_of_the_room_limits_its_cpu(open_room: OpenRoom, path: Path) -> None:
    open_room("\n    while True: pass")
    with pytest.raises(NotAVideo, match="gave up"):
        run_limited("probe", path, cpu_seconds=1)


def test_the_room_has_no_secret_of_ours(open_room: OpenRoom, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIE_API_KEY", "sk-secret")
    open_room("return dict(os.environ)")
    assert set(run_limited("probe", path, cpu_seconds=5)) <= {*BARE, "LC_CTYPE"}


def test_a_child_ends_when_its_caller_has_gone(open_room: OpenRoom, path: Path, tmp_path: Path) -> None:
    open_room("\n    open(path + '.pid', 'w').write(str(os.getpid()))\n    time.sleep(60)")
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(tmp_path / "room"))
        caller.sendall(json.dumps(["5", "probe", str(path)]).encode() + b"\n")
        noted = tmp_path / "clip.mp4.pid"
        assert wait_for(lambda: noted.exists() and noted.read_text(), 20)
    assert wait_for(lambda: not Path(f"/proc/{noted.read_text()}/stat").exists(), 20)


def test_a_child_reaches_nobody_but_its_own_caller(open_room: OpenRoom, path: Path, tmp_path: Path) -> None:
    open_room("return len(os.listdir('/proc/self/fd'))")
    with socket.socket(socket.AF_UNIX) as another:
        another.connect(str(tmp_path / "room"))
        assert run_limited("probe", path, cpu_seconds=5) == 4, "input, output, errors, and the folder it lists"


def test_a_child_ends_with_its_room(open_room: OpenRoom, path: Path) -> None:
    room = open_room(
        "\n    open(path + '.pid', 'w').write(str(os.getpid()))\n    os.kill(os.getppid(), 9)\n    time.sleep(60)"
    )
    with pytest.raises(ReadingStopped):
        probe(path)
    room.wait()
    noted = path.with_suffix(".mp4.pid").read_text()
    assert wait_for(lambda: not Path(f"/proc/{noted}/stat").exists(), 20)


def test_a_child_that_never_stops_talking_holds_nobody_up(open_room: OpenRoom, path: Path, tmp_path: Path) -> None:
    open_room("return 24 if 'flood' not in path else [os.write(2, b'x' * 65536) for _ in iter(int, 1)]")
    (tmp_path / "flood").touch()
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(tmp_path / "room"))
        caller.sendall(json.dumps(["60", "probe", str(tmp_path / "flood")]).encode() + b"\n")
        assert run_limited("probe", path, cpu_seconds=5) == 24


@pytest.mark.parametrize("order", [b"read it\n", b"[" * 60_000 + b"\n"])
def test_what_is_no_order_is_not_answered(open_room: OpenRoom, path: Path, tmp_path: Path, order: bytes) -> None:
    room = open_room()
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(tmp_path / "room"))
        caller.sendall(order)
        assert caller.recv(100) == b""
    assert room.poll() is None
    assert probe(path).frames == 24


def test_the_room_ends_with_whoever_started_it(open_room: OpenRoom) -> None:
    room = open_room()
    assert room.stdin
    room.stdin.close()
    assert room.wait(timeout=20) == 0


def test_without_its_room_a_file_is_read_in_a_new_process(open_room: OpenRoom, path: Path) -> None:
    room = open_room()
    room.kill()
    room.wait()
    assert probe(path).frames == 24


def test_a_room_that_dies_over_a_file_is_no_verdict(open_room: OpenRoom, path: Path) -> None:
    open_room("\n    os.kill(os.getppid(), signal.SIGKILL)")
    with pytest.raises(ReadingStopped):
        probe(path)
