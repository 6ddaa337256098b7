"""Speed, as ratios in one run to what one would use instead. `python -m benchmarks`."""
