"""The training-free engine: superpoints, their graph, and seeded walks on it."""
