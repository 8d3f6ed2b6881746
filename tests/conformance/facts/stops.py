"""Stop, and the endpoint after a stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.conformance.account import Account, add
from tests.conformance.fact import ASSUMED, HANDLER, SHADOW, STOP_MINUTES, fact, guide, scenario


def stop(account: Account, *more: Any, state: str = "Completed") -> Any:
    """Stop a Running experiment by an update; return its description and the variants of the endpoint."""
    name = account.running()
    end = account.describe(name)["times"]["EndTime"]
    outcome = account.update(name, add("DesiredState", state), *more)
    status, found = account.stable(name), account.describe(name)
    return {**found, "outcome": outcome.code, "Status": status, "serving": account.serving(), "end before": end}


def removal(index: int) -> dict[str, Any]:
    return {"op": "remove", "path": f"/ModelVariants/{index}"}


PRODUCTION, SHADOW_MODEL = {"production": "PRODUCTION_MODEL"}, {"shadow": "SHADOW_MODEL"}


@scenario(STOP_MINUTES, SHADOW)
def stop_with_both(account: Account) -> Any:
    """Stop with all other changes."""
    words = account.words()
    found = stop(account, add("StatusReason", "enough"), add("Description", words), state="Cancelled")
    return {**found, "dropped": found.get("Description") != words}


@fact(HANDLER, {"outcome": "SUCCESS", "Status": "Cancelled"}, scenario=stop_with_both)
def stop_sets_desired_state(record: Any) -> Any:
    """While the status is Running, an update with DesiredState Completed or Cancelled stops the experiment."""
    return {"outcome": record["outcome"], "Status": record["Status"]}


@fact(HANDLER, True, scenario=stop_with_both)
def stop_drops_other_changes(record: Any) -> Any:
    """A stop drops changes of Description, Schedule, ShadowModeConfig and DataStorageConfig."""
    return record["dropped"]


@fact(HANDLER, "enough", scenario=stop_with_both)
def stop_passes_status_reason(record: Any) -> Any:
    """A stop passes StatusReason to SageMaker. DescribeInferenceExperiment returns the reason."""
    return record.get("StatusReason")


@fact(ASSUMED, True, scenario=stop_with_both)
def stop_moves_end_time(record: Any) -> Any:
    """A stop sets EndTime to the time of the stop."""
    return (record["end before"] - record["times"]["EndTime"]).total_seconds() > 3600


@fact(ASSUMED, ["production", "shadow"], scenario=stop_with_both)
def stopped_experiment_lists_both_variants(record: Any) -> Any:
    """After a stop, the experiment lists both variants."""
    return [each["VariantName"] for each in record["ModelVariants"]]


@fact(HANDLER, {"production": PRODUCTION, "shadow": SHADOW_MODEL}, scenario=stop_with_both)
def stop_with_both_variants_retains_both(record: Any) -> Any:
    """If the patched ModelVariants have both variants, a stop retains both."""
    return record["serving"]


@fact(HANDLER, {"production": PRODUCTION, "shadow": {}}, minutes=STOP_MINUTES, cost=SHADOW)
def stop_with_production_variant_removes_shadow(account: Account) -> Any:
    """If the patched ModelVariants have only the production variant, a stop removes the shadow variant."""
    return stop(account, removal(1))["serving"]


@scenario(STOP_MINUTES, SHADOW)
def stop_with_shadow(account: Account) -> Any:
    """Stop with only the shadow variant, with another model."""
    name = account.properties("none")["ModelVariants"][1]["VariantName"]
    variants = [account.model_variant(name, account.resources.production_model)]
    return stop(account, add("ModelVariants", variants))["serving"]


@fact(HANDLER, {"production": ["shadow"], "shadow": []}, scenario=stop_with_shadow)
def stop_with_shadow_variant_promotes_shadow(record: Any) -> Any:
    """If the patched ModelVariants have only the shadow variant, a stop promotes the shadow variant."""
    return {role: list(models) for role, models in record.items()}


@fact(HANDLER, ["PRODUCTION_MODEL"], scenario=stop_with_shadow)
def stop_deploys_variants_of_patch(record: Any) -> Any:
    """A stop deploys the variants as they are in the patched ModelVariants, for example with another model."""
    return list({**record["production"], **record["shadow"]}.values())[-1:]


@fact(
    HANDLER,
    {"production": {}, "shadow": {}},
    emulator_only="The stop removes all variants of the endpoint.",
)
def stop_without_variants_removes_both(account: Account) -> Any:
    """If the patched ModelVariants have neither variant, a stop removes both."""
    return stop(account, add("ModelVariants", [account.model_variant("other", "other")]))["serving"]


@fact(guide("Create a shadow test"), "restored", minutes=100, cost=SHADOW)
def end_of_schedule_restores_endpoint(account: Account) -> Any:
    """At the end of the schedule, the endpoint returns to its configuration before the experiment."""
    name = account.running()
    start = account.describe(name)["times"]["StartTime"]
    # A schedule of less than 1 hour is rejected.
    end = max(start + timedelta(minutes=65), account.now() + timedelta(minutes=15))
    account.sagemaker.update_inference_experiment(Name=name, Schedule={"EndTime": end})
    account.sleep((end - account.now()).total_seconds())
    account.wait(lambda: account.status(name) == "Completed", f"the experiment {name}")
    return "restored" if account.in_service()["EndpointConfigName"] == account.original_config else "changed"
