"""Errors of SageMaker, and the error codes of the handler."""

from __future__ import annotations

from typing import Any

from tests.conformance.account import SAMPLING, Account, add, replace, tags
from tests.conformance.fact import ASSUMED, HANDLER, NOT_CAUSED, PLUGIN, fact

DENIED_ROLE = "The check would need an identity with fewer permissions."
UPDATE = "UpdateInferenceExperiment"


@fact(HANDLER, {"code": "InvalidRequest", "message": "Invalid request provided: Failure reason: "})
def validation_error_of_create_is_invalid_request(account: Account) -> Any:
    """A create with a validation error of SageMaker, for example a description of two lines, is InvalidRequest."""
    outcome = account.create(account.new_name(), Description="two\nlines", Schedule=account.schedule())
    return {"code": outcome.code, "message": outcome.message[: len("Invalid request provided: Failure reason: ")]}


@fact(HANDLER, "GeneralServiceException")
def validation_error_of_update_is_general_exception(account: Account) -> Any:
    """An update with a validation error of SageMaker is GeneralServiceException."""
    return account.update(account.created(), add("Description", "two\nlines")).code


@fact(HANDLER, "AlreadyExists")
def create_of_existing_name_already_exists(account: Account) -> Any:
    """A create with the name of an existing experiment fails with AlreadyExists."""
    return account.create(account.created()).code


@fact(ASSUMED, "AlreadyExists")
def create_on_used_endpoint_already_exists(account: Account) -> Any:
    """A create on an endpoint that another experiment uses fails with AlreadyExists."""
    account.created()
    return account.create(account.new_name(), Schedule=account.schedule()).code


def codes(account: Account, operation: str, *errors: str, place: str = "handler") -> dict[str, str]:
    """Return the code of an update for each error that a call of the handler to SageMaker returns."""
    name, found = account.created(), {}
    for error in errors:
        account.emulator.fault(operation, place, code=error)
        patch = (
            [add("Tags/-", *tags(error=error))]
            if operation == "AddTags"
            else [replace(SAMPLING, 20 + account.number() % 50)]
        )
        found[error] = account.update(name, *patch).code
        account.stable(name)
    account.emulator.clear_faults()
    return found


@fact(HANDLER, {"ResourceNotFound": "NotFound"}, emulator_only=NOT_CAUSED)
def missing_experiment_is_not_found(account: Account) -> Any:
    """ResourceNotFound of SageMaker is NotFound."""
    return codes(account, UPDATE, "ResourceNotFound")


@fact(HANDLER, {"ThrottlingException": "Throttling"}, emulator_only=NOT_CAUSED)
def throttled_call_is_throttling(account: Account) -> Any:
    """ThrottlingException of SageMaker is Throttling."""
    return codes(account, UPDATE, "ThrottlingException")


@fact(HANDLER, {"ResourceLimitExceeded": "ServiceLimitExceeded"}, emulator_only=NOT_CAUSED)
def exceeded_limit_is_service_limit_exceeded(account: Account) -> Any:
    """ResourceLimitExceeded of SageMaker is ServiceLimitExceeded."""
    return codes(account, UPDATE, "ResourceLimitExceeded")


SERVER_ERRORS = ("InternalError", "ServiceUnavailable")


@fact(HANDLER, dict.fromkeys(SERVER_ERRORS, "ServiceInternalError"), emulator_only=NOT_CAUSED)
def server_error_is_service_internal_error(account: Account) -> Any:
    """InternalError and ServiceUnavailable of SageMaker are ServiceInternalError."""
    return codes(account, UPDATE, *SERVER_ERRORS)


OTHER_ERRORS = ("AccessDeniedException", "ConflictException")


@fact(HANDLER, dict.fromkeys(OTHER_ERRORS, "GeneralServiceException"), emulator_only=DENIED_ROLE)
def denied_or_conflicting_call_is_general_exception(account: Account) -> Any:
    """AccessDeniedException and ConflictException of SageMaker are GeneralServiceException."""
    return codes(account, UPDATE, *OTHER_ERRORS)


TAG_ERRORS = {"ThrottlingException": "GeneralServiceException", "ResourceNotFound": "NotFound"}


@fact(HANDLER, TAG_ERRORS, emulator_only=NOT_CAUSED)
def error_of_tag_call_is_general_exception(account: Account) -> Any:
    """Any error of a tag call, throttling included, is GeneralServiceException. ResourceNotFound is NotFound."""
    return codes(account, "AddTags", *TAG_ERRORS)


STABILIZING = ("ThrottlingException", "AccessDeniedException")


@fact(PLUGIN, dict.fromkeys(STABILIZING, "InvalidRequest"), emulator_only=NOT_CAUSED)
def client_error_while_stabilizing_is_invalid_request(account: Account) -> Any:
    """Any HTTP 400 of a Describe with which the handler waits for a status is InvalidRequest."""
    return codes(account, "DescribeInferenceExperiment", *STABILIZING, place="stabilize")
