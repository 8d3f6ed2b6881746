"""moto's CloudWatch backend; its class is only here so that moto finds the urls beside it."""

from __future__ import annotations

import moto.cloudwatch.models


class CloudWatchBackend(moto.cloudwatch.models.CloudWatchBackend):  # type: ignore[misc] # moto is not typed
    """Alarms, dashboards and other metrics are moto's."""
