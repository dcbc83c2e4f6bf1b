package echo

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/bench/cpu"
	"github.com/wsspec/wsspec/protocol"
)

// Load is traffic: on each of Conns connections, InFlight messages of Size bytes are on their way at any time.
type Load struct {
	Conns    int
	InFlight int
	Size     int
	Plain    bool // the server does not speak WebSocket
}

// Loads are the kinds of traffic that are compared.
var Loads = []Load{
	{Conns: 1, InFlight: 1, Size: 125},
	{Conns: 64, InFlight: 16, Size: 125},
}

func (l Load) String() string {
	conns := "1 connection"
	if l.Conns != 1 {
		conns = fmt.Sprintf("%d connections", l.Conns)
	}
	return fmt.Sprintf("%s, %d in flight, %d B", conns, l.InFlight, l.Size)
}

// Result is what a load cost a server.
type Result struct {
	Messages int64         // that came back
	CPU      time.Duration // of the server, user and system
	Wall     time.Duration
}

// PerMessage is the server's processor time for one message, in microseconds.
func (r Result) PerMessage() float64 {
	return float64(r.CPU.Nanoseconds()) / 1e3 / float64(r.Messages)
}

// Rate is the number of messages in a second.
func (r Result) Rate() float64 { return float64(r.Messages) / r.Wall.Seconds() }

// Run puts a load on the server at an address, and measures it for a while, when it has run for a fifth of that.
func (l Load) Run(address string, server int, duration time.Duration) (Result, error) {
	clients, err := l.connectAll(address)
	defer func() {
		for _, c := range clients {
			c.conn.Close()
		}
	}()
	if err != nil {
		return Result{}, err
	}
	var count atomic.Int64
	failed := make(chan error, l.Conns)
	for _, c := range clients {
		go func() { failed <- c.pump(&count) }()
	}
	if err := pass(duration/5, failed); err != nil {
		return Result{}, err
	}
	before, err := take(&count, server)
	if err != nil {
		return Result{}, err
	}
	const patience = 100 // a busy machine may let a server wait for longer than a short measurement lasts
	for range patience {
		if err := pass(duration, failed); err != nil {
			return Result{}, err
		}
		after, err := take(&count, server)
		if err != nil || after.messages > before.messages {
			return Result{after.messages - before.messages, after.cpu - before.cpu, after.at.Sub(before.at)}, err
		}
	}
	return Result{}, fmt.Errorf("no message came back within %v", patience*duration)
}

// pass lets time pass, unless something fails.
func pass(d time.Duration, failed <-chan error) error {
	select {
	case <-time.After(d):
		return nil
	case err := <-failed:
		return err
	}
}

// reading is where the counters stand.
type reading struct {
	messages int64
	cpu      time.Duration
	at       time.Time
}

func take(count *atomic.Int64, server int) (reading, error) {
	used, err := cpu.TimeOf(server)
	return reading{count.Load(), used, time.Now()}, err
}

// client is one connection. What it sends is made beforehand, and what comes back is counted only.
type client struct {
	conn    net.Conn
	frames  []byte // as many as are in flight
	request int    // size of one of them
	answer  int    // size of what comes back for it
}

// frame is the message that is sent.
func (l Load) frame() protocol.Frame {
	f := protocol.NewFrame(protocol.Binary, []byte(strings.Repeat("\x00\xFFecho", l.Size/6+1))[:l.Size])
	f.Masked, f.Key = true, 0x12345678
	return f
}

// answer is what comes back for a frame.
func (l Load) answer() []byte {
	f := l.frame()
	f.Masked = l.Plain
	return f.Append(nil)
}

// connectAll opens all connections before any of them is used: a busy one would slow down the opening of the next.
func (l Load) connectAll(address string) (clients []*client, err error) {
	for range l.Conns {
		c, err := l.connect(address)
		if err != nil {
			return clients, err
		}
		clients = append(clients, c)
	}
	return clients, nil
}

func (l Load) connect(address string) (*client, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	if !l.Plain {
		if err := upgrade(conn); err != nil {
			conn.Close()
			return nil, err
		}
	}
	frame := l.frame().Append(nil)
	return &client{conn, []byte(strings.Repeat(string(frame), l.InFlight)), len(frame), len(l.answer())}, nil
}

// upgrade asks for WebSocket. The server says nothing after its response before it is asked, so none of that is lost here.
func upgrade(conn net.Conn) error {
	_, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	if err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		return errors.New("the server does not want to speak WebSocket: " + response.Status)
	}
	return nil
}

// pump keeps the messages in flight: for each one that has come back it sends another.
func (c *client) pump(count *atomic.Int64) error {
	if _, err := c.conn.Write(c.frames); err != nil {
		return err
	}
	buf := make([]byte, bufferSize)
	part := 0 // of an answer that is not complete
	for {
		n, err := c.conn.Read(buf)
		if err != nil {
			return fmt.Errorf("an answer is missing: %w", err)
		}
		part += n
		back := part / c.answer
		part %= c.answer
		if back*c.request > len(c.frames) {
			return errors.New("more came back than was sent")
		}
		count.Add(int64(back))
		if _, err := c.conn.Write(c.frames[:back*c.request]); err != nil {
			return err
		}
	}
}
