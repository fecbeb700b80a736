"""Entry point of `./maalem` and of every process it starts: `python -m app <command>`."""

from app.cli import main

if __name__ == "__main__":
    main()
