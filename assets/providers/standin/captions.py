"""The words on the stand-in's clips: prompt, route, task and a running timecode, so that a person sees what is what.

Each caption is drawn once and then moved; they slide in, so the first frame shows the picture alone.
"""

import math
import textwrap
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

type Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

WHITE = (255, 255, 255, 255)
DIM = (255, 255, 255, 190)
GLASS = (10, 12, 20, 150)
ACCENT = (255, 176, 84)
SLIDE_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class Words:
    """What the captions say."""

    prompt: str
    route: str
    task_id: str
    seconds: int
    sound: bool


def font(size: float, text: str = "") -> Font:
    """Pillow's own face, which is the same everywhere; a wider one from the system for scripts that it lacks."""
    if any(ord(letter) > 0x24F and not 0x2010 <= ord(letter) <= 0x2027 for letter in text):
        for name in ("DejaVuSans.ttf", "Arial Unicode.ttf", "Arial.ttf"):
            try:
                return ImageFont.truetype(name, round(size))
            except OSError:
                continue
    return ImageFont.load_default(size)


class Captions:
    """Three captions for clips of one size; `draw` puts them on a frame."""

    def __init__(self, words: Words, width: int, height: int, fps: int) -> None:
        self._width, self._height, self._fps, self._seconds = width, height, fps, words.seconds
        self._unit = min(width, height) / 720
        self._prompt = self._prompt_panel(words.prompt)
        self._chip = self._chip_panel(words)
        self._digits = {sign: self._glyph(sign) for sign in "0123456789: f"}
        self._clock = _panel(round(self._cell * 17.4), round(48 * self._unit), 12 * self._unit)

    def draw(self, frame: Image.Image, number: int) -> None:
        """Put the captions on frame `number`, counted from 0. On frame 0 they still stand outside the picture."""
        second, margin = number / self._fps, round(28 * self._unit)
        out = (1 - min(second / SLIDE_SECONDS, 1)) ** 3
        sway = round(10 * self._unit * math.sin(second * 1.4))
        prompt_y = self._height - self._prompt.height - margin
        frame.paste(self._prompt, (margin + sway, round(prompt_y + out * (self._height - prompt_y))), self._prompt)
        chip_y = margin - out * (margin + self._chip.height)
        frame.paste(self._chip, (margin - sway, round(chip_y)), self._chip)
        if number:
            self._draw_clock(frame, number, margin)
            done = round(self._width * number / (self._seconds * self._fps - 1))
            frame.paste(ACCENT, (0, self._height - max(2, round(5 * self._unit)), done, self._height))

    @property
    def _cell(self) -> float:
        return 15 * self._unit

    def _draw_clock(self, frame: Image.Image, number: int, margin: int) -> None:
        """Timecode and frame number in cells of one width, so that the digits don't dance."""
        second, rest = divmod(number, self._fps)
        text = f"00:00:{second:02d}:{rest:02d} f{number:03d}"
        narrow = self._width < self._height * 1.2
        left = self._width - self._clock.width - margin
        top = margin + (self._chip.height + margin // 2 if narrow else 0)
        frame.paste(self._clock, (left, top), self._clock)
        for position, sign in enumerate(text):
            glyph = self._digits[sign]
            frame.paste(glyph, (left + round(self._cell * (0.8 + position)), top + round(9 * self._unit)), glyph)

    def _glyph(self, sign: str) -> Image.Image:
        glyph = Image.new("RGBA", (max(1, round(self._cell * 1.3)), max(1, round(36 * self._unit))), (255, 255, 255, 0))
        ImageDraw.Draw(glyph).text((self._cell / 2, 0), sign, WHITE, font(25 * self._unit), anchor="ma")
        return glyph

    def _prompt_panel(self, prompt: str) -> Image.Image:
        size, margin = 29 * self._unit, round(28 * self._unit)
        face = font(size, prompt)
        room = self._width * (0.62 if self._width > self._height else 0.86) - 2 * margin
        letters = max(10, int(room / max(face.getlength("a quiet morning") / 15, 1)))
        lines = textwrap.wrap(" ".join(prompt.split()), letters, max_lines=3, placeholder=" …") or ["…"]
        wide = round(max(face.getlength(line) for line in lines)) + 2 * margin
        panel = _panel(wide, round(len(lines) * size * 1.35 + margin * 1.3), 18 * self._unit)
        draw = ImageDraw.Draw(panel)
        for row, line in enumerate(lines):
            draw.text((margin, margin * 0.6 + row * size * 1.35), line, WHITE, face)
        return panel

    def _chip_panel(self, words: Words) -> Image.Image:
        big, small, pad = font(23 * self._unit), font(18 * self._unit), 18 * self._unit
        title = f"{words.route}  ·  {words.seconds} s  ·  {'sound' if words.sound else 'silent'}"
        wide = max(big.getlength(title) + 26 * self._unit, small.getlength(words.task_id)) + 2 * pad
        panel = _panel(round(wide), round(76 * self._unit), 14 * self._unit)
        draw, dot = ImageDraw.Draw(panel), 12 * self._unit
        draw.ellipse((pad, 19 * self._unit, pad + dot, 19 * self._unit + dot), fill=(*ACCENT, 255))
        draw.text((pad + 26 * self._unit, 11 * self._unit), title, WHITE, big)
        draw.text((pad, 44 * self._unit), words.task_id, DIM, small)
        return panel


def _panel(width: int, height: int, radius: float) -> Image.Image:
    """A sheet of dark glass with round corners."""
    big = Image.new("L", (max(width, 1) * 2, max(height, 1) * 2))
    ImageDraw.Draw(big).rounded_rectangle((0, 0, big.width - 1, big.height - 1), radius * 2, fill=GLASS[3])
    panel = Image.new("RGBA", (max(width, 1), max(height, 1)), (*GLASS[:3], 0))
    panel.putalpha(big.resize(panel.size, Image.Resampling.BOX))
    return panel
