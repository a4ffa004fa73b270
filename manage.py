#!/usr/bin/env python
import sys

from django.core.management import execute_from_command_line

from helpdesk import environment

TRY_AGAIN_LATER = 75  # EX_TEMPFAIL: the mail server keeps the mail


def main() -> None:
    """Run one command. No mail may be lost, so for receive_mail even a wrong set-up means "try again"."""
    environment.load()
    status = TRY_AGAIN_LATER if sys.argv[1:2] == ["receive_mail"] else 1
    with environment.one_sentence(status):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
