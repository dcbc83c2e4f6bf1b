package ws_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// echoServer is a server for the examples. It sends back what it gets.
func echoServer() (url string, stop func()) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := ws.Accept(w, r, &ws.AcceptOptions{Subprotocols: []string{"echo"}})
		if err != nil {
			return
		}
		defer conn.CloseNow()
		conn.Handle(r.Context(), echo)
	}))
	return "ws" + strings.TrimPrefix(s.URL, "http"), s.Close
}

func ExampleDial() {
	url, stop := echoServer()
	defer stop()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, _, err := ws.Dial(ctx, url+"/chat", &ws.DialOptions{
		Subprotocols: []string{"echo"},
		Header:       http.Header{"Authorization": {"Bearer secret"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow() // for the case that something goes wrong before Close

	if err := conn.WriteMessage(ctx, protocol.Text, []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	op, message, err := conn.ReadMessage(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%v %q by %q\n", op, message, conn.Subprotocol())

	fmt.Println(conn.Close(protocol.NormalClosure, ""))
	// Output:
	// Text "Hello" by "echo"
	// <nil>
}

func ExampleAccept() {
	closed := make(chan protocol.CloseCode)
	handler := func(w http.ResponseWriter, r *http.Request) {
		conn, err := ws.Accept(w, r, &ws.AcceptOptions{Origins: []string{"*.example.com"}})
		if err != nil {
			log.Print(err) // the client has been answered
			return
		}
		defer conn.CloseNow()
		for {
			op, message, err := conn.ReadMessage(r.Context())
			if e, ok := errors.AsType[*ws.CloseError](err); ok {
				closed <- e.Code
				return
			}
			if err != nil {
				log.Print(err)
				return
			}
			answer := strings.ToUpper(string(message))
			if err := conn.WriteMessage(r.Context(), op, []byte(answer)); err != nil {
				log.Print(err)
				return
			}
		}
	}
	server := httptest.NewServer(http.HandlerFunc(handler))
	defer server.Close()

	ctx := context.Background()
	conn, _, err := ws.Dial(ctx, "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		log.Fatal(err)
	}
	conn.WriteMessage(ctx, protocol.Text, []byte("louder"))
	_, message, _ := conn.ReadMessage(ctx)
	fmt.Printf("%s\n", message)
	conn.Close(protocol.GoingAway, "")
	fmt.Println("closed with", <-closed)
	// Output:
	// LOUDER
	// closed with 1001 (going away)
}

// A server without net/http looks at the path by itself.
func ExampleServe() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	options := &ws.AcceptOptions{
		Check: func(r *protocol.Request) error {
			if r.Target != "/echo" {
				return &ws.Refusal{Status: http.StatusNotFound, Message: "there is only /echo here"}
			}
			return nil
		},
	}
	go func() {
		for {
			transport, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				conn, _, err := ws.Serve(context.Background(), transport, options)
				if err != nil {
					return
				}
				defer conn.CloseNow()
				conn.Handle(context.Background(), echo)
			}()
		}
	}()

	ctx := context.Background()
	_, _, err = ws.Dial(ctx, "ws://"+l.Addr().String()+"/other", nil)
	if e, ok := errors.AsType[*protocol.StatusError](err); ok {
		fmt.Printf("%d %s", e.Status, e.Body)
	}
	conn, _, err := ws.Dial(ctx, "ws://"+l.Addr().String()+"/echo", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(conn.Close(protocol.NormalClosure, ""))
	// Output:
	// 404 there is only /echo here
	// <nil>
}

// Everything that came with one read is answered with one write.
func ExampleConn_Handle() {
	client, server := net.Pipe()
	go func() {
		conn, _, err := ws.Serve(context.Background(), server, nil)
		if err != nil {
			log.Fatal(err)
		}
		defer conn.CloseNow()
		conn.Handle(context.Background(), func(b *ws.Batch, ev protocol.Event) error {
			switch ev.Opcode {
			case protocol.Text, protocol.Binary:
				return b.Message(ev.Opcode, ev.Data)
			}
			return nil // Pings and the Close frame are answered already
		})
	}()

	ctx := context.Background()
	dial := func(context.Context, string, string) (net.Conn, error) { return client, nil }
	conn, _, err := ws.Dial(ctx, "ws://example.com/", &ws.DialOptions{Dial: dial})
	if err != nil {
		log.Fatal(err)
	}
	conn.WriteMessage(ctx, protocol.Text, []byte("Hello"))
	_, message, _ := conn.ReadMessage(ctx)
	fmt.Printf("%s\n", message)
	conn.Close(protocol.NormalClosure, "")
	// Output: Hello
}

// A message of any size goes through, while only a piece of it is in memory.
func ExampleConn_NextReader() {
	url, stop := echoServer()
	defer stop()

	ctx := context.Background()
	conn, _, err := ws.Dial(ctx, url, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()

	go func() {
		w, err := conn.NextWriter(ctx, protocol.Text)
		if err != nil {
			log.Fatal(err)
		}
		for range 10_000 {
			io.WriteString(w, "one line of many\n")
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}()

	op, r, err := conn.NextReader(ctx)
	if err != nil {
		log.Fatal(err)
	}
	lines := 0
	scanner := bufio.NewScanner(r)
	for scanner.Scan() {
		lines++
	}
	fmt.Println(op, lines, scanner.Err())
	// Output: Text 10000 <nil>
}

// A peer that has gone without a word is noticed after KeepAlive and KeepAliveTimeout.
func ExampleOptions_keepAlive() {
	client, server := net.Pipe()
	gone := make(chan struct{})
	go func() {
		ws.Serve(context.Background(), server, nil) // and then it is not heard of again
		close(gone)
	}()

	options := &ws.DialOptions{Dial: func(context.Context, string, string) (net.Conn, error) { return client, nil }}
	options.KeepAlive = 20 * time.Millisecond // in real life rather 30 s
	options.KeepAliveTimeout = 10 * time.Millisecond
	ctx := context.Background()
	conn, _, err := ws.Dial(ctx, "ws://example.com/", options)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	<-gone

	_, _, err = conn.ReadMessage(ctx)
	fmt.Println(errors.Is(err, ws.ErrSilent))
	// Output: true
}

// connectProxy is an HTTP proxy for the example. It connects everybody to one address.
func connectProxy(address string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.Host, r.Header.Get("Proxy-Authorization"))
		far, err := net.Dial("tcp", address)
		if err != nil {
			log.Fatal(err)
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprint(near, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() {
			io.Copy(far, near)
			far.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(near, far)
		near.Close()
		far.Close()
	}))
}

// The hook for the dialer is the place for a proxy: here one that HTTP CONNECT asks to open the connection (RFC 6455, section
// 4.1).
func ExampleDialOptions_proxy() {
	url, stop := echoServer()
	defer stop()
	proxy := connectProxy(strings.TrimPrefix(url, "ws://"))
	defer proxy.Close()

	viaProxy := func(ctx context.Context, network, address string) (net.Conn, error) {
		transport, err := new(net.Dialer).DialContext(ctx, "tcp", proxy.Listener.Addr().String())
		if err != nil {
			return nil, err
		}
		stop := context.AfterFunc(ctx, func() { transport.Close() })
		defer stop()
		fmt.Fprintf(transport, "CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\nProxy-Authorization: Basic ZWRuYW1vZGU6bm9jYXBlcyE=\r\n\r\n", address)
		response, err := http.ReadResponse(bufio.NewReader(transport), &http.Request{Method: "CONNECT"})
		if err == nil && response.StatusCode != http.StatusOK {
			err = errors.New("the proxy answered " + response.Status)
		}
		if err != nil {
			transport.Close()
			return nil, err
		}
		return transport, nil // with wss, TLS with the server comes next
	}

	conn, _, err := ws.Dial(context.Background(), "ws://example.com/chat", &ws.DialOptions{Dial: viaProxy})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(conn.Close(protocol.NormalClosure, ""))
	// Output:
	// CONNECT example.com:80 Basic ZWRuYW1vZGU6bm9jYXBlcyE=
	// <nil>
}
