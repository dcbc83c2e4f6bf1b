package echo

import (
	"bytes"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// serve runs a server for the length of a test, and returns its address.
func serve(t *testing.T, s Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		l.Close()
		<-ended
	})
	return l.Addr().String()
}

func TestEveryServerSendsBackWhatItGets(t *testing.T) {
	for _, s := range Servers {
		t.Run(s.Name, func(t *testing.T) {
			address := serve(t, s)
			for _, size := range []int{1, 125, 126, 3000} {
				load := Load{Conns: 1, InFlight: 5, Size: size, Plain: s.Plain}
				c, err := load.connect(address)
				if err != nil {
					t.Fatal(err)
				}
				defer c.conn.Close()
				c.conn.SetDeadline(time.Now().Add(10 * time.Second))
				if _, err := c.conn.Write(c.frames); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, 5*c.answer)
				if _, err := io.ReadFull(c.conn, got); err != nil {
					t.Fatal(err)
				}
				if want := bytes.Repeat(load.answer(), 5); !bytes.Equal(got, want) {
					t.Errorf("%d bytes: got %s, want %s", size, protocol.Show(got), protocol.Show(want))
				}
			}
		})
	}
}

func TestLoad(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the processor time of another process needs Linux")
	}
	for _, s := range Servers {
		t.Run(s.Name, func(t *testing.T) {
			load := Load{Conns: 3, InFlight: 4, Size: 125, Plain: s.Plain}
			got, err := load.Run(serve(t, s), os.Getpid(), 20*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if got.Messages == 0 || got.CPU <= 0 || got.Wall < 20*time.Millisecond {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A server that falls silent, or says too much, must not look like a fast one.
func TestLoadNoticesABrokenServer(t *testing.T) {
	load := Load{Conns: 1, InFlight: 1, Size: 125, Plain: true}
	for name, reply := range map[string]func(net.Conn){
		"leaves":    func(c net.Conn) {},
		"says more": func(c net.Conn) { c.Write(bytes.Repeat(load.answer(), 3)); io.Copy(io.Discard, c) },
	} {
		t.Run(name, func(t *testing.T) {
			s := Server{Serve: func(l net.Listener) error { return eachConn(l, reply) }}
			if got, err := load.Run(serve(t, s), os.Getpid(), time.Minute); err == nil {
				t.Errorf("no error, but %+v", got)
			}
		})
	}
}
