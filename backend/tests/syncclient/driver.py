"""A device that writes and sends until it is killed: python driver.py STORE KEY SERVER TOKEN RUN APPOINTMENT..."""

import sys
from pathlib import Path

from pazpaz.syncclient.client import Client
from pazpaz.syncclient.errors import UnreachableError
from pazpaz.syncclient.sealed import Key, SealedFile
from pazpaz.syncclient.server import Server


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    store, key, address, token, run, *appointments = sys.argv[1:]
    client = Client(SealedFile(Path(store), Key.of_file(Path(key))))
    server = Server(address, token)
    for number in range(10_000):
        appointment = appointments[(number * 7 + int(run)) % len(appointments)]
        text = f"כאב {run}-{number} 🙂"
        say(f"writing {appointment} {text}")
        client.write(appointment, {"plan": text})
        say(f"wrote {appointment} {text}")
        if number % 3 == 2:
            try:
                client.send(server)
            except UnreachableError:
                say("unreachable")


if __name__ == "__main__":
    main()
