"""`python -m dmp`: the command line."""

from dmp.cli import main

if __name__ == "__main__":
    main()
