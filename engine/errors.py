"""The one error a person is meant to read.

Everything else that is raised is a fault of ours and shows as a traceback under ``--debug``.
"""

from __future__ import annotations


class UserError(Exception):
    """Something the player can act on, said in one clear sentence: what, where, what to do."""


class Refused(UserError):
    """The thing asked for would lose or overwrite something, so it was not done."""
