package harness_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// account puts a case to a target and returns what a case file of the Autobahn testsuite would tell.
func account(t *testing.T, target harness.Target, id string) *record.Account {
	t.Helper()
	var talk *record.Transcript
	r := runner(target, id)
	r.Retries, r.Account = 0, true
	r.Result = func(_ record.Case, t *record.Transcript) { talk = t }
	if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
		t.Fatal(err)
	}
	if talk == nil || talk.Autobahn == nil {
		t.Fatal("no account")
	}
	return talk.Autobahn
}

// kinds are those of the rows of a log, without the octets and frames.
func kinds(a *record.Account) string {
	var list []string
	for _, r := range a.Wirelog {
		if !strings.HasSuffix(r.Kind, "O") && !strings.HasSuffix(r.Kind, "F") {
			list = append(list, r.Kind)
		}
	}
	return strings.Join(list, " ")
}

// How an account tells of what goes wrong.
func TestAccount(t *testing.T) {
	for _, test := range []struct {
		name   string
		target harness.Target
		id     string
		want   string // kinds of rows; closed, failed, dropped by us; clean; timeouts of TCP, head and Close
	}{
		{"all is well", target(after(0, nil)), "5.6", "TI; true false false; true; false false false"},
		{"no echo, and the connection is failed", target(after101(swallow)), "1.1.2", "KL KLE; true true true; false; false false true"},
		{"no pong, and the connection is closed", target(after101(swallow)), "2.1", "TI TIE; true false true; false; false false true"},
		{"no head", target(swallow), "1.1.1", "; false false true; false; false true false"},
		{"the end in place of a head", target(func(c *wire) { readHead(c) }), "1.1.1", "; false false false; false; false false false"},
		{"a refusal", target(refuse("403 Forbidden", "", nil)), "1.1.1", "; false false true; false; false false false"},
		{"the end in place of an echo", target(after101(func(c *wire) { io.CopyN(io.Discard, c, 2+4+125) })), "1.1.2", "KL; false false false; false; false false false"},
		{"TCP left open", faulty("tcp-end-late"), "1.1.2", "KL; true true true; true; false false false"},
		{"TCP left open in a case that nothing kills", faulty("tcp-end-late"), "2.2", "TI; true false true; false; true false false"},
		{"pauses", target(after(0, nil)), "6.4.1", "CT CTE CT CTE KL; false false false; true; false false false"},
		{"a volume", target(after(0, nil)), "9.7.1", "WLM TI WLM; true false false; true; false false false"},
		{"a volume that does not come back", target(after101(swallow)), "9.7.1", "WLM TI TIE; true false true; false; false false true"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := account(t, test.target, test.id)
				got := fmt.Sprintf("%s; %v %v %v; %v; %v %v %v", kinds(a),
					a.ClosedByMe, a.FailedByMe, a.DroppedByMe, a.Clean, a.DropTimeout, a.OpenTimeout, a.CloseTimeout)
				if got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
				if a.Clean == (a.NotClean != nil) {
					t.Errorf("clean %v, reason %v", a.Clean, a.NotClean)
				}
				if a.Started.IsZero() || a.Request == "?" || !a.CreateStats || a.Result == "" || a.ResultClose == "" {
					t.Errorf("incomplete: %+v", a)
				}
			})
		})
	}
}

// The octets are all that crossed the wire, read by read and write by write, and so are the frames.
func TestAccountCounts(t *testing.T) {
	a := account(t, faulty("whole-messages"), "1.2.8")
	sum := func(stats map[int]int) (octets int) {
		for length, n := range stats {
			octets += length * n
		}
		return octets
	}
	const frame = 10 + 65536
	if got, want := sum(a.TxOctetStats), len(a.Request)+4+frame+4+4; got != want {
		t.Errorf("%d bytes sent, want %d: %v", got, want, a.TxOctetStats)
	}
	if got, want := sum(a.RxOctetStats), len(a.Response)+frame+4; got != want {
		t.Errorf("%d bytes got, want %d: %v", got, want, a.RxOctetStats)
	}
	if a.TxFrameStats[2] != 1 || a.TxFrameStats[8] != 1 || a.RxFrameStats[2] != 1 || a.RxFrameStats[8] != 1 {
		t.Errorf("frames: %v, %v", a.TxFrameStats, a.RxFrameStats)
	}
	if a.TxOctetStats[997] != (frame+4)/997 { // the case sends in writes of so many bytes
		t.Errorf("writes: %v", a.TxOctetStats)
	}
	for _, r := range a.Wirelog {
		if r.Kind == record.RowSentFrame && r.Opcode == 2 && (r.Chop == nil || *r.Chop != 997 || r.Length != 65536) {
			t.Errorf("the frame: %+v", r)
		}
	}
}

// Whatever a peer sends, an account stays small.
func TestAccountIsBounded(t *testing.T) {
	for _, name := range []string{"a flood of pongs", "a flood of messages", "an endless head", "16 MiB of garbage for an echo", "endless empty fragments"} {
		if raced && name != "a flood of pongs" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := account(t, target(hostile[name]), "1.1.2")
				text, err := json.Marshal(a)
				if err != nil {
					t.Fatal(err)
				}
				if len(text) > 300<<10 || len(a.Wirelog) > 510 {
					t.Errorf("%d rows, %d bytes", len(a.Wirelog), len(text))
				}
			})
		})
	}
}

// Nobody who does not ask for accounts gets them, nor does a case that the testsuite lacks.
func TestNoAccountUnasked(t *testing.T) {
	for _, asked := range []bool{false, true} {
		r := runner(target(after(0, nil)), "1.1.1")
		lacking := *cases.Find("1.1.1")
		lacking.ID, lacking.WSTest = "24.1", nil
		r.Cases = append(r.Cases, &lacking)
		r.Account = asked
		r.Result = func(c record.Case, talk *record.Transcript) {
			if got, want := talk.Autobahn != nil, asked && c.ID == "1.1.1"; got != want {
				t.Errorf("%s, asked %v: account %v", c.ID, asked, got)
			}
		}
		if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
			t.Fatal(err)
		}
	}
}
