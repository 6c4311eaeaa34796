"""`python -m tests.chaos.one SEED COUNT FOLDER` in a prepared environment: one batch, told as a line of JSON.

`breaches`: kind and text of each; `faults` by kind; `settled`: seconds from the end of the storm to rest.
"""

import json
import os
import sys
from pathlib import Path

import django


def main() -> None:
    """Play the batch that the command line names."""
    django.setup()
    from tests.chaos.batch import Batch  # noqa: PLC0415  # models are not there before
    from tests.chaos.company import Company  # noqa: PLC0415
    from tests.chaos.control import Control  # noqa: PLC0415

    seed, episodes, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    kie_port, web_port = (int(os.environ[name].rpartition(":")[2]) for name in ("KIE_API_URL", "PUBLIC_URL"))
    company = Company(folder, dict(os.environ), kie_port, web_port)
    batch = Batch(range(seed, seed + episodes), folder, company, Control.here())
    try:
        settled = batch.run()
    finally:
        company.stop()
    breaches = [(breach.kind, breach.text) for breach in dict.fromkeys(batch.breaches)]
    told = {"breaches": breaches, "faults": batch.faults, "settled": settled}
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
