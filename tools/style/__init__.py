"""Count words and terms that make the project's text hard to read. `make lint` runs it.

The counts find symptoms. They do not replace reading.
"""
