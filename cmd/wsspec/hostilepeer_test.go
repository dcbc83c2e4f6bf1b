package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"

	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
)

// Programs that mean no good to whoever starts them.
func init() {
	peers["steers"] = steers
	peers["shouts"] = func(ln net.Listener) {
		for _, f := range []*os.File{os.Stdout, os.Stderr} {
			go shout(f)
		}
		peers["echo"](ln)
	}
	peers["shouts-one-line"] = func(ln net.Listener) {
		go io.Copy(os.Stderr, endlessLine{})
		peers["echo"](ln)
	}
	peers["mute"] = func(ln net.Listener) {
		os.Stdout.Close()
		os.Stderr.Close()
		peers["echo"](ln)
	}
}

// shout writes as fast as it can.
func shout(f *os.File) {
	for block := strings.Repeat("\x1b[31mnoise ##[group]\n", 4<<10); ; {
		if _, err := f.WriteString(block); err != nil {
			return
		}
	}
}

// endlessLine is a line without an end.
type endlessLine struct{}

func (endlessLine) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// venom would steer a terminal, run in a browser, and command the runner of a CI system.
const venom = "\x1b[31m\x1b]0;owned\x07\u009b2J\u202e<script>alert(1)</script><img src=x onerror=alert(1)>##[group]@everyone|`x`]]>"

// steers is a server that puts venom wherever it can, and dies of it.
func steers(ln net.Listener) {
	fmt.Fprintf(os.Stderr, "%s\n::error::owned\n  ::stop-commands::x\n", venom)
	bites := []func(net.Conn){
		func(c net.Conn) {
			acceptance(c)
			io.WriteString(c, "HTTP/1.1 403 "+venom+"\r\nServer: "+venom+"\r\n\r\n"+venom)
		},
		func(c net.Conn) { acceptance(c); io.WriteString(c, "HTTP/1.1 101 "+venom+"\r\n"+venom+": x\r\n\r\n") },
		withField("Server"), withField("Sec-WebSocket-Protocol"), withField("Sec-WebSocket-Extensions"), withField(venom),
		after101(says(protocol.Text)), after101(says(protocol.Ping)), after101(says(protocol.Pong)), after101(says(protocol.Close)),
		after101(says(0xb)),
		func(c net.Conn) { acceptance(c); io.WriteString(c, venom) },
	}
	var connections atomic.Int64
	accept(ln, func(c net.Conn) {
		n := int(connections.Add(1))
		switch {
		case n <= 12: // those of the probe
			reference.Serve(context.Background(), c, nil)
		case n > 60:
			os.Exit(3)
		default:
			bites[n%len(bites)](c)
		}
	})
}

// withField accepts, with a field too many.
func withField(name string) func(net.Conn) {
	return func(c net.Conn) {
		head := strings.TrimSuffix(string(acceptance(c)), "\r\n")
		io.WriteString(c, head+name+": "+venom+"\r\n\r\n")
		swallow(c)
	}
}

// says sends a frame with venom in it, and waits for the end.
func says(op protocol.Opcode) func(net.Conn) {
	return func(c net.Conn) {
		payload := "\x03\xe8" + venom
		if op == protocol.Text {
			payload = "::error::owned\n" + venom
		}
		c.Write(protocol.NewFrame(op, []byte(payload)).Append(nil))
		swallow(c)
	}
}
