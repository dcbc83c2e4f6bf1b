package cases

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
)

// sent is what a case of chapter 9 puts on the wire: of which type, in how many messages, of how many bytes each, in how many
// frames and of how many bytes the first of them.
type sent struct {
	opcode                          protocol.Opcode
	messages, bytes, frames, length int
}

// TestVolumesOfTheTestsuite: in profile standard, what is sent has the sizes that the Autobahn testsuite sends, frame by frame.
// It ends a message in fragments with an empty one, because all sizes are multiples of those of the fragments.
func TestVolumesOfTheTestsuite(t *testing.T) {
	want := map[string]sent{}
	for i, op := range []protocol.Opcode{protocol.Text, protocol.Binary} {
		for k, size := range []int{64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20} {
			want[fmt.Sprintf("9.%d.%d", 1+i, k+1)] = sent{op, 1, size, 1, size}
		}
		for k := range 9 {
			size := 64 << (2 * k)
			want[fmt.Sprintf("9.%d.%d", 3+i, k+1)] = sent{op, 1, 4 << 20, 4<<20/size + 1, size}
		}
		for k := range 6 {
			want[fmt.Sprintf("9.%d.%d", 5+i, k+1)] = sent{op, 1, 1 << 20, 1, 1 << 20}
		}
		for k, size := range []int{0, 16, 64, 256, 1024, 4096} {
			want[fmt.Sprintf("9.%d.%d", 7+i, k+1)] = sent{op, 1000, size, 1000, size}
		}
	}
	found := 0
	for _, c := range All() {
		if !strings.HasPrefix(c.ID, "9.") {
			continue
		}
		found++
		tap := pourInto(t, c, harness.Standard)
		if got := tap.sent; got != want[c.ID] {
			t.Errorf("%s: %+v, want %+v", c.ID, got, want[c.ID])
		}
		if chop := chops[c.ID]; chop > 0 && (tap.longest != chop || tap.writes < 1<<20/chop) {
			t.Errorf("%s: %d writes of up to %d bytes", c.ID, tap.writes, tap.longest)
		}
	}
	if found != 54 || found != len(want) {
		t.Errorf("%d cases", found)
	}
}

// chops are the sizes of the writes of the cases that are about them.
var chops = map[string]int{
	"9.5.1": 64, "9.5.2": 128, "9.5.3": 256, "9.5.4": 512, "9.5.5": 1024, "9.5.6": 2048,
	"9.6.1": 64, "9.6.2": 128, "9.6.3": 256, "9.6.4": 512, "9.6.5": 1024, "9.6.6": 2048,
}

// TestQuickVolumes: profile quick sends a few MiB in all, and keeps the form of the question.
func TestQuickVolumes(t *testing.T) {
	total := 0
	for _, c := range All() {
		if !c.Alone {
			continue
		}
		got := pourInto(t, c, harness.Quick).sent
		total += got.messages * got.bytes
		whole := strings.HasPrefix(c.ID, "9.1.") || strings.HasPrefix(c.ID, "9.2.")
		switch {
		case whole && (got.frames != 1 || got.length <= 0xFFFF):
			t.Errorf("%s: %+v has no length of 64 bits", c.ID, got)
		case (strings.HasPrefix(c.ID, "9.3.") || strings.HasPrefix(c.ID, "9.4.")) && got.frames < 2:
			t.Errorf("%s: %+v is in no fragments", c.ID, got)
		}
	}
	if total > 4<<20 || total < 1<<20 {
		t.Errorf("%d KiB in all", total>>10)
	}
}

// pourInto has the conversation of a case with the reference server, and returns what crossed the wire.
func pourInto(t *testing.T, c *harness.Case, profile harness.Profile) *tap {
	t.Helper()
	u, err := protocol.ParseURL("ws://reference.invalid/")
	if err != nil {
		t.Fatal(err)
	}
	var line *tap
	r := &harness.Runner{
		Target: harness.Target{URL: u, Dial: func(ctx context.Context) (net.Conn, error) {
			conn, err := reference.Dialer(nil)(ctx)
			line = &tap{Conn: conn}
			return line, err
		}},
		Cases: []*harness.Case{c}, Timeout: 10 * harness.DefaultProgress, Seed: "volumes", Profile: profile,
		Result: func(c record.Case, _ *record.Transcript) {
			if c.Verdict != record.Pass || c.Volume == nil {
				t.Errorf("%s: %s %+v", c.ID, c.Verdict, c.Findings)
			}
		},
	}
	if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
		t.Fatal(err)
	}
	return line
}

// tap reads what a client writes, without keeping it.
type tap struct {
	net.Conn
	reader protocol.Reader
	opened bool
	sent
	writes, longest int
	message         int
}

func (l *tap) Write(p []byte) (int, error) {
	if !l.opened {
		l.opened = bytes.HasSuffix(p, []byte("\r\n\r\n"))
		return l.Conn.Write(p)
	}
	l.reader.Feed(p)
	l.writes++
	l.longest = max(l.longest, len(p))
	for piece, err := range l.reader.All() {
		if err != nil {
			return 0, err
		}
		l.piece(piece)
	}
	return l.Conn.Write(p)
}

func (l *tap) piece(p protocol.Piece) {
	if p.Opcode().Control() {
		return
	}
	if p.Part&protocol.First != 0 {
		if l.frames++; p.Opcode() != protocol.Continuation {
			l.opcode, l.message = p.Opcode(), 0
			l.length = int(l.reader.Header().Length)
		}
	}
	l.message += len(p.Payload)
	if p.Part&protocol.Last != 0 && p.FIN() {
		l.messages++
		l.bytes = l.message
	}
}
