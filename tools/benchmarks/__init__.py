"""Compare the cost of tasks with a baseline: `make bench`, or `python -m tools.benchmarks`.

Each figure is the ratio of a cost to its baseline. Their measurements alternate, so that both have the same load.
"""
