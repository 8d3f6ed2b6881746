"""Checks in separate environments: ansible-test on each ansible-core, and the checks of Ansible Galaxy."""
