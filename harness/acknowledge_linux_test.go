package harness_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
)

// A server that writes header and payload apart, and leaves it to TCP to put them together, gets its acknowledgement at once.
func TestHeaderApartFromPayload(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.(*net.TCPConn).SetNoDelay(false)
			go reference.Serve(context.Background(), apart{conn}, nil)
		}
	}()
	to, err := harness.NewTarget("ws://"+listener.Addr().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r := runner(to, "9.7.2")
	r.Result = func(c record.Case, _ *record.Transcript) {
		if c.Verdict != record.Pass {
			t.Errorf("%s %+v", c.Verdict, c.Findings)
		} else if median := time.Duration(c.Volume.MedianUS) * time.Microsecond; median > 30*time.Millisecond {
			t.Errorf("a message and its echo take %v", median)
		}
	}
	if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
		t.Fatal(err)
	}
}

// apart writes the header of a short frame first, and then its payload.
type apart struct{ net.Conn }

func (a apart) Write(p []byte) (int, error) {
	n, err := a.Conn.Write(p[:2])
	if err == nil {
		var m int
		m, err = a.Conn.Write(p[2:])
		n += m
	}
	return n, err
}
