package peer

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// risings is how often the riser hangs up before it answers.
const risings = 3

func init() {
	roles["riser"] = func(args []string) {
		var asked atomic.Int32
		http.ListenAndServe(args[0], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) <= risings {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(http.StatusNotFound)
		}))
	}
	roles["unavailable"] = func(args []string) {
		http.ListenAndServe(args[0], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
	}
	// Says that it is ready, in a line that has no end, when the test tells it to.
	roles["announcer"] = func([]string) {
		fmt.Fprintln(os.Stderr, "almost ready")
		<-heard
		fmt.Fprint(os.Stderr, "ready now")
		<-heard
	}
}

func TestReadyHTTP(t *testing.T) {
	o := newLifeline(t).server("riser")
	o.ReadyHTTP = "http://127.0.0.1:{port}/health"
	p := startServer(t, o)
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", p.Port()))
	if err != nil {
		t.Fatalf("it was not up: %v", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", response.StatusCode)
	}
}

func TestReadyOutput(t *testing.T) {
	l := newLifeline(t)
	o := l.options("announcer")
	o.ReadyOutput = regexp.MustCompile("^ready")
	told := make(chan struct{})
	go func() {
		defer close(told)
		fmt.Fprintln(l.await("announcer"), "speak")
	}()
	p := startServer(t, o)
	<-told
	if lines := p.Stderr(); len(lines) != 2 || lines[1] != "ready now" {
		t.Errorf("ready after it wrote %q", lines)
	}
}

func TestNeverReady(t *testing.T) {
	l := newLifeline(t)
	silent := l.options("announcer")
	silent.ReadyOutput = regexp.MustCompile("^ready")
	ill := l.server("unavailable")
	ill.ReadyHTTP = "http://127.0.0.1:{port}/"
	for want, o := range map[string]Options{
		`is not ready after 200ms: no line that it wrote matches "^ready"`: silent,
		"is not ready after 200ms: http://127.0.0.1:":                      ill,
	} {
		o.ReadyTimeout = 200 * time.Millisecond
		_, err := Start(t.Context(), o)
		var late *NotReadyError
		if !errors.As(err, &late) || !strings.Contains(late.Brief(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestEndBeforeReady: whoever ends is not waited for.
func TestEndBeforeReady(t *testing.T) {
	o := newLifeline(t).options("failure")
	o.ReadyOutput = regexp.MustCompile("up and running")
	_, err := Start(t.Context(), o)
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != 3 || exit.Output()[0] != `server: \x1b[31mno such table\x1b[0m` {
		t.Errorf("%v", err)
	}
}

// TestWantedLine: a line is found however it is written.
func TestWantedLine(t *testing.T) {
	for _, test := range []struct {
		wanted string
		writes []string
		want   bool
	}{
		{"^listening$", []string{"loading\nlisten", "ing\r\n"}, true},
		{"^listening$", []string{"listening"}, true},
		{"^listening$", []string{"listening", " soon\n"}, true}, // it was there for a moment
		{"^listening$", []string{"not listening\nlistening soon\n"}, false},
		{"one.two", []string{"one\ntwo\n"}, false},
		{"late", []string{strings.Repeat("x\n", 1000), "late\n", strings.Repeat("x\n", 1000)}, true},
	} {
		tail := &tail{wanted: regexp.MustCompile(test.wanted)}
		for _, text := range test.writes {
			tail.Write([]byte(text))
		}
		if got := tail.matched(); got != test.want {
			t.Errorf("%s in %.40q: %v", test.wanted, test.writes, got)
		}
	}
}
