package fleet

import (
	"fmt"
	"regexp"
	"time"

	"github.com/wsspec/wsspec/harness"
)

// Fleet is what a fleet file says. Paths in it are those of the file, made relative to where this process runs.
type Fleet struct {
	File string // as it was named

	Out      string   // directory for the record and the report; "" if the file does not say
	Format   []string // what to write there; nil if the file does not say
	Baseline string   // file; "" if there is none
	NewCases string   // report or fail; "" if the file does not say
	Strict   bool
	Peers    []*Peer // at least one; no two of the same name

	top *section
}

// Peer is an endpoint under test, with the file's defaults filled in.
type Peer struct {
	Name string
	Role string // server
	URL  string // may hold "{port}", which stands for a free port

	Command []string // starts the peer; nil if it runs already
	Dir     string   // where the command runs
	Env     []string // "NAME=value", on top of the environment of this process

	Build      []string      // is run before the command, in the same place; nil if there is nothing to build
	BuildLimit time.Duration // how long that may take

	// What makes the peer ready, beside that something listens at its URL. See peer.Options.
	ReadyHTTP   string
	ReadyOutput *regexp.Regexp
	ReadyLimit  time.Duration // how long it may take to be ready; 0 if the file does not say

	Cases    []string // which cases, in the forms of --cases; nil for all
	Exclude  []string
	Requires []string        // features that the peer has to offer
	Profile  harness.Profile // "" if the file does not say

	Timeout *time.Duration // of a case without progress, 0 for none; nil if the file does not say
	Limit   time.Duration  // for all cases of the peer together; 0 for none
	Retries *int           // nil if the file does not say
	Jobs    int            // cases side by side; 0 if the file does not say

	Headers      []string // "Name: value"
	Subprotocols []string
	Origin       string
	CA           string // file
	Insecure     bool

	section *section
}

// Names are those of the peers, in the order of the file.
func (f *Fleet) Names() []string {
	names := make([]string, len(f.Peers))
	for i, p := range f.Peers {
		names[i] = p.Name
	}
	return names
}

// DefaultBuildLimit is how long the build of a peer may take. Compilers take their time.
const DefaultBuildLimit = 10 * time.Minute

// Mistake returns err as a mistake at the place where the fleet file gives the value of a key, or its i-th element.
func (f *Fleet) Mistake(key string, i int, err error) error { return f.top.mistake(key, i, err) }

// Mistake returns err as a mistake at the place where the peer, or else the defaults, give the value of a key, or its i-th
// element.
func (p *Peer) Mistake(key string, i int, err error) error { return p.section.mistake(key, i, err) }

// Where tells where the value of a key is, or its i-th element, in the form FILE:LINE.
func (p *Peer) Where(key string, i int) string {
	m := p.section.mistake(key, i, nil)
	return fmt.Sprintf("%s:%d", m.File, m.Line)
}
