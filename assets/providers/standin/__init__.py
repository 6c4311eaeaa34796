"""A local stand-in for Kie.ai: a real HTTP server with Kie's endpoints, codes, prices and signatures, and real clips.

    with StandIn(latency=0.1) as standin:
        kie = Kie(standin.url, standin.url, "any key")

What goes wrong on purpose is asked for by a tag in the prompt, `[kie:NAME]`, `[kie:NAME=VALUE]` or `[kie:NAME*N]` for
the first N times, or for a whole run by `StandIn(faults=[...])`, `standin.set_fault(...)` and the command's `--fault`:

    refused           400 401 402 422 429 433 455 505 validation-500; http-500 (no task, but the caller can't know)
    charged, unheard  no-task-id html truncated hang reset answer=SECONDS
    the task          fail-provider moderation invalid-input image-fetch charged-fail never slow=SECONDS
                      late-record=SECONDS overcharge no-credits-field empty-result bad-video gone expired
    the callback      no-callback twice late-callback=SECONDS early-callback
    free calls        ask-500 ask-429 ask-html credit-500 upload-500 (for a run only)

The table with a sentence each is `faults.FAULTS`.
"""

from .book import Task
from .faults import FAULTS
from .server import StandIn

__all__ = ["FAULTS", "StandIn", "Task"]
