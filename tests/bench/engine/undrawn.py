"""The product's settings with one change, for the runs without posters: drawing a clip does nothing.

The message and its task stay, so the queue works as ever; what is missing is the poster, the sprite and the proxy.
"""

from kling_cms.settings import *  # noqa: F403  # all of them, as the product has them
from kling_cms.settings import INSTALLED_APPS as PRODUCT_APPS

INSTALLED_APPS = [*PRODUCT_APPS, "tests.bench.engine.undrawn_app.Undrawn"]
