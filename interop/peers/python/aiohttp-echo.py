# Echo server on aiohttp. Usage: aiohttp-echo.py PORT
import sys
from aiohttp import WSMsgType, web

async def echo(request):
    ws = web.WebSocketResponse(max_msg_size=32 << 20)
    await ws.prepare(request)
    async for m in ws:
        if m.type == WSMsgType.TEXT:
            await ws.send_str(m.data)
        elif m.type == WSMsgType.BINARY:
            await ws.send_bytes(m.data)
    return ws

app = web.Application()
app.router.add_get("/{path:.*}", echo)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
