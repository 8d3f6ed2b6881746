"""Update, by the status that the handler finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.conformance.account import SAMPLING, Account, add, error_of, replace, tags, text
from tests.conformance.fact import (
    ASSUMED,
    HANDLER,
    NOT_CAUSED,
    PLUGIN,
    SHADOW,
    START_MINUTES,
    UPDATE_MINUTES,
    fact,
    guide,
    scenario,
)

EDIT = guide("Edit a shadow test")
ALL = ("Description", "Schedule", "ShadowModeConfig", "ModelVariants", "DataStorageConfig")


def new_value(account: Account, name: str, wanted: str) -> Any:
    """Return another value of a property."""
    current, number = account.describe(name), account.number()
    shadow = {**current["ShadowModeConfig"]["ShadowModelVariants"][0], "SamplingPercentage": 20 + number % 50}
    variants = current["ModelVariants"]
    return {
        "Description": account.words(),
        "Schedule": {"EndTime": text(current["times"]["StartTime"] + timedelta(days=3, minutes=number))},
        "ShadowModeConfig": {**current["ShadowModeConfig"], "ShadowModelVariants": [shadow]},
        "ModelVariants": [account.model_variant(each["VariantName"], each["ModelName"], count=2) for each in variants],
        "DataStorageConfig": {"Destination": f"{account.destination}/{number}"},
    }[wanted]


def effect(account: Account, name: str, *properties: str, more: Any = ()) -> dict[str, str]:
    """Change properties in one patch; return the outcome, and for each property whether AWS applies the change."""
    values = {each: new_value(account, name, each) for each in properties}
    code = account.update(name, *(add(each, value) for each, value in values.items()), *more).code
    account.stable(name)
    found = account.describe(name)
    return {"outcome": code, **{each: _effect(found.get(each), value) for each, value in values.items()}}


def _effect(found: Any, wanted: Any) -> str:
    same = wanted.items() <= found.items() if isinstance(wanted, dict) and found else found == wanted
    return "applied" if same else "dropped"


def applied(*properties: str, **others: str) -> dict[str, str]:
    return {"outcome": "SUCCESS", **dict.fromkeys(properties, "applied"), **others}


def dropped(*properties: str, **others: str) -> dict[str, str]:
    return {"outcome": "SUCCESS", **dict.fromkeys(properties, "dropped"), **others}


# Created


@fact(HANDLER, applied(*ALL), minutes=UPDATE_MINUTES)
def update_while_created_applies_configuration(account: Account) -> Any:
    """While the status is Created, an update applies all configuration. Times are ISO 8601 with Z."""
    found = effect(account, account.created(), *ALL)
    account.discard()
    return found


@fact(HANDLER, applied("Description", Status="Created"), minutes=UPDATE_MINUTES)
def scheduled_experiment_cannot_be_stopped(account: Account) -> Any:
    """While the status is Created, an update drops DesiredState Completed and Cancelled and applies the rest."""
    name = account.created()
    found = effect(account, name, "Description", more=[add("DesiredState", "Cancelled")])
    return {**found, "Status": account.status(name)}


@fact(HANDLER, {"outcome": "SUCCESS", "tags": {"b": "2", "c": "3"}})
def update_sets_exactly_tags_of_model(account: Account) -> Any:
    """An update sets exactly the tags of the patched properties: other tags are deleted."""
    name, own = account.created(), account.properties("none")["Tags"]
    code = account.update(name, add("Tags", [*own, *tags(a="1", b="1")])).code
    code = account.update(name, add("Tags", [*own, *tags(b="2", c="3")])).code
    left = account.tags(name)
    account.update(name, add("Tags", own))
    return {"outcome": code, "tags": {key: value for key, value in left.items() if key in "abc"}}


@fact(HANDLER, {"outcome": "SUCCESS", "Description": "unchanged"}, minutes=UPDATE_MINUTES)
def removed_member_is_unchanged(account: Account) -> Any:
    """A patch that removes Description, DataStorageConfig or ShadowModeConfig leaves the property unchanged."""
    name, words = account.created(), account.words()
    account.update(name, add("Description", words))
    account.stable(name)
    code = account.update(name, {"op": "remove", "path": "/Description"}).code
    account.stable(name)
    return {
        "outcome": code,
        "Description": "unchanged" if account.describe(name).get("Description") == words else "changed",
    }


@fact(ASSUMED, {"Destination": "DESTINATION"}, minutes=UPDATE_MINUTES)
def object_is_replaced_whole(account: Account) -> Any:
    """An update replaces DataStorageConfig and ShadowModeConfig as a whole: members outside the patch are removed."""
    name = account.created()
    storage = {"Destination": account.destination, "ContentType": {"CsvContentTypes": ["text/csv"]}}
    account.update(name, add("DataStorageConfig", storage))
    account.stable(name)
    account.update(name, {"op": "remove", "path": "/DataStorageConfig/ContentType"})
    account.stable(name)
    found = account.describe(name)["DataStorageConfig"]
    account.discard()
    return found


# Starting


@scenario(START_MINUTES, SHADOW)
def start(account: Account) -> Any:
    """Start an experiment before its schedule, with a change of the description."""
    name, words = account.created(), account.words()
    outcome = account.update(name, add("DesiredState", "Running"), add("Description", words))
    at_success, submitted = account.status(name), account.now()
    stable = account.stable(name)
    found = account.describe(name)
    moved = abs((found["times"]["StartTime"] - submitted).total_seconds()) < 3600
    return {
        "outcome": outcome.code,
        "at success": at_success,
        "Status": stable,
        "moved": moved,
        "Description": _effect(found.get("Description"), words),
    }


@fact(HANDLER, {"outcome": "SUCCESS", "Status": "Running", "Description": "dropped"}, scenario=start)
def start_drops_other_changes(record: Any) -> Any:
    """While the status is Created, an update with DesiredState Running starts the experiment, and drops the rest."""
    return {key: record[key] for key in ("outcome", "Status", "Description")}


@fact(HANDLER, "Starting", scenario=start)
def start_succeeds_while_starting(record: Any) -> Any:
    """A start reports SUCCESS while the status is Starting, because the callback after 5 seconds finds Starting."""
    return record["at success"]


@fact(ASSUMED, True, scenario=start)
def early_start_moves_start_time(record: Any) -> Any:
    """A start before the schedule sets StartTime to the time of the start."""
    return record["moved"]


@fact(HANDLER, {"outcome": "SUCCESS", "Description": "applied"}, emulator_only=NOT_CAUSED)
def start_that_finds_running_applies_changes(account: Account) -> Any:
    """If the callback of a start finds Running, the handler applies the row of Running with the same properties."""
    name, settings = account.created(), account.emulator.settings
    before, settings.transition_seconds = settings.transition_seconds, 1
    found = effect(account, name, "Description", more=[add("DesiredState", "Running")])
    settings.transition_seconds = before
    return found


# Running


@fact(HANDLER, applied("Description", "Schedule", "ShadowModeConfig"), minutes=START_MINUTES, cost=SHADOW)
def update_while_running_applies_description_end_and_sampling(account: Account) -> Any:
    """While the status is Running, an update applies Description, the end of Schedule and ShadowModeConfig."""
    return effect(account, account.running(), "Description", "Schedule", "ShadowModeConfig")


@fact(HANDLER, dropped("ModelVariants", "DataStorageConfig"), minutes=START_MINUTES, cost=SHADOW)
def update_while_running_drops_variants_and_storage(account: Account) -> Any:
    """While the status is Running, an update drops ModelVariants and DataStorageConfig and reports SUCCESS."""
    return effect(account, account.running(), "ModelVariants", "DataStorageConfig")


@fact(EDIT, "rejected", minutes=START_MINUTES, cost=SHADOW)
def start_time_of_running_experiment_is_rejected(account: Account) -> Any:
    """While the status is Running, an update of Schedule with a StartTime is rejected."""
    name = account.running()
    code = account.update(name, add("Schedule", account.schedule(days=1))).code
    account.stable(name)
    return "SUCCESS" if code == "SUCCESS" else "rejected"


@fact(EDIT, "rejected", minutes=START_MINUTES, cost=SHADOW)
def sagemaker_rejects_variants_of_running_experiment(account: Account) -> Any:
    """While the status is Running, UpdateInferenceExperiment of SageMaker rejects ModelVariants."""
    name = account.running()
    variants = account.describe(name)["ModelVariants"]
    code = error_of(lambda: account.sagemaker.update_inference_experiment(Name=name, ModelVariants=variants))
    account.stable(name)
    return "SUCCESS" if code == "SUCCESS" else "rejected"


# transitional statuses, and the end


@fact(HANDLER, applied("ShadowModeConfig"), minutes=UPDATE_MINUTES)
def update_while_updating_waits_and_applies(account: Account) -> Any:
    """While the status is Updating, an update waits, and then applies the row of the next status."""
    return effect(account, account.updating(), "ShadowModeConfig")


@fact(HANDLER, dropped("Description"), minutes=UPDATE_MINUTES)
def update_while_creating_applies_tags_only(account: Account) -> Any:
    """While the status is Creating, an update applies tags only."""
    return effect(account, account.creating(), "Description")


@fact(HANDLER, dropped("Description"), minutes=START_MINUTES, cost=SHADOW)
def update_while_starting_applies_tags_only(account: Account) -> Any:
    """While the status is Starting, an update applies tags only."""
    return effect(account, account.starting(), "Description")


@fact(HANDLER, {"outcome": "SUCCESS", "Status": "Completed", "tags": True}, minutes=START_MINUTES, cost=SHADOW)
def update_while_stopping_waits_and_applies_tags_only(account: Account) -> Any:
    """While the status is Stopping, an update waits for the end of the experiment, and then applies tags."""
    name = account.stopping()
    outcome = account.update(name, add("Tags/-", *tags(stopping="1")))
    return {"outcome": outcome.code, "Status": account.status(name), "tags": "stopping" in account.tags(name)}


@fact(HANDLER, dropped("Description", tags="applied"), minutes=2 * START_MINUTES, cost=SHADOW)
def update_after_end_applies_tags_only(account: Account) -> Any:
    """After the end of the experiment, an update applies tags only."""
    name = account.ended()
    found = effect(account, name, "Description", more=[add("Tags/-", *tags(ended="1"))])
    return {**found, "tags": "applied" if "ended" in account.tags(name) else "dropped"}


# waits


@fact(HANDLER, "overwritten", emulator_only=NOT_CAUSED)
def update_overwrites_change_after_its_read(account: Account) -> Any:
    """An update that waits for another change applies the properties of its earlier read, and overwrites the change."""
    name, words = account.created(), account.words()
    account.update(name, add("Description", account.words()))
    account.stable(name)
    account.emulator.settings.pending_seconds = 2
    event = account.send_update(name, replace(SAMPLING, 15))
    account.emulator.settings.pending_seconds = 0
    account.sagemaker.update_inference_experiment(Name=name, Description=words)
    account.final(event)
    account.stable(name)
    return "kept" if account.describe(name)["Description"] == words else "overwritten"


@scenario(0, emulator_only="No endpoint takes 20 minutes on purpose.")
def long_wait(account: Account) -> Any:
    """Update an experiment that stays Updating for 25 minutes."""
    name, settings = account.created(), account.emulator.settings
    before, settings.transition_seconds = settings.transition_seconds, 1500
    event = account.send_update(name, add("Description", account.words()))
    settings.transition_seconds = before
    account.sleep(1190)
    early = account.event(event)["OperationStatus"]
    account.sleep(20)
    late = account.event(event)
    during = account.status(name)
    account.sleep(300)
    return {
        "operation": [early, late.get("ErrorCode"), late.get("StatusMessage")],
        "experiment": [during, account.status(name)],
    }


@fact(PLUGIN, ["IN_PROGRESS", "NotStabilized", "Exceeded attempts to wait"], scenario=long_wait)
def handler_waits_20_minutes(record: Any) -> Any:
    """The handler ends its wait for a status after 20 minutes with NotStabilized."""
    return record["operation"]


@fact(HANDLER, ["Updating", "Created"], scenario=long_wait)
def sagemaker_continues_after_not_stabilized(record: Any) -> Any:
    """After NotStabilized, SageMaker continues the change."""
    return record["experiment"]
