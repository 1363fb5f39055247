"""Reads one JSON object a line, events of OneBot and answers of get_msg, and prints what NoneBot's own models make of each."""

import json
import sys

from nonebot.adapters.onebot.v11 import Adapter
from nonebot.adapters.onebot.v11.event import Reply
from nonebot.compat import type_validate_python

for line in sys.stdin:
    data = json.loads(line)
    if "status" in data and "retcode" in data:
        reply = type_validate_python(Reply, data["data"])
        print(f"{type(reply).__name__} {reply.message}")
    else:
        event = Adapter.json_to_event(data)
        print(f"{type(event).__name__} {event.get_event_name()} {getattr(event, 'message', '')}".rstrip())
