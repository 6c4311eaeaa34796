"""What a person asks for: one take's request as a plain value, and whether it can be made."""

from dataclasses import dataclass
from datetime import date

from assets.models import AssetVersion, Take
from assets.prompts import too_long
from assets.providers.base import IMAGE_TO_VIDEO, MODELS, TEXT_TO_VIDEO
from projects.goals import Ratio, Route

MAX_TAKES = 4
MODEL_OF: dict[str, str] = {Route.TEXT: TEXT_TO_VIDEO, Route.IMAGE: IMAGE_TO_VIDEO}


@dataclass(frozen=True, slots=True)
class TakeRequest:
    """One take as it will be sent. `seconds` of video; an image's clip follows it, so `aspect_ratio` is empty then."""

    route: str
    prompt: str
    seconds: int
    sound: bool
    aspect_ratio: str = ""
    image: AssetVersion | None = None

    @property
    def model(self) -> str:
        """The model's name at the provider. Raises KeyError for an unknown route."""
        return MODEL_OF[self.route]


def request_of(take: Take) -> TakeRequest:
    """The same request again."""
    return TakeRequest(
        route=take.route,
        prompt=take.prompt,
        seconds=take.seconds,
        sound=take.sound,
        aspect_ratio=take.aspect_ratio,
        image=take.image,
    )


def problems(wanted: TakeRequest, today: date) -> list[str]:
    """Why this can't be made, a sentence each; empty when it can. `today` decides whether rights have expired."""
    return [sentence for _, sentence in faults(wanted, today)]


def faults(wanted: TakeRequest, today: date) -> list[tuple[str, str]]:
    """The problems, each with the field of the request it is about."""
    if wanted.route not in MODEL_OF:
        return [("route", "Choose where the clip starts: from words or from an image.")]
    found = [("prompt", sentence) for sentence in _prompt_faults(wanted.prompt)]
    if wanted.seconds not in MODELS[wanted.model].seconds:
        found.append(("seconds", "Kling makes clips of 5 or 10 seconds. Choose one of them."))
    return found + (_text_faults(wanted) if wanted.route == Route.TEXT else _image_faults(wanted, today))


def _prompt_faults(prompt: str) -> list[str]:
    if not prompt.strip():
        return ["The prompt is empty. Say what should be seen and what should happen."]
    found = [sentence] if (sentence := too_long(prompt)) else []
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in prompt):
        found.append("The prompt holds a character that can't be sent. Type it again without copying.")
    return found


def _text_faults(wanted: TakeRequest) -> list[tuple[str, str]]:
    found = [] if wanted.aspect_ratio in Ratio.values else [("aspect_ratio", "Choose a ratio: 16:9, 9:16 or 1:1.")]
    if wanted.image is not None:
        found.append(("image", "A prompt-led take starts without an image. Choose the asset-led route to use one."))
    return found


def _image_faults(wanted: TakeRequest, today: date) -> list[tuple[str, str]]:
    if wanted.image is None:
        return [("image", "Choose the image this take starts from.")]
    if wanted.aspect_ratio:
        return [("aspect_ratio", "An asset-led clip follows its image: leave the ratio open.")]
    limits = MODELS[wanted.model].image
    found = [("image", problem)] if (problem := wanted.image.asset.rights_problem(today)) else []
    if limits and wanted.image.content_type not in limits.types:
        found.append(("image", "Kling takes JPEG and PNG images. Upload this one again in the library."))
    if limits and wanted.image.size > limits.max_bytes:
        found.append(("image", "The image is over 10 MB, more than Kling takes. Upload a smaller one."))
    return found
