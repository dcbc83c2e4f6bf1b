package harness

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// Probe is what is learnt of a peer before the first case.
type Probe struct {
	RoundTrip   time.Duration // of a small message and its echo, or of the opening handshake if there is no echo
	Connections int           // served at once, as far as was tried; 1: one at a time
	Problem     string        // what the user should know, in his words; empty if all is well
	Features    []string      // the optional ones of Features that the peer accepted; nil if it could not be asked
}

// Record returns the probe in the form of the record.
func (p Probe) Record() *record.Probe {
	return &record.Probe{RoundTripUS: p.RoundTrip.Microseconds(), Connections: p.Connections, Problem: p.Problem, Features: p.Features}
}

// UnreachableError says that no case can be put to the peer: nothing listens, or what listens speaks no HTTP.
type UnreachableError struct {
	URL     string
	Problem string // and what to do about it
}

func (e *UnreachableError) Error() string { return e.URL + ": " + e.Problem }

// probeCase has no ID of the catalogue, so that its random choices are its own.
var probeCase = &Case{ID: "probe", Checks: []string{messageDelivered}}

// probed is what the probe's conversation comes to.
type probed struct {
	roundTrip  time.Duration
	problem    string
	fatal      string
	turnedAway bool // the connection was ended before anything was said, or the server has enough of them for now
}

// Probe looks at the peer: whether it is there, whether it echoes, how long a round trip takes and how many of up to
// jobs connections it serves at once.
func (r *Runner) Probe(ctx context.Context) (Probe, error) {
	v := conversation{target: r.Target, timing: r.timing(0), seed: r.Seed}
	first := v.probe(ctx, nil)
	if first.turnedAway && v.rest(ctx) { // perhaps it still counts the connection by which somebody looked whether it is there
		first = v.probe(ctx, nil)
	}
	if ctx.Err() != nil {
		return Probe{}, context.Cause(ctx)
	}
	if first.turnedAway && first.fatal == "" && v.speaksTLS(ctx) {
		first.fatal = expectsTLS
	}
	if first.fatal != "" {
		return Probe{}, &UnreachableError{r.Target.URL.String(), first.fatal}
	}
	p := Probe{RoundTrip: first.roundTrip, Problem: first.problem, Connections: 1}
	if first.problem == "" {
		p.Features = v.features(ctx)
		p.Connections = v.connections(ctx, r.jobs(Probe{}))
		if p.Connections == 1 && r.jobs(Probe{}) > 1 {
			p.Problem = "the server serves one connection at a time, so the cases run one after the other"
		}
	} else {
		p.Connections = r.jobs(Probe{})
	}
	return p, nil
}

// connections opens n connections and keeps them open until each has had its echo, or has waited in vain.
func (v conversation) connections(ctx context.Context, n int) int {
	if n == 1 {
		return 1
	}
	var all, served sync.WaitGroup
	var mu sync.Mutex
	good := 0
	served.Add(n)
	for range n {
		all.Go(func() {
			var once sync.Once
			p := v.probe(ctx, func() { once.Do(served.Done); served.Wait() })
			once.Do(served.Done)
			if p.problem == "" && p.fatal == "" {
				mu.Lock()
				good++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return max(good, 1)
}

// probe has a conversation that tells what the peer is. Once it had its echo it calls hold before it closes.
func (v conversation) probe(ctx context.Context, hold func()) (p probed) {
	s := v.session(ctx, probeCase)
	hangUp, err := s.connect()
	switch {
	case isResetAtOnce(err):
		return probed{problem: "the opening handshake fails: " + describeEnd(err), turnedAway: true}
	case err != nil:
		return probed{fatal: v.dialProblem(err)}
	}
	defer hangUp()
	s.script(func() { p = s.probe(hold) })
	return p
}

// probe asks for the handshake and one echo.
func (s *Session) probe(hold func()) (p probed) {
	asked := time.Now()
	opened := false
	interrupted := s.script(func() {
		s.handshake()
		opened = true
	})
	took := time.Since(asked)
	if interrupted {
		return p
	}
	if !opened {
		p = s.handshakeProblem()
		if s.headError != nil { // the answer is there; an incomplete one has no time of its own
			p.roundTrip = took
		}
		return p
	}
	p.roundTrip = took
	for range roundTrips {
		took, problem := s.echo()
		if problem != "" && p.problem == "" {
			p.problem = problem
		}
		if took == 0 {
			return p
		}
		p.roundTrip = min(p.roundTrip, took)
	}
	if hold != nil {
		hold()
	}
	s.script(func() { s.CloseNormally() })
	return p
}

// roundTrips is how many echoes are timed. The first ones are often slow, since the peer's code is cold.
const roundTrips = 5

// echo sends a message and returns how long its echo took, 0 if none came, and what was not as it should be.
func (s *Session) echo() (took time.Duration, problem string) {
	const advice = `; see README, "Prepare your server"`
	asked := time.Now()
	s.Send(Text(s.barrier()))
	for {
		e, ok := s.await(nil)
		switch {
		case !ok, e.kind == endEvent, e.kind == closeEvent:
			return 0, "the server does not send back what it gets" + advice
		case e.kind == messageEvent && e.barrier:
			return max(time.Since(asked), 1), problem
		case e.kind == messageEvent:
			problem = fmt.Sprintf("the server sends messages of its own (%v)", e) + advice
		}
	}
}

// handshakeProblem says why the opening handshake failed.
func (s *Session) handshakeProblem() (p probed) {
	f := s.findings[len(s.findings)-1]
	p.turnedAway = s.headEnded || turnedAway(s.headError)
	var status *protocol.StatusError
	switch {
	case looksLikeTLS(s.headBytes):
		p.fatal = expectsTLS
	case errors.As(s.headError, &status):
		p.problem = fmt.Sprintf("the server answered HTTP %d %s instead of 101%s; check the path of the URL", status.Status, status.Reason, firstLine(status.Body))
	case s.headBytes != "" && !mayBeHTTP(s.headBytes):
		p.fatal = "what listens there does not speak HTTP: " + f.got
	default:
		p.problem = "the opening handshake fails: " + f.got
	}
	return p
}

// mayBeHTTP tells whether an answer starts like one of HTTP.
func mayBeHTTP(head string) bool {
	const http = "HTTP/"
	return strings.HasPrefix(head, http) || strings.HasPrefix(http, head)
}

// firstLine shows the first line of a body.
func firstLine(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	if line == "" {
		return ""
	}
	return " (" + show([]byte(strings.TrimSpace(line))) + ")"
}

const expectsTLS = "the server expects TLS: use wss://"

// speaksTLS tells whether a server that ends a plain connection without a word takes one with TLS. Some do not say what they
// miss.
func (v conversation) speaksTLS(ctx context.Context) bool {
	if v.target.URL.Secure {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, DefaultProgress)
	defer cancel()
	conn, err := v.target.Dial(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	return tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(ctx) == nil // nothing is said that could be secret
}

// looksLikeTLS recognises the alert with which a TLS server answers plain HTTP, and the words of those that know better.
func looksLikeTLS(head string) bool {
	return strings.HasPrefix(head, "\x15\x03") || strings.Contains(head, "HTTP request to an HTTPS server")
}

// dialProblem says why there is no connection, and what to do.
func (v conversation) dialProblem(err error) string {
	var unknown *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return "there is no host of that name: check the URL (" + unknown.Error() + ")"
	case errors.As(err, &record):
		return "the server does not speak TLS: use ws:// instead of wss://"
	case errors.As(err, &cert):
		return certificateProblem(cert.Err)
	case isRefused(err):
		return "nothing listens there: start the server, or check host and port"
	case errors.Is(err, context.DeadlineExceeded):
		return "no connection within " + v.timing.Head.String() + ": check host, port and firewall"
	}
	return err.Error()
}

// certificateProblem says why a certificate does not do, and what to do.
func certificateProblem(err error) string {
	var other x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &other):
		return "the certificate is that of another host (" + err.Error() + "): use its name in the URL, or --insecure"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate is out of date (" + err.Error() + "): renew it, or --insecure"
	}
	return "the certificate is not trusted (" + err.Error() + "): give its authority with --ca FILE, or --insecure"
}
