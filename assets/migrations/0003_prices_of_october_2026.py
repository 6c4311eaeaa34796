"""Kie's prices of October 2026 for Kling 2.6: credits a take, the same for both models."""

from datetime import UTC, datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MODELS = ("kling-2.6/text-to-video", "kling-2.6/image-to-video")
CREDITS = {(5, False): 55, (5, True): 110, (10, False): 110, (10, True): 220}
VALID_FROM = datetime(2026, 10, 1, tzinfo=UTC)


def add_prices(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the rows of no organisation, which every organisation falls back on."""
    prices = apps.get_model("assets", "Price").objects
    for model in MODELS:
        for (seconds, sound), credits in CREDITS.items():
            prices.create(model=model, seconds=seconds, sound=sound, credits=credits, valid_from=VALID_FROM)


class Migration(migrations.Migration):
    dependencies = [("assets", "0002_initial")]

    operations = [migrations.RunPython(add_prices, migrations.RunPython.noop)]
