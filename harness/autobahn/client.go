package autobahn

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// Client is a client under test. It has to know the URLs of a fuzzing server of the testsuite: /getCaseCount,
// /runCase?case=N&agent=A, /updateReports?agent=A.
type Client struct {
	Command []string // starts it; "{url}" in it is replaced by that of the fuzzing server, "{agent}" by the name
	Dir     string   // where it runs; "" is here

	// The fuzzing server's private key and certificate, in PEM; then its URL is a wss one. Both or none.
	Key, Cert []byte
}

// TestClient has wstest test a client: wstest is started as a fuzzing server, the client's command beside it, and ended after
// it. For the rest it does as TestServer does. The client need not ask for the reports to be written; that is done here.
func TestClient(ctx context.Context, p Program, t Test, c Client, dir string) (*Result, error) {
	return drive(ctx, &t, p, &clientMode{&t, c}, dir)
}

// clientMode is wstest as a server of the client under test.
type clientMode struct {
	*Test
	client Client
}

func (m *clientMode) secure() bool { return m.client.Key != nil }

func (m *clientMode) job(p *part) (Job, error) {
	p.unasked = "the client did not ask for this case"
	port, err := peer.FreePort()
	if err != nil {
		return Job{}, err
	}
	job := Job{Mode: "fuzzingserver", Port: port, Spec: func(place Place) ([]byte, error) {
		spec := wstest.Spec{
			URL: m.scheme(place.Listen), OutDir: place.Reports, Cases: p.include, ExcludeCases: p.exclude, Options: m.Options,
		}
		if m.secure() {
			spec.Key, spec.Cert = place.File(keyName), place.File(certName)
		}
		return spec.Encode(), nil
	}}
	if m.secure() {
		job.Files = map[string][]byte{keyName: m.client.Key, certName: m.client.Cert}
	}
	return job, nil
}

// The names of the files that wstest reads for TLS.
const (
	keyName  = "server.key"
	certName = "server.crt"
)

// scheme makes the URL one for TLS, if that is asked for.
func (m *clientMode) scheme(url string) string {
	if m.secure() {
		return "wss" + strings.TrimPrefix(url, "ws")
	}
	return url
}

// conduct runs the client beside the fuzzing server.
func (m *clientMode) conduct(ctx context.Context, r *run) error {
	f := &fuzzingServer{m.scheme("ws://127.0.0.1:" + strconv.Itoa(r.port))}
	if err := f.awaitReady(ctx, r); err != nil {
		return err
	}
	client, err := peer.Start(ctx, peer.Options{Command: m.command(f.url), Dir: m.client.Dir})
	if err != nil {
		return err
	}
	r.part.begun = true
	if err = r.await(ctx, "the client", client.Done()); err != nil {
		f.updateReports(ctx, r) // before the case that is running fails because its client is ended
		stop(ctx, client)
		return err
	}
	r.noteEnd(client.Exit())
	stop(ctx, client)
	f.updateReports(ctx, r)
	return nil
}

// noteEnd notes how the client ended, if it has, and not well.
func (r *run) noteEnd(exit *peer.ExitError) {
	if exit == nil || exit.Code == 0 && exit.Signal == "" {
		return
	}
	r.client = &record.Ended{ExitCode: exit.Code, Signal: exit.Signal, Stderr: exit.Output()}
	r.part.unasked += "; " + exit.Brief()
}

func (m *clientMode) command(url string) []string {
	fill := strings.NewReplacer("{url}", url, "{agent}", m.Agent)
	filled := make([]string, len(m.client.Command))
	for i, word := range m.client.Command {
		filled[i] = fill.Replace(word)
	}
	return filled
}

// stop ends the client. After an interruption it has little time for that: somebody waits.
func stop(ctx context.Context, client *peer.Process) {
	limit := endLimit
	if interrupted(ctx) {
		limit = time.Second
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	client.Stop(ctx)
}

// NotReadyError says that wstest was started and did not answer as a fuzzing server.
type NotReadyError struct {
	Err  error    // what went wrong last
	Last []string // the last lines that it wrote, printable
}

func (e *NotReadyError) Error() string {
	if len(e.Last) == 0 {
		return e.Brief() + "; it wrote nothing"
	}
	return e.Brief() + "; its output ends with\n\t| " + strings.Join(e.Last, "\n\t| ")
}

// Brief is the message without what wstest wrote.
func (e *NotReadyError) Brief() string { return fmt.Sprintf("wstest does not answer: %v", e.Err) }

// Output is the last lines that it wrote, printable.
func (e *NotReadyError) Output() []string { return e.Last }

func (e *NotReadyError) Unwrap() error { return e.Err }

// fuzzingServer is wstest in the mode fuzzingserver, as its clients see it.
type fuzzingServer struct{ url string }

const (
	readyLimit = time.Minute            // until it answers: an interpreter has to start
	readyPause = 100 * time.Millisecond // between two tries
	askLimit   = 5 * time.Second        // of one of them
)

// awaitReady waits until the server answers, and looks whether it has as many cases as it should.
func (f *fuzzingServer) awaitReady(ctx context.Context, r *run) error {
	limit := time.NewTimer(readyLimit)
	defer limit.Stop()
	tick := time.NewTicker(readyPause)
	defer tick.Stop()
	for {
		count, err := f.caseCount(ctx)
		if err == nil {
			if planned := len(r.part.cases); count != planned {
				r.say("wstest says that it has %d cases where %d were meant", count, planned)
			}
			return nil
		}
		select {
		case <-tick.C:
		case <-r.process.Done():
			return &NotReadyError{cmp.Or(r.failure(), errors.New("it has ended")), r.book.look().last}
		case <-limit.C:
			return &NotReadyError{err, r.book.look().last}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (f *fuzzingServer) caseCount(ctx context.Context) (count int, err error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	answer, err := f.ask(ctx, "/getCaseCount")
	if err != nil {
		return 0, err
	}
	err = json.Unmarshal(answer, &count)
	return count, err
}

// reportsLimit bounds the writing of reports: two files for each of 517 cases.
const reportsLimit = 2 * time.Minute

// updateReports has wstest write its files: the client may not have asked for it, or not after its last case.
func (f *fuzzingServer) updateReports(ctx context.Context, r *run) {
	limit := reportsLimit
	if interrupted(ctx) {
		limit = hurryLimit
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	go func() {
		select {
		case <-r.process.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	_, err := f.ask(ctx, "/updateReports?agent="+url.QueryEscape(r.Agent))
	if err == nil {
		return
	}
	if errors.As(err, new(*protocol.Error)) { // it answers a mistake of its own in HTTP
		err = errors.New("it breaks off, as it does if a client calls itself by a name that is not ASCII")
	}
	r.part.reports = fmt.Errorf("wstest could not be asked for its reports: %w", err)
	r.say("%v", r.part.reports)
}

// ask opens a connection for a command, and returns the last message that comes before wstest closes it.
func (f *fuzzingServer) ask(ctx context.Context, resource string) (answer []byte, err error) {
	conn, _, err := ws.Dial(ctx, f.url+resource, &ws.DialOptions{TLS: &tls.Config{InsecureSkipVerify: true}})
	if err != nil {
		return nil, err
	}
	defer conn.CloseNow()
	for {
		_, message, err := conn.ReadMessage(ctx)
		var closed *ws.CloseError
		switch {
		case errors.As(err, &closed):
			return answer, nil
		case err != nil:
			return nil, err
		}
		answer = bytes.Clone(message)
	}
}
