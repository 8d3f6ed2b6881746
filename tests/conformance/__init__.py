"""Facts about AWS that the modules and the emulator rely on, each with a check in boto3: `make conformance`.

The checks do not use the code of the collection. They run against the emulator, or against an account of AWS.
"""
