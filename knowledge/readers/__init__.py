"""Readers: files of every kind to blocks of plain text. One noun a file; each knows its own format only."""
