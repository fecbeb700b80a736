"""One gateway process for the benchmark: the real one, or the real one without (or with lone) commits to compare with.

python -m benchmarks.gateway_process {kept,postgresql,each,none}     settings in MAALEM_… as always
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from app import processes
from channels import intake
from conversation import Delivery, Inbound
from runtime.settings import load_settings

VARIANTS: Final = {
    "kept": "as it is: requests that come together share a commit",
    "postgresql": "as it is, on PostgreSQL",
    "each": "one commit for each request",
    "none": "nothing is kept: only HTTP, checking and parsing",
}


async def _keep_nothing(_self: intake.Intake, events: Sequence[Inbound | Delivery], *, wait_s: float = 0) -> int:
    del wait_s
    return len(events)


def main(variant: str) -> None:
    """Serve until a signal ends it."""
    if variant == "each":
        vars(intake)["MOST_TOGETHER"] = 1
    elif variant == "none":
        setattr(intake.Intake, "take", _keep_nothing)  # noqa: B010 - mypy refuses the plain assignment, rightly
    processes.run_gateway(load_settings(), f"gateway-{variant}")


if __name__ == "__main__":
    main(sys.argv[1])
