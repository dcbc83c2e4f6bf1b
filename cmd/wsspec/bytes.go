package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
)

// sent is something that a case sends: a frame, or several that leave in one write, or one that leaves in several.
type sent struct {
	data   []byte
	frames []protocol.Frame // that the data holds, the payloads not masked; nil if it is none
	pieces []int            // the sizes of the writes, if there are several
}

// script is all that a case sends in a run with a seed: exported from a conversation with the reference server, in memory.
type script struct {
	c       *harness.Case
	request []byte // the head of the opening handshake
	sent    []sent
	entries []record.Entry // of the transcript, for what was sent, without that head; of a long one the beginning and the end
}

// dryRun has that conversation. The host is one that nobody has.
func dryRun(ctx context.Context, c *harness.Case, seed string, profile harness.Profile) (*script, error) {
	u, err := protocol.ParseURL("ws://" + dryHost + "/")
	if err != nil {
		return nil, err
	}
	var tape harness.Tape
	s := &script{c: c}
	r := &harness.Runner{
		Target: harness.Target{URL: u, Dial: tape.Record(reference.Dialer(nil))}, Cases: []*harness.Case{c},
		Timeout: harness.DefaultProgress, Seed: seed, Profile: profile,
		Result: func(_ record.Case, t *record.Transcript) {
			for _, e := range t.Entries {
				if e.Side == record.SideSent && e.Kind != record.KindHead {
					s.entries = append(s.entries, e)
				}
			}
		},
	}
	if err := r.Run(ctx, harness.Probe{Connections: 1}); err != nil {
		return nil, err
	}
	writes := tape.Writes()
	if len(writes) == 0 {
		return nil, errors.New("the case sends nothing")
	}
	s.request, s.sent = writes[0], together(writes[1:])
	return s, nil
}

// dryHost stands for the server in what is exported.
const dryHost = "reference.invalid"

// together puts the writes together that make up a frame.
func together(writes [][]byte) (list []sent) {
	var s sent
	for _, w := range writes {
		s.data = append(s.data, w...)
		s.pieces = append(s.pieces, len(w))
		frames, whole := split(s.data)
		if whole {
			s.frames = frames
			list = append(list, s.only())
			s = sent{}
		}
	}
	if len(s.data) > 0 {
		list = append(list, s.only())
	}
	return list
}

// only forgets the sizes of the writes if there is one.
func (s sent) only() sent {
	if len(s.pieces) == 1 {
		s.pieces = nil
	}
	return s
}

// split reads the frames in data; whole tells whether it ends with one.
func split(data []byte) (frames []protocol.Frame, whole bool) {
	for len(data) > 0 {
		h, n := protocol.ParseHeader(data)
		if n == 0 || h.Length > uint64(len(data)-n) {
			return nil, false
		}
		payload := bytes.Clone(data[n : n+int(h.Length)])
		if h.Masked {
			protocol.Mask(payload, h.Key)
		}
		frames = append(frames, protocol.Frame{Header: h, Payload: payload})
		data = data[n+int(h.Length):]
	}
	return frames, true
}

// words describes what is sent, a line for each frame.
func (s sent) words() (lines []string) {
	for _, f := range s.frames {
		words := f.String()
		if f.Opcode == protocol.Close && len(f.Payload) >= 2 {
			status, _, _ := protocol.ParseClose(f.Payload)
			words += ": " + status.Code.String()
		}
		lines = append(lines, words)
	}
	if s.frames == nil {
		lines = append(lines, fmt.Sprintf("%d bytes that are no whole frame", len(s.data)))
	}
	if len(s.pieces) > 0 {
		lines = append(lines, s.inPieces())
	}
	return lines
}

// inPieces says in which writes it is sent.
func (s sent) inPieces() string {
	if size := s.evenly(); size > 0 {
		return fmt.Sprintf("in writes of %d bytes", size)
	}
	sizes := fmt.Sprint(s.pieces)
	return "in writes of " + strings.Trim(sizes, "[]") + " bytes"
}

// evenly is the size of all writes but the last, which may be smaller; 0 if they differ.
func (s sent) evenly() int {
	for i, n := range s.pieces {
		if n > s.pieces[0] || n < s.pieces[0] && i < len(s.pieces)-1 {
			return 0
		}
	}
	return s.pieces[0]
}

// exporter are the flags by which the bytes of a case are asked for.
type exporter struct {
	bytes   bool
	form    string
	seed    string
	profile string
}

// drySeed is the seed of a dry run, unless the user names another.
const drySeed = "dry run"

func (x *exporter) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&x.bytes, "bytes", false, "the bytes that the case sends")
	f.StringVar(&x.form, "as", "hex", "how to write them down: "+strings.Join(formNames(), ", "))
	f.StringVar(&x.seed, "seed", drySeed, "the seed of the run whose masking keys and other random choices they have")
	f.StringVar(&x.profile, "profile", string(harness.Standard), "how much volume is sent: quick, standard or full")
}

// asked tells whether bytes are asked for: also by the flags that make no sense without.
func (x *exporter) asked(cmd *cobra.Command) bool {
	f := cmd.Flags()
	return x.bytes || f.Changed("as") || f.Changed("seed") || f.Changed("profile")
}

// export writes the bytes that a case sends.
func (x *exporter) export(ctx context.Context, args []string) error {
	write, ok := forms[x.form]
	if !ok {
		return usageError{fmt.Errorf("--as: %q is unknown: choose from %s", x.form, strings.Join(formNames(), ", "))}
	}
	profile, err := harness.ParseProfile(x.profile)
	if err != nil {
		return usageError{fmt.Errorf("--profile: %w", err)}
	}
	if len(args) != 1 || cases.Find(args[0]) == nil {
		return usageError{fmt.Errorf("--bytes: whose? give the ID of one case, such as 5.6, instead of %q", strings.Join(args, " "))}
	}
	c := cases.Find(args[0])
	if c.Passive() {
		return usageError{fmt.Errorf("case %s sends nothing: it watches what all others send and get", c.ID)}
	}
	s, err := dryRun(ctx, c, x.seed, profile)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	if err := write(out, s); err != nil {
		return err
	}
	return flush(out)
}

// forms are the ways to write bytes down.
var forms = map[string]func(io.Writer, *script) error{
	"hex":    writeHex,
	"go":     goSnippet.write,
	"js":     jsSnippet.write,
	"python": pythonSnippet.write,
}

func formNames() (names []string) {
	for name := range forms {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// hexLimit is how many bytes of one thing that is sent are written down, hexLine how many on a line.
const hexLimit, hexLine = 512, 32

// writeHex writes lines of bytes in hexadecimal below lines that begin with # and say what they are, so that what is left
// without these is what is sent.
func writeHex(w io.Writer, s *script) error {
	page := &page{w: w}
	page.printf("# %s  %s\n# after the opening handshake, masked as a client has to\n", s.c.ID, s.c.Title)
	for _, one := range s.sent {
		page.printf("\n# %s\n", strings.Join(one.words(), "\n# "))
		for line := range slices.Chunk(one.data[:min(len(one.data), hexLimit)], hexLine) {
			page.printf("% x\n", line)
		}
		if more := len(one.data) - hexLimit; more > 0 {
			page.printf("# ... and %d bytes more\n", more)
		}
	}
	return page.err
}
