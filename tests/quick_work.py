"""`manage.py` with a supervisor that is quicker to worry, for tests that wait for it: a tenth of its patience."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kling_cms.settings")

    from django.core.management import execute_from_command_line

    from kling_cms import cluster, processes

    cluster.HEARTBEAT_SECONDS = 0.5
    cluster.REPEAT_SECONDS = cluster.MOVED_SECONDS = cluster.BOOKING_SECONDS = 1.0
    cluster.STALLED_SECONDS = 3.0
    processes.STOPPED_SECONDS = 1.5
    processes.LOOK_SECONDS = 0.25
    execute_from_command_line(sys.argv)
