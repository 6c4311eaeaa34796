"""Find the Chromium (or Chrome) that browser tests drive. Nothing is downloaded."""

import os
import shutil

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium() -> str | None:
    """The path of a browser to run, or None where there is none.

    `CHROMIUM` names one (a path, or a name on the PATH) and then no other is looked for.
    """
    chosen = os.environ.get("CHROMIUM")
    names = (chosen,) if chosen else NAMES
    return next((path for name in names if (path := shutil.which(name))), None)
