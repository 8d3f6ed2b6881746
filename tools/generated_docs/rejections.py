"""Rejected tasks, run against the emulator: their messages, and the hints for the troubleshooting guide."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.emulator import Emulator, ManualClock
from tests.support.call_scenarios import properties_with
from tests.support.module_runner import Result, run_module, with_shared_clients
from tests.support.tasks import (
    INFO,
    MODULE,
    OTHER_ROLE_ARN,
    full,
    minimal,
    put_experiment,
    shadow_mode_config,
    variants,
)

ALWAYS = 10**6
Prepare = Callable[[Emulator], object]


class Rejection(NamedTuple):
    """A task that is rejected in a status; None if there is no experiment."""

    status: str | None
    task: Mapping[str, Any]
    prepare: Prepare = lambda _emulator: None
    module: str = MODULE


def _read(**properties: Any) -> Prepare:
    """Return a function that lets GetResource return these properties."""
    return lambda emulator: emulator.fault("GetResource", "changed", change=properties_with(**properties), times=ALWAYS)


def _listed_without_status(emulator: Emulator) -> None:
    emulator.settings.list_properties = ("Name",)


_ONE_VARIANT = [{"VariantName": "production", "ModelName": "demo-model-a"}]
_RECREATE = full(role_arn=OTHER_ROLE_ARN, recreate=True)
# Words of the message, and an example of a task that returns the message.
EXAMPLES = {
    "The create requires these options": Rejection(None, minimal(description="x")),
    "requires an existing inference experiment": Rejection(None, full(desired_state="Completed")),
    "The experiment has not started": Rejection("Created", minimal(desired_state="Completed")),
    "While Running, only": Rejection("Running", minimal(model_variants=variants(count=2))),
    "The experiment has ended": Rejection("Completed", minimal(description="x")),
    "can be set only on create": Rejection("Created", minimal(role_arn=OTHER_ROLE_ARN)),
    "would first be deleted by recreate: true. desired_state": Rejection(
        "Created", {**_RECREATE, "desired_state": "Completed"}
    ),
    "would first be deleted by recreate: true. The create requires these options": Rejection(
        "Created", minimal(role_arn=OTHER_ROLE_ARN, recreate=True)
    ),
    "recreate: true with wait: false would lose options that the task does not set": Rejection(
        "Created", {**_RECREATE, "wait": False}, lambda emulator: put_experiment(emulator, Description="x")
    ),
    "cannot change when the inference experiment becomes": Rejection(
        "Running", minimal(state="absent", on_stop="promote_shadow", model_variants=variants(count=2))
    ),
    "cannot be created again with its current values": Rejection("Created", _RECREATE, _read(KmsKey="")),
    "The options set by the task conflict with the current values": Rejection(
        "Created", minimal(shadow_mode_config={**shadow_mode_config(), "source_model_variant_name": "v1"})
    ),
    "tags including the existing ones": Rejection(
        "Created",
        minimal(tags={"new": "x"}, purge_tags=False),
        lambda emulator: put_experiment(emulator, tags={f"key{number}": "x" for number in range(50)}),
    ),
    "requires both variants of shadow_mode_config in model_variants": Rejection(
        "Running", minimal(desired_state="Completed", on_stop="promote_shadow"), _read(ModelVariants=_ONE_VARIANT)
    ),
    "does not support the status": Rejection("Created", minimal(description="x"), _read(Status="Paused")),
    "The list response has no status": Rejection(
        "Created",
        {"statuses": ["Running"], "identifiers_only": True},
        _listed_without_status,
        INFO,
    ),
    "does not exist. Correct names": Rejection(None, minimal(wait_for=["Running"]), module=INFO),
    "and cannot become": Rejection("Completed", minimal(wait_for=["Running"]), module=INFO),
}


@functools.cache
def results() -> Mapping[str, Result]:
    """Return the result of each example, by the words of its message."""
    found = {}
    with with_shared_clients():
        for words, example in EXAMPLES.items():
            with Emulator(clock=ManualClock(), check_references=False) as emulator:
                if example.status:
                    put_experiment(emulator, example.status)
                example.prepare(emulator)
                found[words] = run_module(example.module, example.task, emulator=emulator)
    return found
