"""Durable exports: what was ordered is made, whatever ends in between.

The rows of `store.exports` say what is wanted and how it stands. A workflow engine (DBOS) says
when it is done, by which server, and that it is done again when that server ended. Whatever the
engine repeats finds the row and goes on from there, so nothing is made twice.
"""

from saycut.jobs.errors import FormatNotMade, QualityUnknown, ServerTwice
from saycut.jobs.jobs import Jobs
from saycut.jobs.options import JobsOptions
from saycut.jobs.outputs import FORMATS, Output, output_of
from saycut.jobs.webhooks import SIGNATURE_HEADER, key_of_user, signature_of

__all__ = [
    "FORMATS",
    "SIGNATURE_HEADER",
    "FormatNotMade",
    "Jobs",
    "JobsOptions",
    "Output",
    "QualityUnknown",
    "ServerTwice",
    "key_of_user",
    "output_of",
    "signature_of",
]
