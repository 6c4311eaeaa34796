"""What can be said about a prompt before it is paid for: its length as Kie counts it, and hints that save a take.

Pure: values in, values out. A hint of level "bad" names what would be refused; "warn" and "info" only advise.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from assets.models import Asset, AssetVersion
from assets.providers.base import IMAGE_TO_VIDEO, MODELS, prompt_length
from projects.goals import Ratio

PROMPT_LIMIT = MODELS[IMAGE_TO_VIDEO].prompt_characters
SUBJECT_WORDS = 3
EXPIRES_SOON = timedelta(days=14)

# Words that ask for lettering, which video models draw badly; quoted text of two letters and more asks for it as well.
_LETTERING = re.compile(
    r"\b(text|title|caption|subtitle|headline|slogan|logo|lettering|typography|call[- ]to[- ]action|cta)s?\b"
    r"|\b(sign|banner|poster|screen|label|board)\b[^.]{0,40}\b(says|saying|reads|reading)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«]\s*\w[^\"”“»]+[\"”“»]")
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Hint:
    """One lint card: `level` is bad, warn or info; `code` names the rule for the page's script."""

    level: Literal["bad", "warn", "info"]
    code: str
    text: str


def typed(text: str) -> str:
    """The prompt as it was typed: a form sends each line break as CR LF, a person typed one character."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def too_long(prompt: str) -> str:
    """The sentence for a prompt over the limit, with both counts; empty when it fits."""
    length = prompt_length(prompt)
    if length <= PROMPT_LIMIT:
        return ""
    over = length - PROMPT_LIMIT
    return (
        f"The prompt has {length:,} characters and Kling takes {PROMPT_LIMIT:,}. "
        f"Shorten it by {over:,}; nothing was sent."
    )


def prompt_hints(prompt: str) -> list[Hint]:
    """Cards for the words alone: too long, no subject, text on screen asked for."""
    found = []
    if sentence := too_long(prompt):
        found.append(Hint("bad", "too_long", sentence))
    if prompt.strip() and len(_WORD.findall(prompt)) < SUBJECT_WORDS:
        found.append(Hint("warn", "no_subject", "Say who or what is in the picture and what it does."))
    if _LETTERING.search(prompt) or _QUOTED.search(prompt):
        found.append(
            Hint("warn", "text_on_screen", "Text on screen often comes out garbled. Add it in the edit instead.")
        )
    return found


def image_hints(image: AssetVersion, wanted_ratio: str, today: date) -> list[Hint]:
    """Cards for the start image: rights, size, ratio, and that the clip follows it. `today` in the person's zone."""
    asset = image.asset
    if problem := asset.rights_problem(today):
        return [Hint("bad", "rights", problem)]
    found = [*_rights_soon(asset, today), *_pixel_hints(image)]
    if wanted_ratio in Ratio.values and not _follows(image, wanted_ratio):
        found.append(
            Hint(
                "info",
                "ratio",
                f"The brief asks for {wanted_ratio}; the clip will follow the image ({image.width} × {image.height}).",
            )
        )
    return found


def _rights_soon(asset: Asset, today: date) -> list[Hint]:
    if asset.expires_on and asset.expires_on - today <= EXPIRES_SOON:
        text = f"The rights to “{asset.name}” expire on {asset.expires_on:%d %b %Y}."
        return [Hint("warn", "rights_soon", text)]
    return []


def _pixel_hints(image: AssetVersion) -> list[Hint]:
    limits = MODELS[IMAGE_TO_VIDEO].image
    if limits is None:
        return []
    long, short = max(image.width, image.height), min(image.width, image.height)
    found = []
    if short < limits.min_side:
        found.append(
            Hint(
                "warn",
                "image_size",
                f"The image is {image.width} × {image.height}. Kling may refuse sides under {limits.min_side} pixels.",
            )
        )
    if long > short * limits.max_ratio:
        found.append(
            Hint(
                "warn",
                "image_ratio",
                f"One side of the image is {long / short:.1f} times the other; Kling may refuse it.",
            )
        )
    return found


def _follows(image: AssetVersion, ratio: str) -> bool:
    wide, high = (int(side) for side in ratio.split(":"))
    return abs(image.width / image.height - wide / high) < 0.05 * wide / high
