"""Reads one event of OneBot a line and prints what aiocqhttp's own class makes of it."""

import json
import sys

from aiocqhttp import Event, Message

for line in sys.stdin:
    event = Event.from_payload(json.loads(line))
    message = "" if event.get("message") is None else str(Message(event.message))
    print(f"{event.name} {message}".rstrip())
