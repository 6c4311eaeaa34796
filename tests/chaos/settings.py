"""The product's settings, in a hurry and open to blows; for the processes that `tests.chaos` starts and for itself."""

from kling_cms import settings as product
from kling_cms.settings import *  # noqa: F403
from tests.chaos.control import part
from tests.chaos.hurry import hurry

hurry()

TESTING = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [*product.INSTALLED_APPS, "tests.chaos.apps.Chaos"]
STORAGES = {
    "default": {**product.STORAGES["default"], "BACKEND": "tests.chaos.storage.ChaosStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
Q_CLUSTER = {**product.Q_CLUSTER, "workers": 3, "timeout": 60, "retry": 120}
DATABASES = product.DATABASES
if part() and DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A writer that waits for longer than this fails, as it does after 20 s in a product that isn't in a hurry.
    DATABASES["default"]["OPTIONS"] |= {
        "timeout": 2,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=2000;",
    }
