"""Registration of the emulated services in moto, by changes of data; no function is patched.

`register` ends with assertions, so that a moto version with other internals fails here and not in a test.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import moto.backend_index
import moto.backends
import moto.cloudwatch.models
import moto.sagemaker.models
from moto.core.models import DEFAULT_ACCOUNT_ID

from . import cloudcontrol
from .cloudcontrol.models import CloudControlBackend
from .cloudcontrol.urls import url_bases
from .cloudwatch.models import CloudWatchBackend
from .sagemaker.models import SageMakerBackend

_MODULE = "moto.cloudcontrol"
_PATTERNS = [("cloudcontrol", re.compile(base)) for base in url_bases]
_BACKENDS: list[tuple[str, Any, Any]] = [
    ("sagemaker", moto.sagemaker.models.sagemaker_backends, SageMakerBackend),
    ("cloudwatch", moto.cloudwatch.models.cloudwatch_backends, CloudWatchBackend),
]
"""Services of moto with another backend: name, backends, class."""


def register() -> Callable[[], None]:
    """Register the services in moto, also repeatedly. Return a function that restores the previous state."""
    module_before = sys.modules.get(_MODULE)
    patterns: list[Any] = moto.backend_index.backend_url_patterns
    patterns_before, classes_before = list(patterns), [backends.backend for _name, backends, _class in _BACKENDS]

    sys.modules[_MODULE] = cloudcontrol
    patterns[:] = [*_PATTERNS, *(entry for entry in patterns if entry[0] != "cloudcontrol")]
    _set_classes([own for _name, _backends, own in _BACKENDS])
    _assert_hooked()

    def unregister() -> None:
        if module_before is None:
            sys.modules.pop(_MODULE, None)
        else:
            sys.modules[_MODULE] = module_before
        patterns[:] = patterns_before
        _set_classes(classes_before)

    return unregister


def _set_classes(classes: list[Any]) -> None:
    for (_name, backends, _own), backend in zip(_BACKENDS, classes, strict=True):
        if backends.backend is not backend:
            backends.backend = backend
            backends.clear()


def _assert_hooked() -> None:
    find: Any = moto.backends.get_backend
    hooked = find("cloudcontrol")[DEFAULT_ACCOUNT_ID]["us-east-1"]
    assert isinstance(hooked, CloudControlBackend), "moto no longer finds a backend by importing moto.<service>"
    host = "https://cloudcontrolapi.us-east-1.amazonaws.com"
    first = next(service for service, pattern in moto.backend_index.backend_url_patterns if pattern.match(host))
    assert first == "cloudcontrol", "moto no longer takes the first match of backend_url_patterns"
    for name, _backends, own in _BACKENDS:
        backend: Any = find(name)[DEFAULT_ACCOUNT_ID]["us-east-1"]
        assert isinstance(backend, own), "moto no longer makes backends of BackendDict.backend"
        dispatch = next(iter(backend.urls.values()))
        assert dispatch.__self__.__module__.startswith(__package__ or ""), (
            "moto's urls no longer follow the backend's module"
        )
