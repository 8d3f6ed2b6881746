"""The control API: JSON over HTTP below /_emulator/, for playbooks and for tests in other processes.

GET /_emulator/ lists all paths. Controls and Settings describe the members; docs/docsite/rst/guide_emulator.rst has
examples.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from .controls import Controls

PREFIX = "/_emulator"
Body = dict[str, Any]
Action = Callable[[Controls, Body], Any]


def _done(act: Callable[..., object], **arguments: Any) -> Body:
    act(**arguments)
    return {}


def _set(controls: Controls, body: Body) -> Body:
    controls.settings.update(body)
    return controls.settings.as_json()


def _put(controls: Controls, body: Body) -> Body:
    rest = {name: value for name, value in body.items() if name not in ("region", "properties")}
    return controls.put_experiment(body["region"], body["properties"], **rest)


def _time(controls: Controls, _body: Body) -> Body:
    return {"now": controls.clock.now().isoformat()}


def _advance(controls: Controls, body: Body) -> Body:
    controls.clock.advance(float(body["advance"]))
    return _time(controls, body)


def _experiment(controls: Controls, body: Body) -> Body:
    try:
        return controls.experiment(**body)
    except KeyError as error:
        raise Missing(str(error.args[0])) from error


def _log(controls: Controls, body: Body) -> Any:
    return [dataclasses.asdict(record) for record in controls.world.log.records(int(body["since"]))]


_ACTIONS: Mapping[str, tuple[str, Action]] = {
    # method and path: effect, members of the request body; function
    "GET log": ("list the requests; ?since=N lists those after request number N", _log),
    "DELETE log": ("empty the log", lambda controls, _: _done(controls.clear_log)),
    "GET settings": ("list the settings with their values", lambda controls, _: controls.settings.as_json()),
    "PATCH settings": ("change settings: {name: value}", _set),
    "POST faults": (
        "let the next requests fail: {operation, kind, times, after, identifier, code, message, ...}",
        lambda controls, body: _done(controls.fault, **body),
    ),
    "DELETE faults": ("remove the faults that have not occurred", lambda controls, _: _done(controls.clear_faults)),
    "POST experiments": (
        "create or replace an experiment: {region, properties, status, tags, time_left, then}",
        _put,
    ),
    "GET experiments/<region>/<name>": ("show an experiment, with the variant actions of its stop", _experiment),
    "POST endpoints": (
        "set the status of an endpoint: {name, region, status, time_left, then, failure_reason}",
        lambda controls, body: _done(controls.put_endpoint, **body),
    ),
    "POST traffic": (
        "set the requests to an endpoint: {endpoint_name, region, invocations_per_minute, variants, start}",
        lambda controls, body: _done(controls.traffic, **body),
    ),
    "DELETE traffic": ("remove the requests to all endpoints", lambda controls, _: _done(controls.clear_traffic)),
    "GET clock": ("show the time of the emulator", _time),
    "POST clock": ("move the clock forward: {advance: seconds}", _advance),
    "POST seed": (
        "create a bucket, a role, two models and an endpoint: {region, name}",
        lambda controls, body: dataclasses.asdict(controls.seed(**body)),
    ),
    "POST reset": (
        "delete all resources, requests and faults, and restore the settings and the time",
        lambda controls, _: _done(controls.reset),
    ),
}
CONTROLS = {key: effect for key, (effect, _action) in _ACTIONS.items()}
DESCRIPTION = {
    "description": "Emulator of AWS Cloud Control with AWS::SageMaker::InferenceExperiment, based on moto",
    "controls": {key.replace(" ", f" {PREFIX}/"): effect for key, effect in CONTROLS.items()},
}


class Missing(Exception):
    """The path does not exist: HTTP status 404."""


def handle(controls: Controls, method: str, path: str, *, query: str, body: bytes) -> tuple[int, Any]:
    """Return the HTTP status and the JSON value of a response. An invalid request has status 400."""
    try:
        parts = [unquote(part) for part in path.removeprefix(PREFIX).split("/") if part]
        return 200, _response(controls, f"{method} {'/'.join(parts)}", query, body)
    except Missing as error:
        return 404, {"error": str(error)}
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"error": f"{error} is missing" if isinstance(error, KeyError) else str(error)}


def _response(controls: Controls, request: str, query: str, body: bytes) -> Any:
    if request == "GET ":
        return DESCRIPTION
    members = _parsed(body)
    if request == "GET log":
        members = {"since": parse_qs(query).get("since", ["0"])[0]}
    if found := re.fullmatch("(GET experiments)/([^/]+)/([^/]+)", request):
        request, members = f"{found[1]}/<region>/<name>", {"region": found[2], "name": found[3]}
    if request not in _ACTIONS:
        method, path = request.split(" ", 1)
        raise Missing(f"there is no {method} {PREFIX}/{path}; see GET {PREFIX}/")
    return _ACTIONS[request][1](controls, members)


def _parsed(body: bytes) -> Body:
    value = json.loads(body or b"{}")
    if isinstance(value, dict):
        return value
    raise ValueError("the body has to be a JSON object")
