"""Resource types without statuses: Cloud Control stores and returns their properties.

The emulator needs the registry schema of the type and a function that returns its read-only properties. An update
replaces the resource by the patched model, so that write-only properties outside the patch are lost.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from . import schema
from .handler import HandlerFailure, Model, Steps
from .world import current

Adds = Callable[[Model, str], Mapping[str, Any]]


class PlainType:
    """A type with its resources."""

    def __init__(self, type_name: str, adds: Adds) -> None:
        self.type_name = type_name
        self.adds = adds
        """(model, region) -> the read-only properties."""
        self.resources: dict[tuple[str, str], dict[str, Any]] = {}
        """(region, identifier) -> all properties, write-only ones included."""
        self.created: dict[tuple[str, str], datetime] = {}

    def handler(self, region: str, now: datetime) -> PlainHandler:
        return PlainHandler(self, region, now)


class PlainHandler:
    """A run of the handler, with the interface of handler.Handler."""

    def __init__(self, plain: PlainType, region: str, now: datetime) -> None:
        self.plain = plain
        self.type_name = plain.type_name
        self.region = region
        self.now = now
        self.effects: list[str] = []

    def create(self, model: Model) -> Steps:
        yield from ()
        key = self.region, self.identifier(model)
        if key in self.plain.resources:
            raise HandlerFailure("AlreadyExists", f"Resource of type '{self.type_name}' already exists.")
        self.plain.created[key] = self.now
        self._put(key, model, {})

    def update(self, name: str, model: Model) -> Steps:
        yield from ()
        self._put((self.region, name), model, self._find(name))

    def delete(self, name: str) -> Steps:
        yield from ()
        self._find(name)
        del self.plain.resources[self.region, name]

    def read(self, name: str) -> dict[str, Any]:
        hidden = {pointer.split("/")[2] for pointer in schema.load(self.type_name).get("writeOnlyProperties", ())}
        return {key: copy.deepcopy(value) for key, value in self._find(name).items() if key not in hidden}

    def may_list(self) -> None:
        """Accept every caller."""

    def summary(self, name: str) -> dict[str, Any]:
        """Return only the identifier, the minimum for an entry of a list."""
        return {self._identifier_name: name}

    def identifier(self, model: Model) -> str:
        return str(model.get(self._identifier_name, ""))

    @property
    def _identifier_name(self) -> str:
        pointer: str = schema.load(self.type_name)["primaryIdentifier"][0]
        return pointer.rpartition("/")[2]

    def created(self, name: str) -> datetime:
        return self.plain.created[self.region, name]

    def names(self) -> list[str]:
        return [name for region, name in self.plain.resources if region == self.region]

    def _put(self, key: tuple[str, str], model: Model, before: Mapping[str, Any]) -> None:
        ignored = current().settings.ignore_properties
        kept = {name: before[name] for name in ignored if name in before}
        applied = {name: value for name, value in model.items() if name not in ignored}
        self.plain.resources[key] = {**copy.deepcopy(applied), **kept, **self.plain.adds(model, self.region)}

    def _find(self, name: str) -> dict[str, Any]:
        try:
            return self.plain.resources[self.region, name]
        except KeyError:
            message = f"Resource of type '{self.type_name}' with identifier '{name}' was not found."
            raise HandlerFailure("NotFound", message) from None
