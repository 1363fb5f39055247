"""One client of the unmodified WuKongEasySDK for Python, driven by lines of JSON: a command in, what happened out."""

import asyncio
import json
import sys

from wukong_easy_sdk import WKIM, AuthOptions, WKIMError, WKIMEvent, WKIMOptions


def tell(kind, value):
    if isinstance(value, WKIMError):
        value = {"code": value.code, "message": str(value)}
    print(json.dumps({"kind": kind, "value": value}), flush=True)


async def obey(im, command):
    try:
        if command["do"] == "send":
            tell("sent", await im.send(command["to"], command["type"], command["payload"], **command.get("options", {})))
        elif command["do"] == "ping":
            await im.ping()
            tell("pong", None)
    except WKIMError as error:
        tell("failed", error)


async def main(url, uid, token, device_flag):
    options = WKIMOptions(ping_interval=0.5, reconnect_delay=0.2)
    im = WKIM(url, AuthOptions(uid=uid, token=token, device_flag=int(device_flag)), options)
    for event in WKIMEvent:
        im.on(event, lambda value, kind=event.value: tell(kind, value))
    try:
        tell("connected", await im.connect())
    except WKIMError as error:
        tell("refused", error)
        return
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        await obey(im, json.loads(line))
    await im.destroy()


asyncio.run(main(*sys.argv[1:]))
