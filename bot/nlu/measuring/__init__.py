"""How well the pipeline understands, measured: nothing here is part of a model."""
