"""Read and list."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.account import TYPE_NAME, Account, tags
from tests.conformance.fact import CLOUD_CONTROL, HANDLER, PLUGIN, STOP_MINUTES, fact

WRITE_ONLY = ("Schedule", "DesiredState", "StatusReason")


def entries(account: Account, **parameters: Any) -> dict[str, dict[str, Any]]:
    """Return the properties of all entries of ListResources by identifier."""
    pages = account.cloudcontrol.get_paginator("list_resources").paginate(TypeName=TYPE_NAME, **parameters)
    return {
        entry["Identifier"]: json.loads(entry["Properties"]) for page in pages for entry in page["ResourceDescriptions"]
    }


@fact(PLUGIN, [])
def read_has_no_write_only_properties(account: Account) -> Any:
    """GetResource never returns the write-only properties Schedule, DesiredState and StatusReason."""
    return sorted(set(WRITE_ONLY) & set(account.get(account.created())))


@fact(HANDLER, ["Tags"])
def read_returns_all_other_properties_and_tags(account: Account) -> Any:
    """GetResource returns all other properties, and the tags."""
    name = account.creating(Tags=tags(team="ml"), Description="Read")
    account.stable(name)
    found, sent = account.get(name), account.properties(name, Description="Read")
    missing = [key for key, value in sent.items() if key != "Tags" and found.get(key) != value]
    team = {"Key": "team", "Value": "ml"} in found.get("Tags", [])
    return [*missing, *(["Tags"] if team else [])]


@fact(HANDLER, "listed")
def list_ignores_resource_model(account: Account) -> Any:
    """ListResources ignores ResourceModel: the handler has no filters."""
    name = account.created()
    return "listed" if name in entries(account, ResourceModel=json.dumps({"Name": "other"})) else "filtered"


@fact(HANDLER, {"Schedule": True, "EndpointName": False})
def list_has_schedule_and_no_endpoint(account: Account) -> Any:
    """An entry of ListResources has a subset of the properties, with the write-only property Schedule."""
    found = entries(account)[account.created()]
    return {key: key in found for key in ("Schedule", "EndpointName")}


@fact(CLOUD_CONTROL, "ignored", minutes=STOP_MINUTES)
def list_ignores_max_results(account: Account) -> Any:
    """ListResources ignores MaxResults, which is reserved."""
    names = {account.ended(), account.created()}
    page = account.cloudcontrol.list_resources(TypeName=TYPE_NAME, MaxResults=1)["ResourceDescriptions"]
    return "ignored" if names <= {entry["Identifier"] for entry in page} else "applied"
