"""Benchmarks: each figure beside the thing it is compared with, measured in the same run. Ratios, not promises."""
