"""Memory that was freed is used again. What comes fresh from the kernel can be counted: a page fault for each page."""

import platform
import subprocess
import sys

import pytest

COUNT = """
import resource
from projects.allocator import keep_freed_memory
{first}
begun = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    blocks = [bytearray(4 * 1024 * 1024) for _ in range(3)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - begun)
"""
PAGES_OF_THREE = 3 * 1024


def faults(first: str) -> int:
    """Page faults of fifty times three blocks of 4 MiB, in a process of their own."""
    said = subprocess.run([sys.executable, "-c", COUNT.format(first=first)], capture_output=True, text=True, check=True)
    return int(said.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told")
def test_large_blocks_come_from_the_kernel_once() -> None:
    assert faults("keep_freed_memory()") < 2 * PAGES_OF_THREE < faults("pass")
