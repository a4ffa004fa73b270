"""What the parse child may take of the machine; the parent watches it too."""

import resource

MOST_MEMORY = 352 * 1024 * 1024  # of its own; the program and its libraries come on top
MOST_OPEN_FILES = 32
LARGEST_FILE = 64 * 1024 * 1024


def confine() -> None:
    """For good: no core files, few open files, none of them huge, no further processes, bounded memory."""
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MOST_OPEN_FILES),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_DATA, MOST_MEMORY),
    ):
        resource.setrlimit(limit, (most, most))


def allow_seconds(seconds: int) -> None:
    """From now on it may keep the processor this long; then the system ends it with SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))
