"""A local stand-in for Kie.ai: a real HTTP server with Kie's endpoints, codes, prices and signatures, and real clips.

    with StandIn(latency=0.1) as standin:
        kie = Kie(standin.url, standin.url, "any key")

What goes wrong on purpose is asked for by a tag in the prompt, `[kie:NAME]`, `[kie:NAME=VALUE]` or `[kie:NAME*N]` for
the first N times, or for a whole run by `StandIn(faults=[...])`, `standin.set_fault(...)`, POST /faults and the
command's `--fault`, there also NAME~SECONDS for a storm that passes:

    refused           400 401 402 422 429 433 455 505 validation-500; no task, but the caller can't know:
                      http-500 dropped
    charged, unheard  no-task-id null-data code-text html empty truncated hang drip huge gzip-bomb redirect reset
                      answer=SECONDS
    the task          fail-provider moderation invalid-input image-fetch charged-fail never slow=SECONDS
                      late-record=SECONDS overcharge no-credits-field text-fields early-result empty-result bad-video
                      gone expired private-link
    the result        result-500 -cut -drip -page -huge -moved -private, for the first VALUE times
    the callback      no-callback twice late-callback=SECONDS early-callback replayed-callback=SECONDS forged-callback
                      garbled-callback stranger-callback
    free calls        ask-500 ask-429, ask-html and other messes, credit-500 upload-500 (for a run only)

The table with a sentence each is `faults.FAULTS`.
"""

from .book import Task
from .faults import FAULTS
from .server import StandIn

__all__ = ["FAULTS", "StandIn", "Task"]
