"""Images from outside, made safe: decided by their bytes, decoded within limits, drawn anew without metadata.

What comes out is what Kie takes: a PNG or JPEG of at most 10 MB, upright, in sRGB; and a thumbnail. This happens in the
request of the upload, not in a worker, so that the person hears at once what is wrong with a file; the limits below
keep it at a second or two for the largest file that is let in.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageCms, ImageOps

from assets.media.sniffing import NotAnImage, image_format

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
# Kling draws at most 1080 lines: more than this only costs time on the way to Kie.
MAX_SIDE = 4096
KIE_BYTES = 10_000_000
THUMBNAIL = (480, 480)
KIE_SIDE = 300
KIE_RATIO = 2.5
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image ready to be stored: its bytes, their SHA-256, pixels, type, and a JPEG thumbnail of at most 480 px."""

    data: bytes
    sha256: str
    content_type: str
    width: int
    height: int
    thumbnail: bytes

    @property
    def ending(self) -> str:
        """The ending of its file name."""
        return ".png" if self.content_type == "image/png" else ".jpg"


def advice(width: int, height: int) -> list[str]:
    """What upstream may not like about an image of that size, a sentence each; the image is kept all the same."""
    told = []
    if min(width, height) <= KIE_SIDE:
        told.append(
            f"It has {width} × {height} pixels; Kling wants more than {KIE_SIDE} on each side and may refuse it."
        )
    if max(width, height) > KIE_RATIO * min(width, height):
        told.append("It is longer than 2.5 : 1; Kling takes ratios from 1 : 2.5 to 2.5 : 1 and may refuse it.")
    return told


def read_picture(upload: bytes | IO[bytes]) -> Picture:
    """The image in `upload`, drawn anew; at most 20 MB are read. Raises NotAnImage with a sentence for all else."""
    data = upload if isinstance(upload, bytes) else upload.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise NotAnImage(f"The file is larger than {MAX_BYTES // 1024**2} MB. Export it smaller and upload that.")
    kind = image_format(data)
    return encode(_decoded(data, kind), lossless=kind in ("PNG", "GIF"))


def encode(image: Image.Image, *, lossless: bool) -> Picture:
    """An RGB image as a Picture: PNG if `lossless` and small enough for Kie, else JPEG, scaled down until it fits."""
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    clean = Image.new("RGB", image.size)  # carries nothing over: no EXIF, GPS, profile, comment or text chunk
    clean.paste(image)
    data, content_type = _fit_for_kie(clean, lossless)
    small = clean.copy()
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    with Image.open(io.BytesIO(data)) as stored:
        width, height = stored.size
    return Picture(data, hashlib.sha256(data).hexdigest(), content_type, width, height, _jpeg(small, 82))


def _decoded(data: bytes, kind: str) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            _check_pixels(image)
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a large JPEG is decoded at half or a quarter of its size
            image.load()
            return _flat(_upright_srgb(image))
    except NotAnImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAnImage(_too_many_pixels("more pixels than can be decoded safely")) from None
    except Exception as error:  # hostile bytes make Pillow's decoders raise almost anything
        raise NotAnImage(
            f"The {kind} image is damaged or was cut off on the way. Export it again and upload that."
        ) from error


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise NotAnImage(_too_many_pixels(f"{width:,} × {height:,} pixels"))


def _too_many_pixels(has: str) -> str:
    return f"The image has {has}; at most {MAX_PIXELS // 1_000_000} million are taken. Scale it down and upload that."


def _upright_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16 bits a pixel: keep the upper eight, Pillow would clip
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    if not profile or upright.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return upright
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        wanted = "RGBA" if upright.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(upright, source, ImageCms.createProfile("sRGB"), outputMode=wanted)
    except (ImageCms.PyCMSError, OSError, ValueError):  # a broken or unfitting profile: the pixels as they are
        return upright
    return converted or upright


def _flat(image: Image.Image) -> Image.Image:
    """RGB, with white where it was transparent: video knows no transparency, and white is what paper would show."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    ground = Image.new("RGB", seen.size, WHITE)
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


def _fit_for_kie(image: Image.Image, lossless: bool) -> tuple[bytes, str]:
    if lossless:
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=4)
        if out.tell() <= KIE_BYTES:
            return out.getvalue(), "image/png"
    data = _jpeg(image, 92)
    while len(data) > KIE_BYTES:
        image = image.resize((max(image.width * 3 // 4, 1), max(image.height * 3 // 4, 1)), Image.Resampling.LANCZOS)
        data = _jpeg(image, 88)
    return data, "image/jpeg"


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    # Neither optimised nor progressive: both need the whole output in one buffer, and noise doesn't fit Pillow's guess.
    image.save(out, "JPEG", quality=quality, subsampling=0 if quality > 90 else 2)
    return out.getvalue()
