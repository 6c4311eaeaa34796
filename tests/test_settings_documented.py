"""Whoever runs the product finds every setting in `.env.example` and in the README."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
READ = re.findall(r'env\.\w+\("([A-Z0-9_]+)"', (ROOT / "kling_cms" / "environment.py").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", sorted(set(READ)))
def test_a_setting_is_documented(name: str) -> None:
    assert re.search(rf"^#?{name}=", EXAMPLE, flags=re.MULTILINE)
    assert f"`{name}`" in README


def test_the_example_names_nothing_that_is_not_read() -> None:
    named = set(re.findall(r"^#?([A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE))
    assert named - set(READ) == {"POSTGRES_PASSWORD"}
