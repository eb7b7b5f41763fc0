"""Uploads: from bytes on a line to files of a project."""
