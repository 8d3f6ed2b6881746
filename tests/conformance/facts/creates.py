"""Create."""

from __future__ import annotations

from typing import Any

from tests.conformance.account import Account
from tests.conformance.fact import HANDLER, NOT_CAUSED, SHADOW, START_MINUTES, fact, guide, scenario


@scenario(2)
def scheduled_create(account: Account) -> Any:
    """Create with a later start, DesiredState and StatusReason."""
    account.release()
    name = account.new_name()
    outcome = account.create(name, Schedule=account.schedule(), DesiredState="Running", StatusReason="because")
    at_success = account.status(name)
    stable = account.stable(name)
    return {"outcome": outcome, "at success": at_success, "stable": stable, **account.describe(name)}


@fact(HANDLER, {"Status": "Created", "StatusReason": None}, scenario=scheduled_create)
def create_ignores_desired_state_and_reason(record: Any) -> Any:
    """Create ignores DesiredState and StatusReason."""
    return {"Status": record["stable"], "StatusReason": record.get("StatusReason")}


@fact(HANDLER, {"outcome": "SUCCESS", "Status": "Created"}, scenario=scheduled_create)
def create_waits_while_creating(record: Any) -> Any:
    """A create waits while the status is Creating, and reports SUCCESS when the status is Created."""
    return {"outcome": record["outcome"].code, "Status": record["at success"]}


@scenario(START_MINUTES, SHADOW)
def create_without_schedule(account: Account) -> Any:
    """Create without Schedule."""
    account.release()
    name = account.new_name()
    outcome = account.create(name)
    return {"outcome": outcome, "stable": account.stable(name), **account.describe(name)}


@fact(HANDLER, {"outcome": "SUCCESS", "Status": "Running"}, scenario=create_without_schedule)
def create_without_schedule_succeeds_when_running(record: Any) -> Any:
    """Without Schedule, an experiment starts at once. The create reports SUCCESS when the status is Running."""
    return {"outcome": record["outcome"].code, "Status": record["stable"]}


@fact(guide("Create a shadow test"), 7, scenario=create_without_schedule)
def experiment_lasts_7_days_by_default(record: Any) -> Any:
    """Without Schedule, an experiment ends 7 days after its start."""
    start, end = record["times"]["StartTime"], record["times"]["EndTime"]
    return round((end - start).total_seconds() / 86_400, 2)


@fact(HANDLER, {"code": "GeneralServiceException", "Stabilizing of": True, "exists": True}, emulator_only=NOT_CAUSED)
def create_that_finds_starting_fails(account: Account) -> Any:
    """A create that finds the status Starting fails with "Stabilizing of", although the experiment exists."""
    account.release()
    account.emulator.settings.create_passes_starting = True
    name = account.new_name()
    outcome = account.create(name)
    account.emulator.settings.create_passes_starting = False
    account.stable(name)
    return {"code": outcome.code, "Stabilizing of": "Stabilizing of" in outcome.message, "exists": account.exists(name)}
