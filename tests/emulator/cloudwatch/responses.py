"""GetMetricData in the query protocol and in JSON 1.0; that of moto has neither percentiles nor pages."""

from __future__ import annotations

from typing import Any, cast

import moto.cloudwatch.responses
from moto.core.responses import ActionResult
from moto.sagemaker.models import sagemaker_backends

from ..metric_data import Conditions, get_metric_data
from ..protocols import JSON_TYPE
from ..sagemaker.models import SageMakerBackend
from ..world import current


class CloudWatchResponse(moto.cloudwatch.responses.CloudWatchResponse):  # type: ignore[misc] # moto is not typed
    """moto's CloudWatch, with a GetMetricData that reads the traffic of SageMaker's endpoints."""

    def get_metric_data(self) -> ActionResult:
        settings = current().settings
        conditions = Conditions(
            now=current().clock.now().timestamp(),
            traffic_of=self._sagemaker.traffic_of,
            long_periods=settings.metric_long_periods,
            delay=settings.metric_delay_seconds,
            page_size=settings.metric_page_size,
            fault=current().faults.take("GetMetricData", None, place="metric data"),
        )
        return ActionResult(get_metric_data(self._get_params(), conditions))

    def serialized(self, action_result: ActionResult) -> Any:
        """Set the content type of JSON, which moto omits for a service with several protocols."""
        status, headers, body = super().serialized(action_result)
        if self.headers.get("x-amz-target"):
            headers["Content-Type"] = JSON_TYPE
        return status, headers, body

    @property
    def _sagemaker(self) -> SageMakerBackend:
        from ..cloudcontrol.models import cloudcontrol_backends

        cloudcontrol_backends[self.current_account][self.region].settle()
        return cast("SageMakerBackend", sagemaker_backends[self.current_account][self.region])
