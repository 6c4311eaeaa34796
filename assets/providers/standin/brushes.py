"""The brushes of the stand-in's painter: mixed colours, gradients, glows and discs. Sizes are pixels."""

from PIL import Image, ImageDraw

type Colour = tuple[int, int, int]


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """The colour `share` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def gradient(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    """From top to bottom, a little slower near the top."""
    column = Image.new("RGB", (1, max(height, 1)))
    column.putdata([mix(top, bottom, (row / max(height - 1, 1)) ** 1.3) for row in range(max(height, 1))])
    return column.resize((max(width, 1), max(height, 1)))


def glow(side: int, colour: Colour, strength: float) -> Image.Image:
    """A soft round light. Drawn small and blown up: blur has no detail to lose."""
    fade = [round(max(0, 181 - far) ** 2 / 181**2 * 255 * strength) for far in range(256)]
    light = Image.new("RGBA", (side, side), (*colour, 0))
    light.putalpha(Image.radial_gradient("L").point(fade).resize((side, side), Image.Resampling.BICUBIC))
    return light


def disc(side: int, colour: Colour, alpha: int) -> Image.Image:
    """A round spot with a smooth edge; `alpha` from 0 to 255."""
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).ellipse((4, 4, side * 4 - 4, side * 4 - 4), fill=alpha)
    spot = Image.new("RGBA", (side, side), (*colour, 0))
    spot.putalpha(mask.resize((side, side), Image.Resampling.LANCZOS))
    return spot


def shine(sky: Image.Image, light: Colour, across: float, down: float) -> None:
    """Sun or moon with its glow, onto the sky; `across` and `down` are shares of the picture."""
    side = round(min(sky.size) * 0.95)
    core = round(side * 0.16)
    for size, picture in ((side, glow(side, light, 0.85)), (core, disc(core, light, 255))):
        sky.paste(picture, (round(sky.width * across - size / 2), round(sky.height * down - size / 2)), picture)
