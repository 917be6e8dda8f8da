"""Evaluation: suites of entries, runs of segmenters on them, reports."""
