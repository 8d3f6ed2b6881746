"""moto's CloudWatch backend as a class of this package, so that moto imports its URLs."""

from __future__ import annotations

import moto.cloudwatch.models


class CloudWatchBackend(moto.cloudwatch.models.CloudWatchBackend):  # type: ignore[misc] # moto is not typed
    """Alarms, dashboards and other metrics are moto's."""
