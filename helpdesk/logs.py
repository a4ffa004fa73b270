"""What logs must not tell."""

import logging
import re

OPENING_ADDRESS = re.compile(r"(/(?:c|complain|in/[a-z]+)/)[^/\s?]+")


class WithoutTokens(logging.Filter):
    """Masks the part of an address that opens something: a status link, a form, a webhook."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = OPENING_ADDRESS.sub(r"\1***", record.getMessage()), ()
        return True
