// Package libraries lets package protocol/ws talk with other people's WebSocket libraries, each side as client and as server.
package libraries

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// endpoint is one side of a connection, by whatever library. One goroutine calls receive.
type endpoint interface {
	// send sends a message, in fragments if it has several parts.
	send(text bool, parts ...[]byte) error
	// receive returns the next message, and answers pings meanwhile. After the peer's Close frame, the error is a closed.
	receive() (text bool, p []byte, err error)
	// ping sends a ping, lets messages be exchanged, and fails if the ping is not answered meanwhile.
	ping(exchange func()) error
	// close begins the closing handshake, and returns what the peer's Close frame says.
	close(code int, reason string) (closed, error)
	// drop ends the connection at once.
	drop()
}

// closed is what a Close frame says.
type closed struct {
	code   int
	reason string
}

func (c closed) Error() string { return fmt.Sprintf("closed with %d %q", c.code, c.reason) }

// library opens connections. A connection that takes longer than ctx fails.
type library struct {
	name   string
	dial   func(ctx context.Context, url string) (endpoint, error)
	listen func(t *testing.T) (url string, accepted <-chan endpoint)
}

var (
	ours   = []library{oursAccept, oursServe}
	theirs = []library{gorillaLibrary, coderLibrary, gobwasLibrary, gwsLibrary}
)

// connect opens a connection.
func connect(t *testing.T, client, server library) (c, s endpoint) {
	t.Helper()
	url, accepted := server.listen(t)
	c, err := client.dial(limit(t), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.drop)
	select {
	case s = <-accepted:
	case <-limit(t).Done():
		t.Fatal("the server did not accept")
	}
	t.Cleanup(s.drop)
	return c, s
}

// patience is how long a test may take.
const patience = 10 * time.Second

func limit(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// eachPair runs a test for each of ours with each of theirs, in both roles, and with either side the one that begins.
func eachPair(t *testing.T, test func(t *testing.T, a, b endpoint)) {
	for _, our := range ours {
		for _, their := range theirs {
			for _, pair := range [][2]library{{our, their}, {their, our}} {
				name := pair[0].name + " to " + pair[1].name
				t.Run(name+", client begins", func(t *testing.T) {
					c, s := connect(t, pair[0], pair[1])
					test(t, c, s)
				})
				t.Run(name+", server begins", func(t *testing.T) {
					c, s := connect(t, pair[0], pair[1])
					test(t, s, c)
				})
			}
		}
	}
}

// echo sends back what comes until an error ends it, and then the connection. split says into how many parts.
func echo(b endpoint, split int) <-chan error {
	ended := make(chan error, 1)
	go func() {
		defer b.drop()
		for {
			text, p, err := b.receive()
			if err == nil {
				err = b.send(text, cut(p, split)...)
			}
			if err != nil {
				ended <- err
				return
			}
		}
	}()
	return ended
}

// cut cuts p into n parts.
func cut(p []byte, n int) [][]byte {
	parts := [][]byte{}
	for i := range n {
		parts = append(parts, p[i*len(p)/n:(i+1)*len(p)/n])
	}
	return parts
}

// payloads are messages of all the lengths at which something changes.
func payloads() (messages [][]byte) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 7, 8, 9, 124, 125, 126, 127, 128, 4095, 4096, 4097, 65535, 65536, 65537, 300_000} {
		p := make([]byte, n)
		for i := range p {
			p[i] = byte(random.Uint32())
		}
		messages = append(messages, p)
	}
	return messages
}

// exchange sends a message and expects it back.
func exchange(t *testing.T, a endpoint, text bool, parts ...[]byte) {
	t.Helper()
	sent := make(chan error, 1)
	go func() { sent <- a.send(text, parts...) }()
	want := bytes.Join(parts, nil)
	gotText, got, err := a.receive()
	if err != nil || gotText != text || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes (text %v) came back as %d bytes (text %v), error %v", len(want), text, len(got), gotText, err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

func TestMessages(t *testing.T) {
	eachPair(t, func(t *testing.T, a, b endpoint) {
		echo(b, 1)
		for _, p := range payloads() {
			exchange(t, a, false, p)
			exchange(t, a, true, []byte(strings.Repeat("ä", len(p)/2)))
		}
	})
}

func TestFragments(t *testing.T) {
	eachPair(t, func(t *testing.T, a, b endpoint) {
		echo(b, 3)
		for _, p := range payloads() {
			exchange(t, a, false, cut(p, 5)...)
		}
		exchange(t, a, true, []byte("\xE2"), []byte("\x82"), []byte("\xAC"))
	})
}

func TestPings(t *testing.T) {
	eachPair(t, func(t *testing.T, a, b endpoint) {
		echo(b, 1)
		for range 3 {
			if err := a.ping(func() { exchange(t, a, true, []byte("after the ping")) }); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestCloseCodes(t *testing.T) {
	for _, want := range []closed{{1000, "done"}, {1001, ""}, {1011, strings.Repeat("r", 123)}, {3000, "ä"}, {4999, "own"}} {
		t.Run(fmt.Sprint(want.code), func(t *testing.T) {
			eachPair(t, func(t *testing.T, a, b endpoint) {
				ended := echo(b, 1)
				exchange(t, a, true, []byte("first"))
				answer, err := a.close(want.code, want.reason)
				// RFC 6455, section 5.5.1: "it typically echos the status code". gws does not.
				if err != nil || answer.code != want.code && answer.code != 1000 {
					t.Errorf("the answer to %v: %v, error %v", want, answer, err)
				}
				if got := <-ended; got != want {
					t.Errorf("the other side was told %v, want %v", got, want)
				}
			})
		})
	}
}

// answer reads the Close frame that answers one's own, and ends the connection.
func answer(e endpoint) (closed, error) {
	defer e.drop()
	_, _, err := e.receive()
	if c, ok := errors.AsType[closed](err); ok {
		return c, nil
	}
	return closed{}, fmt.Errorf("no Close frame: %w", err)
}

// pingMeanwhile is for a ping that waits for its pong, while somebody else has to read.
func pingMeanwhile(ping func() error, exchange func()) error {
	answered := make(chan error, 1)
	go func() { answered <- ping() }()
	for {
		exchange()
		select {
		case err := <-answered:
			return err
		default:
		}
	}
}
