"""`make bench`: the goals of PERFORMANCE.md, each beside its bare program in the same run. Ratios, never absolutes."""
