"""What may be asked of a model: the requests as plain values, and one row a model with its fields, limits and builder.

Units: seconds of video, bytes, pixels. How characters are counted: Kie says "at most 1000 characters" and no more, so
we count Unicode code points, as Python does: an emoji is 1, a flag is 2, a line break sent as CR LF is 2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

Route = Literal["text-to-video", "image-to-video"]

TEXT_TO_VIDEO = "kling-2.6/text-to-video"
IMAGE_TO_VIDEO = "kling-2.6/image-to-video"


@dataclass(frozen=True, slots=True)
class TextToVideo:
    """A clip from words alone. `seconds` is the length of the clip, `aspect_ratio` is written "16:9"."""

    prompt: str
    seconds: int
    sound: bool
    aspect_ratio: str
    model: str = TEXT_TO_VIDEO


@dataclass(frozen=True, slots=True)
class ImageToVideo:
    """A clip that starts from an image and takes its ratio. `image_url` is an address that the provider can fetch."""

    prompt: str
    image_url: str
    seconds: int
    sound: bool
    model: str = IMAGE_TO_VIDEO


type VideoRequest = TextToVideo | ImageToVideo


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a start image must be. Types and bytes are the provider's rule; sides and ratio upstream's, so only warn."""

    types: tuple[str, ...] = ("image/jpeg", "image/png")
    max_bytes: int = 10 * 1024 * 1024
    min_side: int = 300
    max_ratio: float = 2.5


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as a row: its name at the provider, its route, the fields it takes, their limits and who builds them."""

    name: str
    route: Route
    fields: tuple[str, ...]
    seconds: tuple[int, ...]
    prompt_characters: int
    build: Callable[[VideoRequest], dict[str, object]]
    aspect_ratios: tuple[str, ...] = ()
    sound: bool = True
    image: ImageLimits | None = None


def prompt_length(prompt: str) -> int:
    """Characters of a prompt as they are counted against the limit: code points."""
    return len(prompt)


def _build_kling_26(request: VideoRequest) -> dict[str, object]:
    """The `input` of Kling 2.6: the duration is text, the one image comes in a list."""
    built: dict[str, object] = {"prompt": request.prompt, "sound": request.sound, "duration": str(request.seconds)}
    match request:
        case TextToVideo():
            return {**built, "aspect_ratio": request.aspect_ratio}
        case ImageToVideo():
            return {**built, "image_urls": [request.image_url]}


MODELS: Mapping[str, ModelSpec] = MappingProxyType(
    {
        TEXT_TO_VIDEO: ModelSpec(
            name=TEXT_TO_VIDEO,
            route="text-to-video",
            fields=("prompt", "sound", "aspect_ratio", "duration"),
            seconds=(5, 10),
            prompt_characters=1000,
            build=_build_kling_26,
            aspect_ratios=("1:1", "16:9", "9:16"),
        ),
        IMAGE_TO_VIDEO: ModelSpec(
            name=IMAGE_TO_VIDEO,
            route="image-to-video",
            fields=("prompt", "image_urls", "sound", "duration"),
            seconds=(5, 10),
            prompt_characters=1000,
            build=_build_kling_26,
            image=ImageLimits(),
        ),
    }
)


def problems(request: VideoRequest) -> list[str]:
    """Why the request would be refused, a sentence each; an empty list when it may be sent."""
    spec = MODELS.get(request.model)
    route: Route = "text-to-video" if isinstance(request, TextToVideo) else "image-to-video"
    if spec is None or spec.route != route:
        return [f"The model “{request.model}” doesn't make {route} clips."]
    found = _prompt_problems(request.prompt, spec)
    if request.seconds not in spec.seconds:
        found.append(f"The length must be {_one_of(spec.seconds)} seconds.")
    if request.sound and not spec.sound:
        found.append("This model makes silent clips only.")
    if isinstance(request, TextToVideo) and request.aspect_ratio not in spec.aspect_ratios:
        found.append(f"The aspect ratio must be {_one_of(spec.aspect_ratios)}.")
    if isinstance(request, ImageToVideo) and not _is_web_address(request.image_url):
        found.append("The start image needs a web address.")
    return found


def _prompt_problems(prompt: str, spec: ModelSpec) -> list[str]:
    if not prompt.strip():
        return ["The prompt is empty."]
    found = []
    length = prompt_length(prompt)
    if length > spec.prompt_characters:
        found.append(f"The prompt has {length} characters; the limit is {spec.prompt_characters}.")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in prompt):
        found.append("The prompt holds a character that can't be sent. Type it again without copying.")
    return found


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _one_of(values: tuple[int, ...] | tuple[str, ...]) -> str:
    return " or ".join([", ".join(map(str, values[:-1])), str(values[-1])]) if len(values) > 1 else str(values[0])
