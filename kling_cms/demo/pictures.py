"""Brand pictures for the demo, drawn by code: a coffee house by the harbour."""

import io
import math
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter, ImageFont

type Colour = tuple[int, int, int]

WIDE = (1280, 720)
SQUARE = (1080, 1080)
CREAM: Colour = (246, 238, 224)
COFFEE: Colour = (74, 47, 34)
NIGHT: Colour = (22, 30, 58)
DUSK: Colour = (232, 138, 92)
SEA: Colour = (40, 92, 120)
LEAF: Colour = (52, 104, 82)


def _ground(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    strip = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        part = y / (size[1] - 1)
        strip.putpixel((0, y), tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)))
    return strip.resize(size)


def _glow(picture: Image.Image, centre: tuple[int, int], radius: int, colour: Colour) -> None:
    mask = Image.new("L", picture.size, 0)
    x, y = centre
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=170)
    mask = mask.filter(ImageFilter.GaussianBlur(radius * 0.45))
    picture.paste(Image.new("RGB", picture.size, colour), mask=mask)


def _words(picture: Image.Image, text: str, at: tuple[int, int], size: int, colour: Colour) -> None:
    ImageDraw.Draw(picture).text(at, text, font=ImageFont.load_default(size), fill=colour, anchor="mm")


def harbour() -> Image.Image:
    """First light over water, with a row of houses."""
    picture = _ground(WIDE, NIGHT, DUSK)
    _glow(picture, (880, 430), 190, (255, 214, 150))
    draw = ImageDraw.Draw(picture)
    for n in range(16):
        x, height = n * 82, 60 + (n * 53) % 110
        draw.rectangle((x, 470 - height, x + 70, 470), fill=(26 + n % 3 * 6, 28, 46))
        for window in range(3):
            if (n + window) % 3:
                top = 470 - height + 14 + window * 24
                draw.rectangle(
                    (x + 14 + window % 2 * 26, top, x + 26 + window % 2 * 26, top + 12), fill=(255, 206, 120)
                )
    draw.rectangle((0, 470, *WIDE), fill=SEA)
    for n in range(60):
        y = 480 + n * 4
        x = round(880 + math.sin(n * 1.7) * (20 + n * 3))
        draw.line((x - 30 - n, y, x + 30 + n, y), fill=(232, 170, 120), width=2)
    return picture


def _cup(picture: Image.Image, centre: tuple[int, int], size: int, colour: Colour) -> None:
    draw = ImageDraw.Draw(picture)
    x, y = centre
    draw.ellipse((x + size * 0.3, y - size * 0.35, x + size * 0.85, y + size * 0.2), outline=colour, width=size // 9)
    draw.rounded_rectangle((x - size * 0.5, y - size * 0.5, x + size * 0.5, y + size * 0.45), size // 4, fill=colour)
    draw.ellipse((x - size * 0.5, y - size * 0.62, x + size * 0.5, y - size * 0.36), fill=colour)
    draw.ellipse((x - size * 0.44, y - size * 0.58, x + size * 0.44, y - size * 0.4), fill=COFFEE)


def product_shot() -> Image.Image:
    """The cup on the counter."""
    picture = _ground(WIDE, (228, 206, 178), (170, 120, 84))
    _glow(picture, (420, 220), 230, (255, 240, 210))
    ImageDraw.Draw(picture).rectangle((0, 540, *WIDE), fill=(96, 62, 44))
    _cup(picture, (660, 430), 250, CREAM)
    return picture


def logo_card() -> Image.Image:
    """The mark on its green ground."""
    picture = _ground(SQUARE, LEAF, (30, 70, 56))
    _cup(picture, (500, 430), 330, CREAM)
    _words(picture, "HAFENKAFFEE", (540, 760), 92, CREAM)
    _words(picture, "since 1907", (540, 850), 40, (190, 214, 190))
    return picture


def app_screen() -> Image.Image:
    """A screen of the ordering app."""
    picture = _ground(WIDE, (236, 240, 246), (214, 222, 234))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((440, 40, 840, 700), 48, fill=(24, 26, 34))
    draw.rounded_rectangle((456, 58, 824, 682), 36, fill=(250, 250, 252))
    _words(picture, "Order ahead", (640, 120), 36, (30, 32, 44))
    for n, name in enumerate(("Flat white", "Filter, large", "Cardamom bun")):
        top = 170 + n * 130
        draw.rounded_rectangle((480, top, 800, top + 110), 20, fill=(238, 240, 246))
        _cup(picture, (530, top + 60), 54, (DUSK, LEAF, SEA)[n])
        _words(picture, name, (690, top + 55), 26, (40, 42, 54))
    draw.rounded_rectangle((480, 590, 800, 650), 30, fill=LEAF)
    _words(picture, "Pick up at 8:40", (640, 620), 26, CREAM)
    return picture


def storefront() -> Image.Image:
    """The house in the evening."""
    picture = _ground(WIDE, (30, 34, 62), (70, 60, 84))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((240, 120, 1040, 640), fill=(58, 42, 46))
    draw.rectangle((300, 300, 620, 600), fill=(255, 212, 140))
    draw.rectangle((700, 280, 860, 640), fill=(120, 70, 50))
    draw.rectangle((280, 190, 1000, 260), fill=LEAF)
    _words(picture, "HAFENKAFFEE", (640, 225), 46, CREAM)
    draw.rectangle((0, 640, *WIDE), fill=(34, 36, 52))
    _glow(picture, (460, 660), 130, (200, 150, 90))
    return picture


def slide() -> Image.Image:
    """A slide of the autumn campaign."""
    picture = _ground(WIDE, CREAM, (236, 220, 196))
    ImageDraw.Draw(picture).rectangle((0, 0, 24, 720), fill=DUSK)
    _words(picture, "Warm by eight.", (520, 300), 92, COFFEE)
    _words(picture, "Autumn at the harbour, from 1 October", (520, 400), 36, (120, 84, 64))
    _cup(picture, (1030, 380), 210, LEAF)
    return picture


PICTURES: dict[str, tuple[Callable[[], Image.Image], tuple[str, ...]]] = {
    "Harbour at first light": (harbour, ("location", "autumn")),
    "Cup on the counter": (product_shot, ("product",)),
    "Logo card": (logo_card, ("logo", "brand")),
    "Ordering app": (app_screen, ("product", "screen")),
    "Storefront, evening": (storefront, ("location",)),
    "Campaign slide": (slide, ("autumn", "brand")),
}


def png(picture: Image.Image) -> bytes:
    """The picture as a PNG file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
