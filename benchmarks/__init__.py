"""Programs that measure: `python -m benchmarks.turns` and `python -m benchmarks.gateway` (docs/benchmarks.md).

Nothing here is part of the bot, and no test waits for a figure: what is promised is tested in `tests`.
"""
