"""Ask one of our own addresses, for the container engine: ends with 0 where all is well, else with 1 and the reason.

Asks as SITE_URL's host, because every other name is turned away. Usage: healthcheck.py http://localhost:8000/healthz
"""

import os
import sys
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen


def main(url: str) -> str | None:
    host = urlsplit(os.environ.get("SITE_URL", "")).netloc or "localhost"
    try:
        with urlopen(Request(url, headers={"Host": host}), timeout=4):
            return None
    except (OSError, URLError) as problem:
        return f"{url}: {problem}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
