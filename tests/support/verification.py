"""A verifier of another target than an endpoint: a shelf shows whether a shop has delivered goods."""

from __future__ import annotations

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import ServiceCall
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.verification import (
    Finding,
    Target,
    Verifier,
)

SHELF = Verifier(
    noun="shelf",
    conclusion="delivered",
    question="which goods the shelf has",
    reads=(
        ServiceCall("shop", "describe_shelf", "Shelf", "shop:DescribeShelf"),
        ServiceCall("shop", "describe_goods", "Goods", "shop:DescribeGoods"),
    ),
    parse=lambda responses: Target({"goods": responses[-1]["Name"]}, responses[0]["Status"], "Fire."),
    stable=("Open",),
    transitional=("Moving",),
    failed=("Burnt",),
    missing=("NotThere", "no such"),
    compare=lambda _properties, effects, _shown: effects.get("finding", Finding(True)),
    describe=lambda shown: f"The shelf has {shown['goods']}.",
    unapplied=lambda _status, _options: None,
    hint="Check the shelf.",
)
