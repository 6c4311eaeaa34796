"""Uploaded images: what is taken, what it becomes, and a sentence for everything else."""

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from assets.media import images
from assets.media.images import Picture, advice, read_picture
from assets.media.sniffing import NotAnImage
from tests.assets.samples import encoded, picture


def opened(made: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(made.data))
    image.load()
    return image


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "becomes"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg"), ("GIF", "image/png")]
)
def test_what_is_taken_becomes_what_kie_takes(kind: str, becomes: str) -> None:
    made = read_picture(picture((640, 360), kind))
    assert (made.content_type, made.width, made.height) == (becomes, 640, 360)
    assert opened(made).format == becomes.removeprefix("image/").upper()


def test_a_gif_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (400, 400), colour) for colour in ("#c00", "#0c0", "#00c")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert opened(read_picture(data)).convert("RGB").getpixel((5, 5)) == (204, 0, 0)


def test_orientation_is_applied_and_metadata_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place"
    exif.get_ifd(0x8825)[1] = "N"
    made = read_picture(picture((640, 360), "JPEG", exif=exif))
    assert (made.width, made.height) == (360, 640)
    assert b"secret" not in made.data
    assert not opened(made).getexif()


def test_what_hides_behind_an_image_is_dropped() -> None:
    made = read_picture(picture(kind="JPEG") + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in made.data


def test_a_colour_profile_becomes_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, srgb, b"no profile at all"):
        made = read_picture(picture(icc_profile=icc))
        assert "icc_profile" not in opened(made).info


def test_transparent_parts_become_white() -> None:
    made = read_picture(encoded(Image.new("RGBA", (400, 400), (255, 0, 0, 0)), "PNG"))
    assert opened(made).getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_keep_their_shades() -> None:
    deep = Image.new("I;16", (400, 400), 0x8000)
    assert opened(read_picture(encoded(deep, "PNG"))).convert("L").getpixel((5, 5)) == 128


def test_cmyk_becomes_rgb() -> None:
    made = read_picture(encoded(Image.new("CMYK", (400, 400), (0, 0, 0, 0)), "JPEG"))
    assert opened(made).mode == "RGB"


def test_a_large_image_is_scaled_to_4096() -> None:
    made = read_picture(picture((6000, 3000), "JPEG"))
    assert (made.width, made.height) == (4096, 2048)


def test_what_is_too_heavy_for_kie_shrinks_until_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "KIE_BYTES", 60_000)
    made = read_picture(encoded(Image.effect_noise((800, 600), 90).convert("RGB"), "PNG"))
    assert len(made.data) <= 60_000
    assert made.content_type == "image/jpeg"
    assert made.width < 800


def test_the_thumbnail_is_a_small_jpeg() -> None:
    thumbnail = Image.open(io.BytesIO(read_picture(picture((1600, 800))).thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (480, 240))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x --><svg>', "SVG"),
        (b"<!DOCTYPE html><h1>Hello</h1>", "web page"),
        (b"\n  <html><body>", "web page"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"BM" + b"\0" * 100, "BMP"),
        (b"PK\x03\x04" + b"\0" * 100, "archive"),
        (b"MZ\x90\0" + b"\0" * 100, "program"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "video"),
        (b"just words", "no image that can be read"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\x89PNG\r\n\x1a\nxx", "damaged"),
        (b"GIF89a", "damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "damaged"),
        (picture(kind="JPEG")[:400], "damaged"),
        (picture((600, 600), kind="PNG")[:-40], "damaged"),
    ],
)
def test_every_bad_file_has_its_own_sentence(data: bytes, words: str) -> None:
    with pytest.raises(NotAnImage, match=words):
        read_picture(data)


@pytest.mark.parametrize("side", [8_000, 10_000, 60_000])
def test_a_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    with pytest.raises(NotAnImage, match="50 million"):
        read_picture(png_that_claims(side, side))


def test_too_many_bytes_are_refused_without_reading_them_all() -> None:
    endless = io.BytesIO(b"\xff\xd8\xff" + b"\0" * (25 * 1024 * 1024))
    with pytest.raises(NotAnImage, match="larger than 20 MB"):
        read_picture(endless)
    assert endless.tell() == images.MAX_BYTES + 1


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, 2000), value=st.integers(0, 255), kind=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]))
def test_one_wrong_byte_never_brings_it_down(position: int, value: int, kind: str) -> None:
    data = bytearray(encoded(Image.linear_gradient("L").resize((64, 64)), kind))
    data[position % len(data)] = value
    with contextlib.suppress(NotAnImage):
        assert read_picture(bytes(data)).width > 0


@pytest.mark.parametrize(("size", "count"), [((1280, 720), 0), ((300, 800), 2), ((301, 301), 0), ((1600, 400), 1)])
def test_advice_says_what_kling_may_refuse(size: tuple[int, int], count: int) -> None:
    assert len(advice(*size)) == count
