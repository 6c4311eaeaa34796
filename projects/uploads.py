"""Uploads on their way in: what is over the limit is counted by nobody and kept by nobody."""

from django.core.files.uploadhandler import TemporaryFileUploadHandler

# More than any form of ours takes, so that the form still sees that a file is too large and says so.
MOST_BYTES = 25 * 1024 * 1024


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Writes at most 25 MB of each file to disk and lets the rest run past, so that no upload fills it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the chunk if it begins within the limit."""
        if start <= MOST_BYTES:
            super().receive_data_chunk(raw_data, start)
