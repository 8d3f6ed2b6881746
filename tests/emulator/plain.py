"""Resource types without statuses of their own behind Cloud Control: what is put in comes out again.

All that the emulator has to know of such a type is its registry schema, and what the service adds to a model. The
handler takes the model that it is given for the whole: what a patch does not name and Read does not return is gone.
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
    """One type with its resources, for as long as a test lasts."""

    def __init__(self, type_name: str, adds: Adds) -> None:
        self.type_name = type_name
        self.adds = adds
        """(model, region) -> the read-only properties."""
        self.resources: dict[tuple[str, str], dict[str, Any]] = {}
        """(region, identifier) -> what the service has, the write-only properties too."""
        self.created: dict[tuple[str, str], datetime] = {}

    def handler(self, region: str, now: datetime) -> PlainHandler:
        return PlainHandler(self, region, now)


class PlainHandler:
    """One run of the handler, as Handler is one."""

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
        """Nobody is refused."""

    def summary(self, name: str) -> dict[str, Any]:
        """The identifier alone: the least that a list may tell."""
        pointer = schema.load(self.type_name)["primaryIdentifier"][0]
        return {pointer.rpartition("/")[2]: name}

    def identifier(self, model: Model) -> str:
        pointer = schema.load(self.type_name)["primaryIdentifier"][0]
        return str(model.get(pointer.rpartition("/")[2], ""))

    def created(self, name: str) -> datetime:
        return self.plain.created[self.region, name]

    def names(self) -> list[str]:
        return [name for region, name in self.plain.resources if region == self.region]

    def _put(self, key: tuple[str, str], model: Model, before: Mapping[str, Any]) -> None:
        ignored = current().settings.ignore_properties
        kept = {name: before[name] for name in ignored if name in before}
        given = {name: value for name, value in model.items() if name not in ignored}
        self.plain.resources[key] = {**copy.deepcopy(given), **kept, **self.plain.adds(model, self.region)}

    def _find(self, name: str) -> dict[str, Any]:
        try:
            return self.plain.resources[self.region, name]
        except KeyError:
            message = f"Resource of type '{self.type_name}' with identifier '{name}' was not found."
            raise HandlerFailure("NotFound", message) from None
