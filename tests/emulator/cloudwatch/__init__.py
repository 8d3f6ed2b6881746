"""moto's CloudWatch, with GetMetricData of SageMaker's endpoint metrics."""
