"""Adapters: a package's own interface on one side, a case's exact field and the checks on the other.

None is imported before it is used. A user's own is ten lines: a function of noise (and a number of steps) that returns samples.
"""
