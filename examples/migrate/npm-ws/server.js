// Echo server on npm ws, with its defaults. Usage: node server.js [PORT]
const { WebSocketServer } = require('ws');

const wss = new WebSocketServer({ host: '127.0.0.1', port: +(process.argv[2] || 9001) });
wss.on('connection', (ws) => {
  ws.on('error', () => {}); // the peer broke the protocol: the library closes
  ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
});
