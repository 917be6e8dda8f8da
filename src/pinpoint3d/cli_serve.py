"""`pinpoint3d serve` and `pinpoint3d open`: the studio in a browser, or an API for programs."""
