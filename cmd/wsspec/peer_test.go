package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
)

// peers are the programs that scripts start as `peer NAME PORT`.
var peers = map[string]func(net.Listener){
	"echo": func(ln net.Listener) { reference.Listen(context.Background(), ln, nil) },
	"web":  func(ln net.Listener) { http.Serve(ln, http.NotFoundHandler()) },
	"unavailable": func(ln net.Listener) {
		http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	},
	"deaf": func(ln net.Listener) { accept(ln, func(c net.Conn) { io.Copy(io.Discard, c) }) },
	"garbage": func(ln net.Listener) {
		accept(ln, func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH_9\x1b[31m\r\n") })
	},
	"tls": func(ln net.Listener) {
		accept(ln, func(c net.Conn) { c.Write([]byte("\x15\x03\x01\x00\x02\x02\x16")) })
	},
	"no-echo": func(ln net.Listener) { accept(ln, func(c net.Conn) { answer101(c); io.Copy(io.Discard, c) }) },
	"dies":    dies,
	"tires":   func(ln net.Listener) { accept(ln, falters(9)) },
}

// runPeer is the peer command.
func runPeer(args []string) int {
	switch args[0] {
	case "exits":
		fmt.Fprintln(os.Stderr, "cannot read \x1b[31mconfig.toml")
		return 7
	case "never-listens":
		select {}
	case "writes":
		if err := os.WriteFile(args[1], nil, 0o666); err != nil {
			return 1
		}
		return 0
	case "demands":
		return demands(args[1], os.Getenv(args[2]))
	case "stubborn":
		return stubborn(args[1], args[2])
	case "falters":
		cling(args[2])
		return faltering(args[1])
	case "stubborn-child":
		cling(args[1])
		fmt.Println("up")
		select {}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:"+args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	peers[args[0]](ln)
	return 0
}

// demands is an echo server that needs a file, and says when it listens.
func demands(file, port string) int {
	ln, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err == nil {
		_, err = os.Stat(file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("listening on", port)
	peers["echo"](ln)
	return 0
}

// stubborn is a server that falters, does not end when it is asked to, and has a child of the same kind. Both can be seen to be
// alive: they hold a connection to the lifeline. They end when that is cut.
func stubborn(port, lifeline string) int {
	if err := startStubbornChild(lifeline, nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cling(lifeline)
	return faltering(port)
}

// startStubbornChild starts a process that does not go when it is asked to, and returns when that holds on to the lifeline.
func startStubbornChild(lifeline string, attr *syscall.SysProcAttr) error {
	child := exec.Command("peer", "stubborn-child", lifeline)
	child.SysProcAttr = attr
	up, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err == nil {
		_, err = up.Read(make([]byte, 1))
	}
	return err
}

// faltering is a server that works for a while.
func faltering(port string) int {
	ln, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	accept(ln, falters(30))
	return 0
}

// cling ignores what asks a process to end, and ends it with the connection to the lifeline.
func cling(lifeline string) {
	signal.Ignore(syscall.SIGTERM, os.Interrupt)
	conn, err := net.Dial("tcp", lifeline)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		io.Copy(io.Discard, conn)
		os.Exit(1)
	}()
}

// accept serves every connection, and closes it afterwards. It returns when ln is closed and the last connection is over.
func accept(ln net.Listener, serve func(net.Conn)) {
	var connections sync.WaitGroup
	defer connections.Wait()
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		connections.Go(func() {
			defer conn.Close()
			serve(conn)
		})
	}
}

// answer101 accepts any opening handshake.
func answer101(conn net.Conn) { conn.Write(acceptance(conn)) }

// acceptance reads the head of a request and returns that of the response that accepts it.
func acceptance(conn net.Conn) []byte {
	h := new(protocol.ServerHandshake)
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return nil
		}
		h.Feed(buf[:n])
		if r, err := h.Next(); err == nil {
			h.Accept(h.Agree(r))
			return h.Out()
		}
	}
}

// falters returns how a server serves its connections that works for some and then no longer says anything.
func falters(after int64) func(net.Conn) {
	var served atomic.Int64
	return func(conn net.Conn) {
		if served.Add(1) <= after {
			reference.Serve(context.Background(), conn, nil)
			return
		}
		answer101(conn)
		io.Copy(io.Discard, conn)
	}
}

// dies is an echo server that crashes as programs in Go do.
func dies(ln net.Listener) {
	crash(ln, func() {
		fmt.Fprintln(os.Stderr, "panic: index out of range")
		os.Exit(2)
	})
}

// crash is an echo server that comes to its end over a ping of eight bytes that is not text.
func crash(ln net.Listener, end func()) {
	accept(ln, func(conn net.Conn) {
		ours, theirs := net.Pipe()
		go reference.Serve(context.Background(), theirs, nil)
		go func() {
			io.Copy(conn, ours)
			conn.Close()
		}()
		buf := make([]byte, 64<<10)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				ours.Close()
				return
			}
			if n == 6+8 && buf[0] == 0x89 && buf[1] == 0x88 {
				end()
			}
			ours.Write(buf[:n])
		}
	})
}
