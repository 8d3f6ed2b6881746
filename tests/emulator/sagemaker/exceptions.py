"""SageMaker's errors as moto answers them."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError

from ..rules import SageMakerError


def as_response(error: SageMakerError) -> JsonRESTError:
    return JsonRESTError(error.code, error.message)
