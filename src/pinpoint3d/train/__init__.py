"""Training: crops of labelled samples, lessons drawn from them, and the loop.

Read `crops` (what is learned from), `lessons` (what is asked), then `loop` (how it is learned).
"""
