"""`python -m cati` is the program `cati`."""

import sys

from cati.cli import main

if __name__ == "__main__":
    sys.exit(main())
