"""moto's SageMaker with inference experiments, endpoint updates and the tags of AWS."""
