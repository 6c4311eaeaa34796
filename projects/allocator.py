"""How the C library gives memory back. Only glibc is told; others are left as they are."""

import ctypes
import sys

# Parameters of glibc's mallopt(3), and what they are set to, in bytes.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
LARGEST_KEPT = 32 * 1024**2
MOST_KEPT = 64 * 1024**2


def keep_freed_memory() -> None:
    """Use large blocks again that were freed, up to `MOST_KEPT` bytes of them, here and in every later fork.

    By default many of them come fresh from the kernel and go back to it, which costs a page fault for every 4 KiB: with
    the pieces of a download and the packets of a video, a sixth of the work.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(MMAP_THRESHOLD, LARGEST_KEPT)
        mallopt(TRIM_THRESHOLD, MOST_KEPT)
