package autobahn

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/moby/moby/client"
)

// TestOutputIsCut cuts the connection to the engine in the middle of a test. Nothing is lost and nothing counts twice: else wstest
// would seem to hang.
func TestOutputIsCut(t *testing.T) {
	t.Parallel()
	proxy := newProxy(t)
	engine, err := client.New(client.WithHost("unix://" + proxy.socket))
	must(t, err)
	var told []string
	c := newContainer(t, ContainerOptions{Engine: engine, Log: func(line string) { told = append(told, line) }})
	dropped := make(chan struct{})
	var began []string
	cases := []string{"1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6"}
	test := Test{Agent: "A", Cases: cases, Stall: patience, Case: func(id string) {
		if began = append(began, id); id == "1.1.2" {
			proxy.drop()
			close(dropped)
		}
	}}
	var connections atomic.Int32
	server := echoServerThat(t, func() {
		if connections.Add(1) > 2 {
			<-dropped // so that there is something left to tell
		}
	})
	r, err := TestServer(t.Context(), c, test, Server{URL: server}, t.TempDir())
	must(t, err, r.Trouble())
	if !slices.Equal(began, cases) {
		t.Errorf("began %q, want %q", began, cases)
	}
	if text := strings.Join(told, "\n"); strings.Count(text, "is read again") != 1 {
		t.Errorf("told %q", text)
	}
}
