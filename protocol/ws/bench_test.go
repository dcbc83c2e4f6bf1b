package ws_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// stream is a transport that always has the same bytes to read, and forgets what is written.
type stream struct {
	net.Conn
	head  io.Reader // of the opening handshake
	bytes []byte
	rest  []byte
}

func (s *stream) Read(p []byte) (int, error) {
	if n, err := s.head.Read(p); err == nil {
		return n, nil
	}
	if len(s.rest) == 0 {
		s.rest = s.bytes
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *stream) Write(p []byte) (int, error)      { return len(p), nil }
func (s *stream) SetDeadline(time.Time) error      { return nil }
func (s *stream) SetReadDeadline(time.Time) error  { return nil }
func (s *stream) SetWriteDeadline(time.Time) error { return nil }
func (s *stream) Close() error                     { return nil }

// flooded is a server whose client sends a Ping, and then the same message again and again.
func flooded(t testing.TB, size int) *ws.Conn {
	p := &peer{masks: true}
	s := &stream{head: bytes.NewReader(append([]byte(request), p.bytes(frame(protocol.Ping, ""))...)), bytes: bytes.Repeat(p.bytes(protocol.NewFrame(protocol.Binary, make([]byte, size))), max(1, 4096/size))}
	c, _, err := ws.Serve(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var errEnough = errors.New("enough")

func BenchmarkHandle(b *testing.B) {
	c := flooded(b, 125)
	n := 0
	b.ReportAllocs()
	b.ResetTimer()
	err := c.Handle(context.Background(), func(batch *ws.Batch, ev protocol.Event) error {
		if n++; n > b.N {
			return errEnough
		}
		return echo(batch, ev)
	})
	if err != errEnough {
		b.Fatal(err)
	}
}

func BenchmarkReadMessage(b *testing.B) {
	c := flooded(b, 125)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.ReadMessage(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteMessage(b *testing.B) {
	c := flooded(b, 125)
	p := make([]byte, 125)
	b.ReportAllocs()
	for b.Loop() {
		if err := c.WriteMessage(context.Background(), protocol.Binary, p); err != nil {
			b.Fatal(err)
		}
	}
}
