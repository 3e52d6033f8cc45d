"""The checks: each puts questions with known answers to somebody's code, and returns findings."""
