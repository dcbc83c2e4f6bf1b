package wsspectest_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/cases/wsspectest"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol/ws"
)

// echo is a handler on this project's own library.
func echo(w http.ResponseWriter, r *http.Request) {
	conn, err := ws.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	for {
		op, message, err := conn.ReadMessage(r.Context())
		if err != nil {
			return
		}
		if err := conn.WriteMessage(r.Context(), op, message); err != nil {
			return
		}
	}
}

// The library of this project conforms, and more than that: nothing about it is non-strict.
func TestHandler(t *testing.T) {
	wsspectest.Run(t, http.HandlerFunc(echo), nil)
}

func TestServerOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(echo))
	defer server.Close()
	wsspectest.Run(t, server, &wsspectest.Options{Cases: []string{"1.1.*", "7.1.*"}, Strict: true})
}

func TestURL(t *testing.T) {
	wsspectest.Run(t, listen(t, nil), &wsspectest.Options{Cases: []string{"5.*"}, Exclude: []string{"0.*"}})
}

// listen serves the reference endpoint, with a fault or without, and returns its URL.
func listen(t *testing.T, fault *reference.Fault) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		reference.Listen(ctx, ln, fault)
	}()
	t.Cleanup(func() {
		cancel()
		<-served
	})
	return "ws://" + ln.Addr().String() + "/"
}

// faultVariable makes TestFaulty test a server with that fault: what TestFailure runs in a process of its own.
const faultVariable = "WSSPECTEST_FAULT"

func TestFaulty(t *testing.T) {
	fault := reference.Find(os.Getenv(faultVariable))
	if fault == nil {
		t.Skip("runs as a part of TestFailure only")
	}
	wsspectest.Run(t, listen(t, fault), &wsspectest.Options{Cases: []string{"6.20.*", "6.2.*"}, Seed: "7f3a19c2"})
}

// A server that is wrong fails just the subtests that are about its mistake, with the finding as the message.
func TestFailure(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestFaulty$", "-test.v")
	cmd.Env = append(os.Environ(), faultVariable+"=surrogates-taken")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("the test of a faulty server passes:\n%s", out)
	}
	for _, words := range []string{
		"--- FAIL: TestFaulty/6_UTF-8/6.20.1", "--- PASS: TestFaulty/6_UTF-8/6.2.1", "--- FAIL: TestFaulty/0_Every_conversation/0.2",
		"RFC6455-8.1-1 (MUST)", "expected  the connection fails: Close 1007", "got       Text ed a0 80",
	} {
		if !strings.Contains(string(out), words) {
			t.Errorf("%q is missing in\n%s", words, out)
		}
	}
}
