"""A user study that anyone can run: planned, logged while people work, and analysed.

`plan` says who does what with which tool, `log` holds what a person did on one task, and
`analysis` compares the tools. `docs/user-study.md` shows how to run one.
"""
