"""The controls as JSON over HTTP, under /_emulator/, for playbooks and for tests in other processes."""

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
