# Client on Python websockets: sends COUNT messages of many sizes, one after the other, and compares what comes back.
# Usage: websockets-client.py URL COUNT
import asyncio, sys
import websockets

SIZES = [0, 1, 125, 126, 127, 1000, 65535, 65536, 70000]

def message(i):
    data = bytes([97 + i % 26]) * (SIZES[i % len(SIZES)] + i % 7)
    return data if i % 2 else data.decode()

async def main(url, count):
    async with websockets.connect(url, max_size=1 << 20) as ws:
        for i in range(count):
            # every third message goes in fragments
            m = message(i)
            await ws.send([m[: len(m) // 2], m[len(m) // 2 :]] if i % 3 == 0 and m else m)
            if await ws.recv() != m:
                sys.exit(f"message {i} came back changed")
        await ws.ping()
    if ws.close_code != 1000:
        sys.exit(f"closed with {ws.close_code}")

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
