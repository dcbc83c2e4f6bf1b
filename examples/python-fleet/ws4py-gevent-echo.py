# Echo server on ws4py over gevent. Usage: ws4py-gevent-echo.py PORT
from gevent import monkey

monkey.patch_all()  # before anything else is imported

import sys
from ws4py.server.geventserver import WSGIServer
from ws4py.server.wsgiutils import WebSocketWSGIApplication
from ws4py.websocket import EchoWebSocket

app = WebSocketWSGIApplication(handler_cls=EchoWebSocket)
WSGIServer(("127.0.0.1", int(sys.argv[1])), app, log=None).serve_forever()
