"""Cloud Control: patches, concurrent operations, client tokens and requests."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from tests.conformance.account import SAMPLING, TYPE_NAME, Account, add, error_of, replace, tags
from tests.conformance.fact import CLOUD_CONTROL, MODEL, SCHEMA, fact

DAY = 86_400


@fact(MODEL, "TypeNotFoundException")
def unknown_type_raises_type_not_found(account: Account) -> Any:
    """GetResource of a type that does not exist raises TypeNotFoundException, not ResourceNotFoundException."""
    return error_of(lambda: account.cloudcontrol.get_resource(TypeName="AWS::SageMaker::None", Identifier="none"))


@fact(MODEL, "ResourceNotFoundException")
def get_of_missing_resource_raises_resource_not_found(account: Account) -> Any:
    """GetResource of a resource that does not exist raises ResourceNotFoundException."""
    return error_of(lambda: account.get(account.new_name()))


@fact(MODEL, "NotFound")
def delete_of_missing_resource_is_not_found(account: Account) -> Any:
    """DeleteResource of a resource that does not exist raises ResourceNotFoundException or fails with NotFound."""
    return account.delete(account.new_name()).code


@fact(CLOUD_CONTROL, "SUCCESS")
def patch_applies_to_read_properties(account: Account) -> Any:
    """Cloud Control applies a patch to the properties that the handler reads, read-only properties included."""
    return account.update(account.created(), replace("/Status", "Created", "test"), add("Description", "x")).code


def rejected_patch(account: Account, *operations: dict[str, Any]) -> dict[str, bool]:
    """Return whether a patch is rejected, and whether its first operation, a new description, is applied."""
    name, words = account.created(), account.words()
    code = account.update(name, add("Description", words), *operations).code
    account.stable(name)
    return {"rejected": code != "SUCCESS", "applied": account.describe(name).get("Description") == words}


@fact(CLOUD_CONTROL, {"rejected": True, "applied": False})
def failed_test_rejects_whole_patch(account: Account) -> Any:
    """A `test` operation that fails rejects the whole patch."""
    return rejected_patch(account, replace("/Status", "Running", "test"))


@fact(CLOUD_CONTROL, {"rejected": True, "applied": False})
def invalid_operation_rejects_whole_patch(account: Account) -> Any:
    """An invalid operation, for example the removal of a missing property, rejects the whole patch."""
    return rejected_patch(account, {"op": "remove", "path": "/KmsKey"})


@fact(SCHEMA, dict.fromkeys(("replace", "test"), "rejected"))
def write_only_property_can_only_be_added(account: Account) -> Any:
    """A patch sets a write-only property with `add`. The operations `replace` and `test` reject the patch."""
    name = account.created()
    codes = {
        verb: account.update(name, replace("/DesiredState", "Completed", verb)).code for verb in ("replace", "test")
    }
    return {verb: "SUCCESS" if code == "SUCCESS" else "rejected" for verb, code in codes.items()}


@fact(CLOUD_CONTROL, "NotUpdatable")
def create_only_property_is_not_updatable(account: Account) -> Any:
    """A change of a create-only property raises NotUpdatableException or fails with NotUpdatable."""
    return account.update(account.created(), replace("/RoleArn", "arn:aws:iam::123456789012:role/other")).code


@fact(CLOUD_CONTROL, "InvalidRequest")
def change_of_read_only_property_is_invalid(account: Account) -> Any:
    """A change of a read-only property raises a validation error or fails with InvalidRequest."""
    return account.update(account.created(), replace("/Status", "Completed")).code


@fact(CLOUD_CONTROL, "InvalidRequest")
def violation_of_schema_is_invalid(account: Account) -> Any:
    """A patch with a result that violates the schema raises a validation error or fails with InvalidRequest."""
    return account.update(account.created(), add("Colour", "red")).code


@fact(SCHEMA, "InvalidRequest")
def empty_list_of_content_types_is_invalid(account: Account) -> Any:
    """The schema rejects an empty list of content types in the result of a patch."""
    storage = {"Destination": account.destination, "ContentType": {"CsvContentTypes": []}}
    return account.update(account.created(), add("DataStorageConfig", storage)).code


def concurrent(account: Account, second: Any) -> Any:
    """Return the result of a call while an update is in progress; the function receives name and first event."""
    name = account.created()
    event = account.send_update(name, replace(SAMPLING, 20))
    try:
        return second(name, event)
    finally:
        account.final(event)
        account.update(name, replace(SAMPLING, 10))


@fact(MODEL, "ConcurrentOperationException")
def second_operation_on_resource_is_rejected(account: Account) -> Any:
    """While an operation on a resource is in progress, another one raises ConcurrentOperationException."""
    return concurrent(account, lambda name, _: error_of(lambda: account.send_delete(name)))


@fact(MODEL, "request token found")
def operation_in_progress_is_listed(account: Account) -> Any:
    """ListResourceRequests returns the request token of the operation that is in progress."""
    wanted = {"Operations": ["UPDATE"], "OperationStatuses": ["PENDING", "IN_PROGRESS"]}

    def find(_name: str, event: Any) -> str:
        pages = account.cloudcontrol.get_paginator("list_resource_requests").paginate(
            ResourceRequestStatusFilter=wanted
        )
        found = [entry["RequestToken"] for page in pages for entry in page["ResourceRequestStatusSummaries"]]
        return "request token found" if event["RequestToken"] in found else "request token missing"

    return concurrent(account, find)


@fact(MODEL, "time in the next hours")
def retry_after_is_timestamp(account: Account) -> Any:
    """RetryAfter of a ProgressEvent is a timestamp, not a number of seconds."""

    def read(_name: str, event: Any) -> str:
        if "RetryAfter" not in event:
            return "no RetryAfter"
        distance = (event["RetryAfter"] - account.now()).total_seconds()
        return "time in the next hours" if abs(distance) < 3 * 3600 else f"{event['RetryAfter']}"

    return concurrent(account, read)


@fact(MODEL, "CANCEL_COMPLETE")
def cancelled_operation_ends_in_cancel_complete(account: Account) -> Any:
    """After CancelResourceRequest, the operation ends in CANCEL_COMPLETE."""
    name = account.created()
    event = account.send_update(name, replace(SAMPLING, 20))
    account.cloudcontrol.cancel_resource_request(RequestToken=event["RequestToken"])
    last = account.final(event)
    account.stable(name)
    return last["OperationStatus"]


def token_of_repeated_update(account: Account, *patch: dict[str, Any], seconds: float = 0) -> str:
    """Update twice with the same client token; return whether the second request returns the first operation."""
    name, token = account.created(), account.new_name()
    first_patch = add("Description", account.words())
    first = account.final(account.send_update(name, first_patch, ClientToken=token))
    account.stable(name)
    account.sleep(seconds)
    try:
        second = account.send_update(name, *(patch or [first_patch]), ClientToken=token)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    account.final(second)
    account.stable(name)
    return "same operation" if second["RequestToken"] == first["RequestToken"] else "new operation"


@fact(MODEL, "same operation")
def repeated_client_token_returns_same_operation(account: Account) -> Any:
    """A second request with the same client token and the same content returns the ProgressEvent of the first."""
    return token_of_repeated_update(account)


@fact(MODEL, "ClientTokenConflictException")
def client_token_of_other_request_conflicts(account: Account) -> Any:
    """A second request with the same client token and other content raises ClientTokenConflictException."""
    return token_of_repeated_update(account, add("Description", account.words()))


@fact(MODEL, "new operation", emulator_only="The check would take 36 hours.")
def client_token_is_valid_for_36_hours(account: Account) -> Any:
    """A client token is valid for 36 hours. Later, the same request is a new operation."""
    return token_of_repeated_update(account, seconds=36 * 3600)


@fact(MODEL, {"128": "SUCCESS", "129": "InvalidRequest"})
def client_token_has_128_characters_at_most(account: Account) -> Any:
    """A client token has up to 128 characters."""
    name, found = account.created(), {}
    for length in (128, 129):
        token = account.new_name().ljust(length, "x")
        found[str(length)] = account.update(name, add("Description", account.words()), ClientToken=token).code
    return found


@fact(MODEL, "rejected")
def role_arn_of_request_is_role_of_handler(account: Account) -> Any:
    """RoleArn of a request is the role that CloudFormation assumes to run the handler, not the role of the experiment.

    So the role of an experiment, which trusts SageMaker only, is rejected.
    """
    role = account.resources.role_arn
    code = account.update(account.created(), add("Description", account.words()), RoleArn=role).code
    return "SUCCESS" if code == "SUCCESS" else "rejected"


@fact(MODEL, 20)
def list_of_requests_has_20_per_page(account: Account) -> Any:
    """ListResourceRequests returns 20 requests per page."""
    desired = {**account.properties("none"), "Description": "two\nlines"}
    for _number in range(21):
        text = json.dumps({**desired, "Name": account.new_name()})
        account.cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=text)
    account.sleep(30)
    return len(account.cloudcontrol.list_resource_requests()["ResourceRequestStatusSummaries"])


@fact(CLOUD_CONTROL, "RequestTokenNotFoundException", emulator_only="The check would take 7 days.")
def request_expires_after_7_days(account: Account) -> Any:
    """A request expires after 7 days. GetResourceRequestStatus then raises RequestTokenNotFoundException."""
    event = account.send_update(account.created(), add("Tags/-", *tags(a="b")))
    account.final(event)
    account.sleep(7 * DAY)
    return error_of(lambda: account.event(event))
