"""Scenes for the stand-in's clips: hills, seas, cities and stages, painted once a clip as layers that then drift.

A prompt decides all of it: words choose the scene, its hash the colours and shapes; the same prompt looks the same.
Sizes and positions are pixels of the clip.
"""

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from .brushes import Colour, disc, glow, gradient, mix, shine


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a scene: the sky from top to horizon, the light in it, and the land from far to near."""

    top: Colour
    horizon: Colour
    light: Colour
    far: Colour
    near: Colour


PALETTES = (
    Palette((36, 28, 84), (250, 148, 110), (255, 226, 178), (118, 74, 128), (26, 20, 48)),  # dusk
    Palette((84, 148, 214), (253, 224, 186), (255, 250, 230), (122, 152, 186), (30, 56, 84)),  # morning
    Palette((6, 18, 42), (22, 96, 124), (190, 244, 236), (16, 66, 92), (3, 12, 24)),  # deep teal
    Palette((74, 26, 92), (246, 112, 154), (255, 214, 224), (138, 52, 118), (34, 12, 48)),  # rose
    Palette((198, 94, 54), (252, 206, 128), (255, 244, 210), (182, 96, 66), (66, 28, 30)),  # desert
    Palette((18, 52, 62), (168, 214, 160), (246, 255, 214), (62, 116, 104), (10, 34, 36)),  # moss
    Palette((22, 30, 96), (110, 134, 246), (226, 230, 255), (60, 68, 166), (12, 14, 52)),  # indigo
    Palette((10, 12, 30), (74, 44, 116), (255, 196, 120), (44, 28, 78), (8, 6, 20)),  # night
)

SCENE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("city", ("city", "street", "skyline", "rooftop", "neon", "tokyo", "urban", "traffic", "building", "window")),
    ("sea", ("sea", "ocean", "wave", "beach", "boat", "sail", "lake", "water", "harbour", "harbor", "coast", "island")),
    ("stage", ("product", "bottle", "watch", "perfume", "shoe", "sneaker", "studio", "cup", "coffee", "phone", "can ")),
    ("hills", ("mountain", "hill", "forest", "valley", "field", "desert", "landscape", "sunrise", "sunset", "drone")),
)


@dataclass(frozen=True, slots=True)
class Layer:
    """A picture with see-through parts at (x, y) at the start, that moves by (dx, dy) over the clip and bobs."""

    image: Image.Image
    x: float
    y: float
    dx: float = 0.0
    dy: float = 0.0
    bob: float = 0.0

    def place(self, progress: float) -> tuple[int, int]:
        """Where it stands when the clip has come to `progress`, from 0 to 1."""
        bob = self.bob * math.sin(progress * math.tau * 2)
        return round(self.x + self.dx * progress), round(self.y + self.dy * progress + bob)


@dataclass(frozen=True, slots=True)
class Scene:
    """A sky and the layers before it, far to near."""

    sky: Image.Image
    layers: tuple[Layer, ...]

    def frame(self, progress: float) -> Image.Image:
        """The picture at `progress`, from 0 to 1."""
        picture = self.sky.copy()
        for layer in self.layers:
            picture.paste(layer.image, layer.place(progress), layer.image)
        return picture


def paint(prompt: str, width: int, height: int) -> Scene:
    """The scene of a prompt."""
    chance = random.Random(prompt)  # noqa: S311 - chance for looks, not for secrets
    palette = chance.choice(PALETTES)
    words = prompt.casefold()
    named = next((scene for scene, known in SCENE_WORDS if any(word in words for word in known)), None)
    return PAINTERS[named or chance.choice(tuple(PAINTERS))](palette, chance, width, height)


def _hills(palette: Palette, chance: random.Random, width: int, height: int) -> Scene:
    sky = _sky(palette, width, height)
    shine(sky, palette.light, 0.2 + 0.6 * chance.random(), 0.46)
    layers = [_clouds(palette, chance, width, height)]
    for depth, below in ((0.0, 0.34), (0.34, 0.68), (0.68, 1.0), (1.0, 1.7)):
        travel = width * (0.03 + 0.2 * depth)
        rise = height * (0.17 + 0.06 * chance.random())
        top, hidden = height * (0.46 + 0.34 * depth), height * (0.46 + 0.34 * below + 0.12)
        layers.append(_ridge(palette, chance, depth, width, travel, rise, (top, min(hidden, height))))
    return Scene(sky, tuple(layers))


def _sea(palette: Palette, chance: random.Random, width: int, height: int) -> Scene:
    sky, horizon = _sky(palette, width, height), round(height * 0.58)
    sun_x = 0.3 + 0.4 * chance.random()
    shine(sky, palette.light, sun_x, 0.48)
    water = gradient(width, height - horizon, mix(palette.horizon, palette.far, 0.45), palette.near)
    sky.paste(water, (0, horizon))
    layers = [
        _clouds(palette, chance, width, height),
        *(_glitter(palette, chance, (width, height), horizon, round(sun_x * width), way) for way in (-1, 1)),
        _boat(palette, chance, width, horizon),
    ]
    return Scene(sky, tuple(layers))


def _city(palette: Palette, chance: random.Random, width: int, height: int) -> Scene:
    sky = _sky(palette, width, height)
    _stars(sky, chance)
    shine(sky, palette.light, 0.2 + 0.6 * chance.random(), 0.26)
    return Scene(sky, tuple(_skyline(palette, chance, depth, width, height) for depth in (0.0, 0.5, 1.0)))


def _stage(palette: Palette, chance: random.Random, width: int, height: int) -> Scene:
    sky = gradient(width, height, mix(palette.near, palette.top, 0.5), palette.near)
    side = round(min(width, height) * 1.5)
    spot = glow(side, mix(palette.horizon, palette.light, 0.3), 0.75)
    sky.paste(spot, ((width - side) // 2, round(height * 0.42 - side / 2)), spot)
    lights = [_bokeh(palette, chance, width, height) for _ in range(14)]
    return Scene(sky, (*lights[:9], _pedestal(palette, width, height), *lights[9:]))


PAINTERS = {"hills": _hills, "sea": _sea, "city": _city, "stage": _stage}


def _sky(palette: Palette, width: int, height: int) -> Image.Image:
    sky = gradient(width, height, palette.horizon, palette.horizon)
    sky.paste(gradient(width, round(height * 0.66), palette.top, palette.horizon), (0, 0))
    return sky


def _clouds(palette: Palette, chance: random.Random, width: int, height: int) -> Layer:
    """Streaks of cloud, thin and soft, over the upper third."""
    clouds = Image.new("RGBA", (round(width * 0.94), round(height * 0.36)), (*palette.light, 0))
    small = Image.new("L", (clouds.width // 4 + 1, clouds.height // 4 + 1))
    draw = ImageDraw.Draw(small)
    for _ in range(9):
        long, thick = small.width * (0.07 + 0.12 * chance.random()), small.height * (0.02 + 0.05 * chance.random())
        x = chance.uniform(long * 1.1, small.width - long * 1.1)
        y = chance.uniform(small.height * 0.15, small.height * 0.85)
        draw.ellipse((x - long, y - thick, x + long, y + thick), fill=70 + chance.randrange(60))
    clouds.putalpha(small.filter(ImageFilter.GaussianBlur(small.height * 0.03)).resize(clouds.size))
    return Layer(clouds, 0, height * 0.05, dx=width * 0.06)


def _ridge(
    palette: Palette,
    chance: random.Random,
    depth: float,
    wide: int,
    travel: float,
    rise: float,
    span: tuple[float, float],
) -> Layer:
    """A line of hills, as wide as the picture and its way; its crest rises and falls by `rise` about `span[0]`.

    It reaches down to `span[1]` only: what nearer hills hide needn't be moved on every frame.
    """
    width, tall = round(wide + travel) + 2, round(span[1] - span[0] + rise / 2) + 2
    waves = [(chance.uniform(0.6, 1.4) * share, chance.random() * math.tau) for share in (1.6, 3.7, 7.9, 17.0)]

    def edge(x: float) -> float:
        heights = (math.sin(x / wide * math.tau * many / 2 + shift) / many for many, shift in waves)
        return rise * (0.5 - 0.45 * sum(heights))

    mask = Image.new("L", (width * 2, tall * 2))
    line = [(x * 2, edge(x) * 2) for x in range(0, width + 4, 4)]
    ImageDraw.Draw(mask).polygon([(0, tall * 2), *line, (width * 2 + 8, tall * 2)], fill=255)
    base = mix(palette.far, palette.near, depth)
    land = gradient(width, tall, mix(base, palette.horizon, 0.32 * (1 - depth * 0.7)), base).convert("RGBA")
    land.putalpha(mask.resize((width, tall), Image.Resampling.BOX))
    return Layer(land, 0, span[0] - rise / 2, dx=-travel)


def _glitter(
    palette: Palette, chance: random.Random, size: tuple[int, int], horizon: int, sun_x: int, way: int
) -> Layer:
    """The light's path on the water: short strokes, wider and fewer towards the viewer."""
    width, tall = size[0], size[1] - horizon
    path = Image.new("RGBA", (width, tall), (*palette.light, 0))
    draw = ImageDraw.Draw(path)
    for _ in range(170):
        near = chance.random() ** 1.4
        x = sun_x + chance.gauss(0, width * (0.03 + 0.12 * near))
        y, long = near * tall, width * (0.006 + 0.035 * near) * chance.random()
        thick = max(1, round(tall * 0.007 * (0.4 + near)))
        draw.line((x - long, y, x + long, y), fill=(*palette.light, round(190 - 110 * near)), width=thick)
    return Layer(path, 0, horizon, dx=way * width * 0.02, bob=tall * 0.006 * way)


def _boat(palette: Palette, chance: random.Random, width: int, horizon: int) -> Layer:
    side = round(width * 0.11)
    boat = Image.new("RGBA", (side * 2, side * 2), (*palette.near, 0))
    draw, unit = ImageDraw.Draw(boat), side * 2 / 10
    dark, sail = (*palette.near, 255), (*mix(palette.light, palette.horizon, 0.25), 255)
    hull = [(1.2, 8), (8.8, 8), (7.6, 9.6), (2.2, 9.6)]
    draw.polygon([(x * unit, y * unit) for x, y in hull], dark)
    draw.polygon([(4.9 * unit, 0.4 * unit), (4.9 * unit, 7.5 * unit), (1.4 * unit, 7.5 * unit)], sail)
    draw.polygon([(5.3 * unit, 1.4 * unit), (5.3 * unit, 7.5 * unit), (8.3 * unit, 7.5 * unit)], sail)
    small = boat.resize((side, side), Image.Resampling.LANCZOS)
    start = chance.uniform(0.08, 0.5)
    return Layer(small, width * start, horizon - side * 0.78, dx=width * 0.16, bob=side * 0.02)


def _stars(sky: Image.Image, chance: random.Random) -> None:
    draw = ImageDraw.Draw(sky, "RGBA")
    for _ in range(90):
        x, y, size = chance.random() * sky.width, chance.random() ** 1.5 * sky.height / 2, chance.choice((0, 0, 1))
        draw.ellipse((x, y, x + size, y + size), fill=(255, 255, 255, chance.randrange(60, 190)))


def _skyline(palette: Palette, chance: random.Random, depth: float, width: int, height: int) -> Layer:
    """A row of houses with lit windows; the nearer, the taller and the faster."""
    travel = width * (0.03 + 0.17 * depth)
    tall, long = round(height * (0.44 + 0.2 * depth)), round(width + travel) + 2
    row = Image.new("RGBA", (long, tall), (0, 0, 0, 0))
    draw, x = ImageDraw.Draw(row), 0
    colour = mix(mix(palette.far, palette.horizon, 0.25), palette.near, 0.25 + 0.75 * depth)
    while x < long:
        wide = round(min(width, height) * chance.uniform(0.07, 0.15) * (1 + 0.5 * depth))
        top = round(tall * chance.uniform(0.02, 0.72 - 0.2 * depth))
        draw.rectangle((x, top, x + wide, tall), fill=(*colour, 255))
        _windows(draw, chance, (x, top, wide, tall), mix(palette.light, colour, 0.55 * (1 - depth)), height)
        x += wide + chance.choice((0, 0, round(wide * 0.2)))
    return Layer(row, 0, height - tall * (1.0 - 0.26 * depth), dx=-travel)


def _windows(
    draw: ImageDraw.ImageDraw, chance: random.Random, house: tuple[int, int, int, int], light: Colour, height: int
) -> None:
    left, top, wide, bottom = house
    step = max(4, height // 42)
    for y in range(top + step, bottom, step):
        for x in range(left + step // 2, left + wide - step // 2, step):
            if chance.random() < 0.32:
                draw.rectangle((x, y, x + step // 2 - 1, y + step // 2), fill=(*light, chance.randrange(120, 255)))


def _bokeh(palette: Palette, chance: random.Random, width: int, height: int) -> Layer:
    side = round(min(width, height) * chance.uniform(0.05, 0.2))
    colour = chance.choice((palette.light, palette.horizon, mix(palette.top, palette.light, 0.5)))
    spot = disc(side, colour, chance.randrange(26, 80))
    x, y = chance.random() * width - side / 2, chance.random() * height * 1.1
    return Layer(spot, x, y, dx=width * chance.uniform(-0.06, 0.06), dy=-height * chance.uniform(0.08, 0.3))


def _pedestal(palette: Palette, width: int, height: int) -> Layer:
    """A bottle on a round foot, lit from the side."""
    side = round(min(width, height) * 0.62)
    work = Image.new("RGBA", (side * 2, side * 2), (0, 0, 0, 0))
    draw, unit = ImageDraw.Draw(work), side * 2 / 20
    foot, dark = mix(palette.far, palette.light, 0.25), mix(palette.near, palette.far, 0.5)
    draw.rectangle((3 * unit, 16 * unit, 17 * unit, 18.4 * unit), (*dark, 255))
    draw.ellipse((3 * unit, 17 * unit, 17 * unit, 19.8 * unit), (*dark, 255))
    draw.ellipse((3 * unit, 14.6 * unit, 17 * unit, 17.4 * unit), (*foot, 255))
    glass, shine = mix(palette.horizon, palette.near, 0.25), mix(palette.light, palette.horizon, 0.2)
    draw.rounded_rectangle((7 * unit, 4.6 * unit, 13 * unit, 16.2 * unit), 1.3 * unit, (*glass, 255))
    draw.rounded_rectangle((7.5 * unit, 5.4 * unit, 8.5 * unit, 15.4 * unit), 0.5 * unit, (*shine, 255))
    draw.rectangle((9.1 * unit, 2.6 * unit, 10.9 * unit, 4.6 * unit), (*dark, 255))
    draw.rounded_rectangle((8.5 * unit, 0.6 * unit, 11.5 * unit, 2.9 * unit), 0.4 * unit, (*shine, 255))
    draw.rectangle((8.9 * unit, 9 * unit, 12.5 * unit, 12 * unit), (*mix(palette.light, glass, 0.15), 255))
    small = work.resize((side, side), Image.Resampling.LANCZOS)
    return Layer(small, (width - side) / 2, height * 0.5 - side * 0.5, bob=side * 0.012)
