"""What may be asked for, and how it is written for Kie."""

from dataclasses import replace

import pytest

from assets.providers.base import MODELS, ImageToVideo, TextToVideo, VideoRequest, problems, prompt_length

TEXT = TextToVideo("A quiet morning", 5, True, "16:9")
IMAGE = ImageToVideo("She turns", "https://files.example/a.png", 10, False)


def test_text_to_video_as_kie_takes_it() -> None:
    built = MODELS[TEXT.model].build(TEXT)
    assert built == {"prompt": "A quiet morning", "sound": True, "aspect_ratio": "16:9", "duration": "5"}


def test_image_to_video_as_kie_takes_it() -> None:
    built = MODELS[IMAGE.model].build(IMAGE)
    assert built == {
        "prompt": "She turns",
        "sound": False,
        "image_urls": ["https://files.example/a.png"],
        "duration": "10",
    }


@pytest.mark.parametrize("request_", [TEXT, IMAGE])
def test_every_field_of_the_row_is_built(request_: VideoRequest) -> None:
    spec = MODELS[request_.model]
    assert set(spec.build(request_)) == set(spec.fields)


@pytest.mark.parametrize(
    ("prompt", "length"), [("", 0), ("abc", 3), ("é", 1), ("👋", 1), ("🇫🇷", 2), ("שלום", 4), ("a\r\nb", 4)]
)
def test_prompt_length(prompt: str, length: int) -> None:
    assert prompt_length(prompt) == length


@pytest.mark.parametrize(
    "fine",
    [TEXT, IMAGE, replace(TEXT, prompt="👋" * 1000), replace(TEXT, aspect_ratio="1:1"), replace(IMAGE, seconds=5)],
)
def test_fine(fine: VideoRequest) -> None:
    assert problems(fine) == []


@pytest.mark.parametrize(
    "wrong",
    [
        replace(TEXT, prompt=""),
        replace(TEXT, prompt=" \n"),
        replace(TEXT, prompt="x" * 1001),
        replace(TEXT, prompt="a\0b"),
        replace(TEXT, prompt="a\ud800b"),
        replace(TEXT, seconds=7),
        replace(TEXT, aspect_ratio="4:3"),
        replace(TEXT, model="kling-9"),
        replace(TEXT, model=IMAGE.model),
        replace(IMAGE, image_url=""),
        replace(IMAGE, image_url="ftp://a/b.png"),
        replace(IMAGE, image_url="https://[::1"),
    ],
)
def test_wrong(wrong: VideoRequest) -> None:
    assert len(problems(wrong)) == 1


def test_limit_is_named() -> None:
    assert problems(replace(TEXT, prompt="x" * 1001)) == ["The prompt has 1001 characters; the limit is 1000."]
