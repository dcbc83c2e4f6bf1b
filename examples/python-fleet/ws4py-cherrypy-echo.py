# Echo server on ws4py over CherryPy. Usage: ws4py-cherrypy-echo.py PORT
import sys
import cherrypy
from ws4py.server.cherrypyserver import WebSocketPlugin, WebSocketTool
from ws4py.websocket import EchoWebSocket

class Echo:
    @cherrypy.expose
    def index(self):
        pass  # the tool takes the connection over

WebSocketPlugin(cherrypy.engine).subscribe()
cherrypy.tools.websocket = WebSocketTool()
cherrypy.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": int(sys.argv[1]),
                        "engine.autoreload.on": False, "log.screen": False})
cherrypy.quickstart(Echo(), "/", {"/": {"tools.websocket.on": True, "tools.websocket.handler_cls": EchoWebSocket}})
