# Case <<.ID>>: <<.Title>>
#
# Sends what the case sends and prints what comes back: python3 FILE [HOST:PORT]
import socket
import sys
import threading
import time

# The opening handshake; Host is added to it.
request = [
<<- range .Request>>
    <<.>>,
<<- end>>
]

# What follows: bytes in hexadecimal, and in writes of which sizes they are sent, the last size for the rest.
sent = [
<<- range .Lines>>
    <<.>>
<<- end>>
]

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9001"
host, _, port = address.rpartition(":")
conn = socket.create_connection((host, int(port)))
conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
conn.sendall("\r\n".join(request + ["Host: " + address, "", ""]).encode())

head = b""
while b"\r\n\r\n" not in head:
    data = conn.recv(4096)
    if not data:
        sys.exit("the server ended the stream: %r" % head)
    head += data
head, _, rest = head.partition(b"\r\n\r\n")
for line in head.split(b"\r\n"):
    print(ascii(line.decode("latin-1")))


def send():
    try:
        for data, *sizes in sent:
            data = bytes.fromhex(data)
            while data:
                n = sizes[0] if sizes else len(data)
                if len(sizes) > 1:
                    sizes.pop(0)
                conn.sendall(data[:n])
                data = data[n:]
                time.sleep(0.02)  # so that writes stay apart, and answers come between them
        time.sleep(2)
        conn.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the server has closed, as it may


threading.Thread(target=send, daemon=True).start()
try:
    while True:
        if rest:
            print(rest.hex(" "))
        rest = conn.recv(4096)
        if not rest:
            break
except OSError as err:
    print(err)
print("that is all")
