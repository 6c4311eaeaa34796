"""The output goal of a brief and what it sets: one table, shown and explained on the brief page.

The goal comes first. It proposes a route, a length, a ratio, sound and a number of takes; a brief may override each.
"""

from dataclasses import dataclass

from django.db import models


class Goal(models.TextChoices):
    """What the clip is for."""

    CONCEPT_DRAFT = "concept_draft", "Concept draft"
    DEMO_CLIP = "demo_clip", "Demo clip"
    CAMPAIGN_ASSET = "campaign_asset", "Campaign asset"
    PRODUCT_EXPLAINER = "product_explainer", "Product explainer"
    VISUAL_VARIATION = "visual_variation", "Visual variation"


class Route(models.TextChoices):
    """Where a clip starts: from words, or from an image the team owns."""

    TEXT = "text", "Prompt-led (text to video)"
    IMAGE = "image", "Asset-led (image to video)"


class Ratio(models.TextChoices):
    """Picture ratios Kling 2.6 offers for text to video."""

    WIDE = "16:9", "16:9 wide"
    TALL = "9:16", "9:16 tall"
    SQUARE = "1:1", "1:1 square"


class Seconds(models.IntegerChoices):
    """Clip lengths Kling 2.6 offers."""

    FIVE = 5, "5 s"
    TEN = 10, "10 s"


@dataclass(frozen=True)
class GoalDefaults:
    """What a goal proposes, and why, in one sentence for the brief page."""

    route: Route
    seconds: Seconds
    aspect_ratio: Ratio
    sound: bool
    takes: int
    why: str


GOALS: dict[Goal, GoalDefaults] = {
    Goal.CONCEPT_DRAFT: GoalDefaults(
        Route.TEXT,
        Seconds.FIVE,
        Ratio.WIDE,
        False,
        2,
        "See the idea move for the smallest price: short, silent, two takes.",
    ),
    Goal.DEMO_CLIP: GoalDefaults(
        Route.IMAGE,
        Seconds.FIVE,
        Ratio.WIDE,
        False,
        2,
        "Start from a real screen, so the product in the clip is yours.",
    ),
    Goal.CAMPAIGN_ASSET: GoalDefaults(
        Route.IMAGE, Seconds.TEN, Ratio.TALL, True, 3, "Ready to publish: tall, with sound, and takes to choose from."
    ),
    Goal.PRODUCT_EXPLAINER: GoalDefaults(
        Route.IMAGE, Seconds.TEN, Ratio.WIDE, False, 2, "Long enough for one step; the voice is added in the edit."
    ),
    Goal.VISUAL_VARIATION: GoalDefaults(
        Route.IMAGE, Seconds.FIVE, Ratio.SQUARE, False, 4, "Many small answers to compare, all from the same picture."
    ),
}
