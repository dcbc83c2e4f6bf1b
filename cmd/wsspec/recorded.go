package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// onPort returns a recorded URL with another port, if port is not 0.
func onPort(recorded string, port int) string {
	u, err := url.Parse(recorded)
	if port == 0 || err != nil {
		return recorded
	}
	u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(port))
	return u.String()
}

// request is what a transcript tells of an opening handshake beyond what each has.
type request struct {
	origin       string
	subprotocols []string
	redacted     []string // names of the fields whose values are not recorded
}

// recordedRequest looks into the transcripts of the cases that are to be played. The first head that was sent speaks for all.
func recordedRequest(source *record.Source, part *replayed) (r request) {
	for _, c := range part.wanted {
		t, err := record.ReadTranscript(source.Dir, *part.peer.Case(c.ID))
		if err != nil {
			continue
		}
		for _, e := range t.Entries {
			if e.Kind == record.KindHead && e.Side == record.SideSent {
				return readRequest(e.Text)
			}
		}
	}
	return r
}

// readRequest reads the lines of a head as a transcript has them.
func readRequest(head string) (r request) {
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case value == harness.Redacted:
			r.redacted = append(r.redacted, name)
		case strings.EqualFold(name, "Origin"):
			r.origin = value
		case strings.EqualFold(name, "Sec-WebSocket-Protocol"):
			for name := range strings.SplitSeq(value, ",") {
				r.subprotocols = append(r.subprotocols, strings.TrimSpace(name))
			}
		}
	}
	return r
}

// repeat lets a target be asked as was recorded, unless the command line says otherwise. What was redacted cannot be asked for
// again, which the user is told.
func (r request) repeat(t *harness.Target) {
	if t.Origin == "" {
		t.Origin = r.origin
	}
	if len(t.Subprotocols) == 0 {
		t.Subprotocols = r.subprotocols
	}
	var missing []string
	for _, name := range r.redacted {
		if !t.Fields.Has(name) && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(os.Stderr, "note: the record does not tell what was sent as %q: give it again with --header\n", missing)
	}
}
