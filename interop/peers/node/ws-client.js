// Client on npm ws: sends COUNT messages of many sizes, one after the other, and compares what comes back.
// Usage: node ws-client.js URL COUNT
const WebSocket = require('ws');
const [url, count] = [process.argv[2], +process.argv[3]];
const sizes = [0, 1, 125, 126, 127, 1000, 65535, 65536, 70000];
const message = (i) => Buffer.alloc(sizes[i % sizes.length] + (i % 7), 97 + (i % 26));
const ws = new WebSocket(url, { maxPayload: 1 << 20 });
let i = 0;
const fail = (why) => { console.error(why); process.exit(1); };
const send = () => ws.send(i % 2 ? message(i) : message(i).toString(), { binary: i % 2 === 1, fin: true });
ws.on('open', send);
ws.on('error', (err) => fail(String(err)));
ws.on('message', (data, binary) => {
  if (binary !== (i % 2 === 1) || !data.equals(message(i))) fail(`message ${i} came back changed`);
  if (++i === count) return ws.close(1000);
  send();
});
ws.on('close', (code) => (i === count && code === 1000 ? process.exit(0) : fail(`closed with ${code} after ${i} messages`)));
