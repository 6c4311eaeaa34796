"""Pictures and video as bytes and files; nothing here knows of rows or requests."""
