"""Files of a song over TCP: sealed, resumable, checked piece by piece, put in place only when whole.

A song is offered by a :class:`~engine.net.transfer_server.TransferServer`; who lacks it fetches what is missing from
any of those who have it (:func:`~engine.net.transfer_client.fetch_files`).  Both know the session's transfer key.
"""

from __future__ import annotations

from engine.net.transfer_client import fetch_files
from engine.net.transfer_files import MAX_FILE_BYTES, MAX_FILES, OfferedFile, file_hash, is_safe_name, read_offer
from engine.net.transfer_server import TransferServer
from engine.net.transfer_store import Progress, SongRefused

__all__ = [
    "MAX_FILES",
    "MAX_FILE_BYTES",
    "OfferedFile",
    "Progress",
    "SongRefused",
    "TransferServer",
    "fetch_files",
    "file_hash",
    "is_safe_name",
    "read_offer",
]
