"""Delete."""

from __future__ import annotations

from typing import Any

from tests.conformance.account import Account
from tests.conformance.fact import HANDLER, SHADOW, START_MINUTES, STOP_MINUTES, UPDATE_MINUTES, fact

DELETED = {"outcome": "SUCCESS", "exists": False}


def delete(account: Account, name: str) -> dict[str, Any]:
    return {"outcome": account.delete(name).code, "exists": account.exists(name)}


@fact(HANDLER, {**DELETED, "endpoint": "InService"}, minutes=UPDATE_MINUTES)
def delete_keeps_endpoint(account: Account) -> Any:
    """A delete removes only the record of the experiment. The endpoint remains."""
    return {**delete(account, account.created()), "endpoint": account.in_service()["EndpointStatus"]}


@fact(
    HANDLER,
    {**DELETED, "production": ["production"], "shadow": ["shadow"]},
    minutes=STOP_MINUTES,
    cost=SHADOW,
)
def delete_while_running_stops_and_retains_both(account: Account) -> Any:
    """While the status is Running, a delete stops the experiment, retains both variants and deletes the record."""
    deleted = delete(account, account.running())
    return {**deleted, **{role: [*models] for role, models in account.serving().items()}}


@fact(HANDLER, DELETED, minutes=STOP_MINUTES, cost=SHADOW)
def delete_while_stopping_waits(account: Account) -> Any:
    """While the status is Stopping, a delete waits for the end of the experiment and deletes the record."""
    return delete(account, account.stopping())


@fact(HANDLER, dict.fromkeys(("Creating", "Updating", "Starting"), "GeneralServiceException"), minutes=START_MINUTES)
def delete_in_other_transitional_status_fails(account: Account) -> Any:
    """While the status is Creating, Updating or Starting, a delete fails with GeneralServiceException."""
    found = {}
    for get in (account.creating, account.updating, account.starting):
        name = get()
        found[account.status(name)] = account.delete(name).code
        if account.exists(name):
            account.stable(name)
    return found
