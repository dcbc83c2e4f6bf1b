package reference

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/protocol"
)

// TestNames: every fault has a name and a mistake of its own, in the form in which they are listed.
func TestNames(t *testing.T) {
	name, mistake := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`), regexp.MustCompile(`^[a-z][^\n]*[A-Za-z0-9)]$`)
	seen := map[string]string{}
	for _, f := range slices.Concat(Faults(), Variants()) {
		if !name.MatchString(f.Name) {
			t.Errorf("%q is not a name in kebab case", f.Name)
		}
		if !mistake.MatchString(f.Mistake) || strings.Contains(f.Mistake, "RFC6455-") {
			t.Errorf("%s: %q does not say what an endpoint does", f.Name, f.Mistake)
		}
		if seen[f.Name] != "" || seen[f.Mistake] != "" {
			t.Errorf("%s is there twice: also %s%s", f.Name, seen[f.Name], seen[f.Mistake])
		}
		seen[f.Name], seen[f.Mistake] = f.Name, f.Name
		if Find(f.Name) != f {
			t.Errorf("%s is not found", f.Name)
		}
	}
	if Find("no-such-fault") != nil {
		t.Error("found what does not exist")
	}
	for _, f := range Faults() {
		if f.NonStrict {
			t.Errorf("%s: only a variant can be non-strict", f.Name)
		}
	}
}

// TestFaultsRememberPerConnection: what an endpoint with a fault remembers of one connection does not show on the next.
func TestFaultsRememberPerConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 2 {
			c := open(t.Context(), t, Find("one-pong-a-connection"))
			c.write(masked(frame(protocol.Ping, "1"), frame(protocol.Ping, "2"), frame(protocol.Text, "x")))
			if diff := cmp.Diff([]string{`Pong, FIN, 1 byte "1"`, `Text, FIN, 1 byte "x"`}, c.says()); diff != "" {
				t.Error(diff)
			}
			c.Close()
			<-c.served
		}
	})
}

// TestFaultsShow: some of the words in which faults are written, each at work.
func TestFaultsShow(t *testing.T) {
	for _, test := range []struct {
		fault string
		sent  []protocol.Frame
		want  []string
	}{
		{"rsv1-ignored", []protocol.Frame{{Header: protocol.Header{FIN: true, RSV: 4, Opcode: protocol.Text}}}, []string{`Text, FIN, 0 bytes`}},
		{"frames-with-rsv-lost", []protocol.Frame{{Header: protocol.Header{FIN: true, RSV: 4, Opcode: protocol.Text}}, frame(protocol.Text, "a")}, []string{`Text, FIN, 1 byte "a"`}},
		{"length-125-refused", []protocol.Frame{frame(protocol.Ping, strings.Repeat("a", 125))}, []string{`Close 1002 reserved bit set without an extension`}},
		{"empty-pongs", []protocol.Frame{frame(protocol.Ping, "a")}, []string{`Pong, FIN, 0 bytes`}},
		{"text-as-binary", []protocol.Frame{more(frame(protocol.Text, "a")), frame(protocol.Continuation, "b")}, []string{`Binary, FIN, 2 bytes "ab"`}},
		{"surrogates-taken", []protocol.Frame{more(frame(protocol.Text, "\xed")), frame(protocol.Continuation, "\xa0\x80")}, []string{`Text, 1 byte ed`, `Continuation, FIN, 2 bytes a0 80`}},
		{"ascii-only", []protocol.Frame{frame(protocol.Text, "\u00e9")}, []string{`Close 1007`}},
		{"library-codes-refused", []protocol.Frame{closing(3000, "")}, []string{`Close 1002`}},
		{"library-codes-refused", []protocol.Frame{closing(4000, "")}, []string{`Close 4000`}},
		{"any-code-echoed", []protocol.Frame{closing(1006, "")}, []string{`Close 1006`}},
		{"messages-after-close-answered", []protocol.Frame{closing(1000, ""), frame(protocol.Text, "a")}, []string{`Close 1000`, `Text, FIN, 1 byte "a"`}},
		{"pongs-last", []protocol.Frame{frame(protocol.Ping, "a"), frame(protocol.Text, "b")}, []string{`Text, FIN, 1 byte "b"`, `Pong, FIN, 1 byte "a"`}},
		{"fragments-of-1", []protocol.Frame{frame(protocol.Text, "ab")}, []string{`Text, 1 byte "a"`, `Continuation, FIN, 1 byte "b"`}},
		{"failure-discards-answers", []protocol.Frame{frame(protocol.Text, "a"), frame(3, "")}, []string{`Close 1002 reserved opcode`}},
	} {
		t.Run(test.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t.Context(), t, Find(test.fault))
				c.write(masked(test.sent...))
				if diff := cmp.Diff(test.want, c.says()); diff != "" {
					t.Error(diff)
				}
				c.Close()
				<-c.served
			})
		})
	}
}
