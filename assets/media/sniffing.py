"""What a file really is, from its first bytes: the name and the header that came with it are only claims."""

import puremagic

from projects.errors import Refused

HEAD = 4096
SIGNATURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
TAKEN = "Upload JPEG, PNG, WebP or GIF."
# By the main word of what puremagic calls it. Everything not named here is refused as well, in general words.
NOT_TAKEN = {
    ".svg": "This is an SVG drawing, which can carry scripts. Export it as PNG and upload that.",
    ".html": "This is a web page, whatever its name says. Upload the image itself.",
    ".pdf": "This is a PDF document. Export the page as PNG or JPEG and upload that.",
    ".heif": "This is a HEIC photo. Export it as JPEG and upload that.",
    ".avif": "This is an AVIF image. Export it as PNG or JPEG and upload that.",
    ".tiff": "This is a TIFF image. Export it as PNG or JPEG and upload that.",
    ".bmp": "This is a BMP image. Export it as PNG and upload that.",
    ".psd": "This is a Photoshop document. Export it as PNG or JPEG and upload that.",
    ".mp4": "This is a video. The library keeps still images; take a frame of it and upload that.",
    ".zip": "This is an archive or an office document. Upload the images in it one by one.",
    ".exe": "This is a program, not an image.",
}
ALIASES = {
    ".tif": ".tiff",
    ".dib": ".bmp",
    ".heic": ".heif",
    ".htm": ".html",
    ".xhtml": ".html",
    ".mov": ".mp4",
    ".webm": ".mp4",
    ".mkv": ".mp4",
    ".docx": ".zip",
    ".pptx": ".zip",
    ".xlsx": ".zip",
    ".dll": ".exe",
}


class NotAnImage(Refused):
    """The bytes are no image that can be kept; `str(error)` says why and what to do."""


def image_format(data: bytes) -> str:
    """ "JPEG", "PNG", "WEBP" or "GIF". Raises NotAnImage with a sentence about what it is instead."""
    if not data:
        raise NotAnImage("The file is empty. Export it again and upload that.")
    for signature, kind in SIGNATURES.items():
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise NotAnImage(_what_instead(data[:HEAD]))


def _what_instead(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return NOT_TAKEN[".svg"]
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")) or b"<html" in text:
        return NOT_TAKEN[".html"]
    try:
        found = [guess.extension.lower() for guess in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        found = []
    for ending in found:
        if sentence := NOT_TAKEN.get(ALIASES.get(ending, ending)):
            return sentence
    return f"This is no image that can be read. {TAKEN}"
