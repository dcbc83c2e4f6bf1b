// Case <<.ID>>: <<.Title>>
//
// Sends what the case sends and prints what comes back: node FILE [HOST:PORT]
'use strict';
const net = require('net');

// request is the opening handshake; Host is added to it.
const request = [
<<- range .Request>>
  <<.>>,
<<- end>>
];

// sent is what follows: bytes in hexadecimal, and in writes of which sizes they are sent, the last size for the rest.
const sent = [
<<- range .Lines>>
  <<.>>
<<- end>>
];

const address = process.argv[2] || '127.0.0.1:9001';
const colon = address.lastIndexOf(':');
const conn = net.connect(Number(address.slice(colon + 1)), address.slice(0, colon));
conn.setNoDelay(true);
conn.on('connect', () => conn.write(request.concat(`Host: ${address}`, '', '').join('\r\n')));
conn.on('error', (err) => console.error(err.message));
conn.on('close', () => console.log('that is all'));

// So that writes stay apart, and answers come between them.
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function send() {
  for (const [hex, ...sizes] of sent) {
    for (let data = Buffer.from(hex, 'hex'); data.length > 0;) {
      const n = sizes.length > 0 ? sizes[0] : data.length;
      if (sizes.length > 1) sizes.shift();
      conn.write(data.subarray(0, n));
      data = data.subarray(n);
      await pause(20);
    }
  }
  await pause(2000);
  conn.destroy();
}

let head = Buffer.alloc(0);
let open = false;
conn.on('data', (data) => {
  if (open) {
    console.log(data.toString('hex'));
    return;
  }
  head = Buffer.concat([head, data]);
  const end = head.indexOf('\r\n\r\n');
  if (end < 0) return;
  open = true;
  console.log(JSON.stringify(head.subarray(0, end).toString('latin1').split('\r\n'), null, 1));
  if (head.length > end + 4) console.log(head.subarray(end + 4).toString('hex'));
  send();
});
