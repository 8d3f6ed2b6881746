"""moto's SageMaker with inference experiments, and with tags as AWS keeps them."""
