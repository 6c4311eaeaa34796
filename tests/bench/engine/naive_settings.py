"""The naive rival's project: Django with django-q2, two workers, and nothing of the product."""

import os
from pathlib import Path

import dj_database_url

SECRET_KEY = "naive" * 10
INSTALLED_APPS = ["django_q"]
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
Q_CLUSTER = {
    "name": "naive",
    "orm": "default",
    "workers": 2,
    "timeout": 200,
    "retry": 450,
    "poll": 0.2,
    "log_level": "ERROR",
}
BASE_DIR = Path(__file__).parent
