"""Mutation testing of plugins/module_utils: `make mutation`."""
