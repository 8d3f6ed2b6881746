"""The controls as JSON over HTTP, under /_emulator/, for playbooks and for tests in other processes.

GET /_emulator/ lists all paths; Controls and Settings describe the members. Endpoints and CloudWatch:

POST /_emulator/traffic describes the requests to an endpoint from `start` (ISO 8601, default: now) on. CloudWatch's
GetMetricData computes all metrics from it and from the variants that the endpoint has deployed at the time: production
variants get the requests by weight, a shadow variant gets its sampling percentage of them, from the moment at which the
test runs until the moment at which it has stopped. A call with a later `start` changes the traffic from then on:

    {"endpoint_name": "demo-endpoint", "region": "us-east-1", "invocations_per_minute": 600,
     "start": "2026-01-01T12:00:00Z",
     "variants": {
       "production": {"model_latency": {"minimum": 8000, "p50": 20000, "p90": 35000, "p99": 60000, "maximum": 120000},
                      "overhead_latency": 3000, "cpu_utilization": {"minimum": 20, "p50": 40, "maximum": 70}},
       "shadow": {"model_latency": {"p50": 15000, "p99": 40000}, "error_4xx_rate": 0.001, "error_5xx_rate": 0.002,
                  "model_error_rate": 0.003, "memory_utilization": 55, "gpu_utilization": null}}}

Without `variants` each variant has the defaults (traffic.DEFAULTS); a variant that `variants` omits has no metrics. A
number is a value for all samples, null is no data. Latencies are microseconds, utilizations percent, rates from 0 to 1.
Datapoints appear a minute late (setting `metric_delay_seconds`). DELETE /_emulator/traffic forgets all traffic.

PATCH /_emulator/settings: `metric_long_periods` decides about periods of more than a day: accept, reject or split;
`metric_page_size` limits the datapoints of a page. POST /_emulator/faults for GetMetricData: the kinds partial_data and
internal_error, beside those of all operations: {"operation": "GetMetricData", "kind": "partial_data", "token": true}.

POST /_emulator/endpoints puts an endpoint into any status, for a time or for ever:

    {"name": "demo-endpoint", "region": "us-east-1", "status": "Updating", "time_left": 60, "then": "Failed",
     "failure_reason": "No capacity."}

PATCH /_emulator/settings for the effect of a test on its endpoint: `endpoint_update_seconds` (how long it is Updating),
`endpoint_update_status` (Failed, UpdateRollbackFailed: the update changes no variants; OutOfService),
`endpoint_ignores_stop` (a promotion that the endpoint does not show), `retained_shadow_stays`, `assume_endpoints`.
DeleteEndpoint, DeleteEndpointConfig, UpdateEndpoint and UpdateEndpointWeightsAndCapacities of SageMaker do the rest.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from .controls import Controls

PREFIX = "/_emulator"
Body = dict[str, Any]
CONTROLS = {
    # method and path: effect, members of the request body
    "GET log": "list the requests; ?since=N lists those after request number N",
    "DELETE log": "empty the log",
    "GET settings": "list the settings with their values",
    "PATCH settings": "change settings: {name: value}",
    "POST faults": "let the next requests fail: {operation, kind, times, after, identifier, code, message, ...}",
    "DELETE faults": "remove the faults that have not occurred",
    "POST experiments": "create or replace an experiment: {region, properties, status, tags, time_left, then}",
    "GET experiments/<region>/<name>": "show an experiment, with the variant actions of its stop",
    "POST endpoints": "set the status of an endpoint: {name, region, status, time_left, then, failure_reason}",
    "POST traffic": "set the requests to an endpoint: {endpoint_name, region, invocations_per_minute, variants, start}",
    "DELETE traffic": "remove the requests to all endpoints",
    "GET clock": "show the time of the emulator",
    "POST clock": "move the clock forward: {advance: seconds}",
    "POST seed": "create a bucket, a role, two models and an endpoint: {region, name}",
    "POST reset": "delete all resources, requests and faults, and restore the settings",
}
DESCRIPTION = {
    "description": "Emulator of AWS Cloud Control with AWS::SageMaker::InferenceExperiment, based on moto",
    "controls": {key.replace(" ", f" {PREFIX}/"): effect for key, effect in CONTROLS.items()},
}


class Missing(Exception):
    """There is no such thing: 404."""


def handle(controls: Controls, method: str, path: str, *, query: str, body: bytes) -> tuple[int, Any]:
    """Answer a control request: HTTP status and JSON value. A mistake of the caller is a 400 that says which."""
    try:
        parts = [unquote(part) for part in path.removeprefix(PREFIX).split("/") if part]
        return 200, _answer(controls, method, parts, query, _parsed(body))
    except Missing as error:
        return 404, {"error": str(error)}
    except (KeyError, TypeError, ValueError) as error:
        missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        return 400, {"error": missing}


def _answer(controls: Controls, method: str, parts: list[str], query: str, body: Body) -> Any:
    if not parts and method == "GET":
        return DESCRIPTION
    if method == "GET" and len(parts) == 3 and parts[0] == "experiments":
        return _experiment(controls, region=parts[1], name=parts[2])
    if method == "GET" and parts == ["log"]:
        return _log(controls, since=int(parse_qs(query).get("since", ["0"])[0]))
    action = _ACTIONS.get((method, "/".join(parts)))
    if action is None:
        raise Missing(f"there is no {method} {PREFIX}/{'/'.join(parts)}; see GET {PREFIX}/")
    return action(controls, body)


def _experiment(controls: Controls, *, region: str, name: str) -> Any:
    try:
        return controls.experiment(name, region)
    except KeyError as error:
        raise Missing(str(error.args[0])) from error


def _log(controls: Controls, *, since: int) -> Any:
    return [dataclasses.asdict(record) for record in controls.world.log.records(since)]


def _done(act: Callable[[], object]) -> Any:
    act()
    return {}


def _set(controls: Controls, body: Body) -> Any:
    controls.settings.update(body)
    return controls.settings.as_json()


def _seed(controls: Controls, body: Body) -> Any:
    return dataclasses.asdict(controls.seed(**body))


def _put(controls: Controls, body: Body) -> Any:
    rest = {name: value for name, value in body.items() if name not in ("region", "properties")}
    return controls.put_experiment(body["region"], body["properties"], **rest)


def _time(controls: Controls) -> Any:
    return {"now": controls.clock.now().isoformat()}


def _advance(controls: Controls, body: Body) -> Any:
    controls.clock.advance(float(body["advance"]))
    return _time(controls)


_ACTIONS: Mapping[tuple[str, str], Callable[[Controls, Body], Any]] = {
    ("DELETE", "log"): lambda controls, _: _done(controls.clear_log),
    ("GET", "settings"): lambda controls, _: controls.settings.as_json(),
    ("PATCH", "settings"): _set,
    ("POST", "faults"): lambda controls, body: _done(functools.partial(controls.fault, **body)),
    ("DELETE", "faults"): lambda controls, _: _done(controls.clear_faults),
    ("POST", "reset"): lambda controls, _: _done(controls.reset),
    ("POST", "seed"): _seed,
    ("POST", "experiments"): _put,
    ("POST", "traffic"): lambda controls, body: _done(functools.partial(controls.traffic, **body)),
    ("DELETE", "traffic"): lambda controls, _: _done(controls.clear_traffic),
    ("POST", "endpoints"): lambda controls, body: _done(functools.partial(controls.put_endpoint, **body)),
    ("GET", "clock"): lambda controls, _: _time(controls),
    ("POST", "clock"): _advance,
}


def _parsed(body: bytes) -> Body:
    value = json.loads(body or b"{}")
    if isinstance(value, dict):
        return value
    raise ValueError("the body has to be a JSON object")
