package protocol_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// The roles of the endpoint that reads a sample.
const (
	client = "client"
	server = "server"
)

// A sample is what a peer sends, written down by hand from the sentence of the RFC. What goes to a server is masked with the
// key 0, so that the payload can be read. Frame and offset are those of the error.
type sample struct {
	reader string
	wire   string
	frame  int64
	offset int64
}

// framing holds, for each rule about frames and messages, byte strings that break it and byte strings that just obey it.
var framing = map[protocol.Rule]struct {
	code          protocol.CloseCode
	breaks, obeys []sample
}{
	protocol.UnmaskedFrame: {1002,
		[]sample{
			{server, "81 05 48656c6c6f", 0, 0},
			{server, "81 00", 0, 0},
			{server, "89 00", 0, 0},
			{server, "8a 00", 0, 0},
			{server, "88 02 03e8", 0, 0},
			{server, "82 7e 007e" + strings.Repeat("00", 126), 0, 0},
			{server, "01 80 00000000  80 00", 1, 6},
		},
		[]sample{
			{server, "81 85 00000000 48656c6c6f", 0, 0},
			{server, "81 85 37fa213d 7f9f4d5158", 0, 0},
			{server, "81 80 00000000", 0, 0},
			{server, "89 80 00000000", 0, 0},
		},
	},
	protocol.MaskedFrame: {1002,
		[]sample{
			{client, "81 85 37fa213d 7f9f4d5158", 0, 0},
			{client, "81 80 00000000", 0, 0},
			{client, "89 80 00000000", 0, 0},
			{client, "88 82 00000000 03e8", 0, 0},
			{client, "82 fe 007e 00000000" + strings.Repeat("00", 126), 0, 0},
			{client, "01 00  80 80 00000000", 1, 2},
		},
		[]sample{
			{client, "81 05 48656c6c6f", 0, 0},
			{client, "81 00", 0, 0},
			{client, "89 00", 0, 0},
		},
	},
	protocol.ReservedBits: {1002,
		[]sample{
			{client, "c1 00", 0, 0},
			{client, "a1 05 48656c6c6f", 0, 0},
			{client, "92 00", 0, 0},
			{client, "f1 00", 0, 0},
			{client, "01 00  c0 00", 1, 2},
			{client, "81 01 61  99 00", 1, 3},
			{client, "ca 00", 0, 0},
			{client, "a8 02 03e8", 0, 0},
			{server, "c1 85 00000000 48656c6c6f", 0, 0},
			{server, "a2 80 00000000", 0, 0},
			{server, "91 80 00000000", 0, 0},
			{server, "01 80 00000000  90 80 00000000", 1, 6},
			{server, "c9 80 00000000", 0, 0},
		},
		[]sample{
			{client, "81 00", 0, 0},
			{client, "01 00  80 00", 0, 0},
			{server, "81 80 00000000", 0, 0},
			{server, "89 80 00000000", 0, 0},
		},
	},
	protocol.ReservedOpcode: {1002,
		[]sample{
			{client, "83 00", 0, 0},
			{client, "84 00", 0, 0},
			{client, "85 00", 0, 0},
			{client, "86 05 48656c6c6f", 0, 0},
			{client, "87 00", 0, 0},
			{client, "8b 00", 0, 0},
			{client, "8c 00", 0, 0},
			{client, "8d 00", 0, 0},
			{client, "8e 00", 0, 0},
			{client, "8f 01 61", 0, 0},
			{client, "81 01 61  83 00", 1, 3},
			{client, "01 01 61  8b 00", 1, 3},
			{server, "83 80 00000000", 0, 0},
			{server, "87 80 00000000", 0, 0},
			{server, "8b 80 00000000", 0, 0},
			{server, "8f 80 00000000", 0, 0},
		},
		[]sample{
			{client, "81 00  82 00  88 00", 0, 0},
			{client, "02 00  80 00  89 00  8a 00", 0, 0},
			{server, "81 80 00000000  82 80 00000000  89 80 00000000  8a 80 00000000  88 80 00000000", 0, 0},
		},
	},
	protocol.LengthTopBit: {1002,
		[]sample{
			{client, "82 7f 8000000000000000", 0, 0},
			{client, "82 7f ffffffffffffffff", 0, 0},
			{client, "02 7f 8000000000000001", 0, 0},
			{server, "82 ff 8000000000000000 00000000", 0, 0},
			{server, "82 ff ffffffffffffffff 00000000", 0, 0},
		},
		[]sample{
			{client, "82 7f 7fffffffffffffff", 0, 0},
			{server, "82 ff 7fffffffffffffff 00000000", 0, 0},
		},
	},
	protocol.MinimalLength: {1002,
		[]sample{
			{client, "81 7e 007c" + strings.Repeat("61", 124), 0, 0}, // the RFC's example
			{client, "82 7e 0000", 0, 0},
			{client, "82 7e 007d" + strings.Repeat("61", 125), 0, 0},
			{client, "82 7f 0000000000000000", 0, 0},
			{client, "82 7f 000000000000007e" + strings.Repeat("61", 126), 0, 0},
			{client, "82 7f 000000000000ffff" + strings.Repeat("61", 65535), 0, 0},
			{client, "89 7e 0000", 0, 0},
			{client, "01 00  80 7e 0001 61", 1, 2},
			{server, "81 fe 007c 00000000" + strings.Repeat("61", 124), 0, 0},
			{server, "82 ff 0000000000000001 00000000 61", 0, 0},
			{server, "89 fe 007d 00000000" + strings.Repeat("61", 125), 0, 0},
		},
		[]sample{
			{client, "81 7c" + strings.Repeat("61", 124), 0, 0},
			{client, "82 7d" + strings.Repeat("61", 125), 0, 0},
			{client, "82 7e 007e" + strings.Repeat("61", 126), 0, 0},
			{client, "82 7e ffff" + strings.Repeat("61", 65535), 0, 0},
			{client, "82 7f 0000000000010000" + strings.Repeat("61", 65536), 0, 0},
			{server, "82 fd 00000000" + strings.Repeat("61", 125), 0, 0},
			{server, "82 fe 007e 00000000" + strings.Repeat("61", 126), 0, 0},
			{server, "82 ff 0000000000010000 00000000" + strings.Repeat("61", 65536), 0, 0},
		},
	},
	protocol.FragmentedControl: {1002,
		[]sample{
			{client, "09 00", 0, 0},
			{client, "0a 03 616263", 0, 0},
			{client, "08 02 03e8", 0, 0},
			{client, "01 01 61  09 00", 1, 3},
			{server, "09 80 00000000", 0, 0},
			{server, "0a 80 00000000", 0, 0},
			{server, "08 80 00000000", 0, 0},
		},
		[]sample{
			{client, "89 00  8a 00  88 00", 0, 0},
			{client, "01 01 61  89 00  80 00", 0, 0},
			{server, "01 80 00000000  8a 80 00000000  80 80 00000000", 0, 0},
		},
	},
	protocol.LongControl: {1002,
		[]sample{
			{client, "89 7e 007e" + strings.Repeat("61", 126), 0, 0},
			{client, "8a 7e 007e" + strings.Repeat("61", 126), 0, 0},
			{client, "88 7e 007e 03e8" + strings.Repeat("61", 124), 0, 0},
			{client, "89 7f 0000000000010000" + strings.Repeat("61", 65536), 0, 0},
			{client, "01 01 61  89 7e 00c8" + strings.Repeat("61", 200), 1, 3},
			{server, "89 fe 007e 00000000" + strings.Repeat("61", 126), 0, 0},
			{server, "88 fe 007e 00000000 03e8" + strings.Repeat("61", 124), 0, 0},
		},
		[]sample{
			{client, "89 7d" + strings.Repeat("61", 125), 0, 0},
			{client, "88 7d 03e8" + strings.Repeat("61", 123), 0, 0},
			{server, "8a fd 00000000" + strings.Repeat("61", 125), 0, 0},
			{server, "88 fd 00000000 03e8" + strings.Repeat("61", 123), 0, 0},
		},
	},
	protocol.LoneContinuation: {1002,
		[]sample{
			{client, "80 00", 0, 0},
			{client, "00 03 616263", 0, 0},
			{client, "81 01 61  80 01 62", 1, 3},
			{client, "01 01 61  80 01 62  80 01 63", 2, 6},
			{client, "89 00  00 00", 1, 2},
			{server, "80 80 00000000", 0, 0},
			{server, "00 81 00000000 61", 0, 0},
			{server, "02 80 00000000  80 80 00000000  00 80 00000000", 2, 12},
		},
		[]sample{
			{client, "01 01 61  80 01 62", 0, 0},
			{client, "02 00  00 00  00 00  80 00", 0, 0},
			{client, "02 00  89 00  80 00", 0, 0},
			{server, "01 81 00000000 61  00 80 00000000  80 81 00000000 62", 0, 0},
		},
	},
	protocol.BrokenMessage: {1002,
		[]sample{
			{client, "01 03 48656c  81 02 6c6f", 1, 5},
			{client, "01 00  01 00", 1, 2},
			{client, "02 00  00 00  81 00", 2, 4},
			{client, "01 00  89 00  82 00", 2, 4},
			{client, "02 00  02 00", 1, 2},
			{server, "01 80 00000000  81 80 00000000", 1, 6},
			{server, "02 80 00000000  01 80 00000000", 1, 6},
		},
		[]sample{
			{client, "01 03 48656c  80 02 6c6f  81 02 6c6f", 0, 0},
			{client, "01 03 48656c  8a 02 6c6f", 0, 0},
			{server, "01 80 00000000  80 80 00000000  02 80 00000000", 0, 0},
		},
	},
	protocol.DataAfterClose: {1002,
		[]sample{
			{client, "88 02 03e8  81 01 61", 1, 4},
			{client, "88 00  82 00", 1, 2},
			{client, "88 00  01 00", 1, 2},
			{client, "01 01 61  88 00  80 01 62", 2, 5},
			{server, "88 82 00000000 03e8  81 80 00000000", 1, 8},
			{server, "88 80 00000000  02 80 00000000", 1, 6},
		},
		[]sample{
			{client, "81 01 61  88 02 03e8", 0, 0},
			{client, "88 00", 0, 0},
			{client, "88 00  89 00  8a 00", 0, 0}, // only data is forbidden
			{server, "81 80 00000000  88 80 00000000", 0, 0},
			{server, "01 80 00000000  88 80 00000000", 0, 0},
		},
	},
	protocol.CloseBody: {1002,
		[]sample{
			{client, "88 01 03", 0, 2},
			{client, "88 01 00", 0, 2},
			{client, "81 01 61  88 01 03", 1, 5},
			{server, "88 81 00000000 03", 0, 6},
			{server, "88 81 37fa213d 34", 0, 6},
		},
		[]sample{
			{client, "88 00", 0, 0},
			{client, "88 02 03e8", 0, 0},
			{server, "88 80 00000000", 0, 0},
			{server, "88 82 37fa213d 3412", 0, 0},
		},
	},
	protocol.CloseCodeOnWire: {1002,
		[]sample{
			{client, "88 02 03ed", 0, 2},
			{client, "88 02 03ee", 0, 2},
			{client, "88 02 03f7", 0, 2},
			{client, "88 05 03ed 627965", 0, 2},
			{server, "88 82 00000000 03ed", 0, 6},
			{server, "88 82 00000000 03ee", 0, 6},
			{server, "88 82 00000000 03f7", 0, 6},
		},
		[]sample{
			{client, "88 02 03f6", 0, 0},
			{client, "88 02 03ef", 0, 0},
			{server, "88 82 00000000 03eb", 0, 0},
			{server, "88 82 00000000 03f6", 0, 0},
		},
	},
	protocol.CloseCodeRange: {1002,
		[]sample{
			{client, "88 02 0000", 0, 2},
			{client, "88 02 03e7", 0, 2}, // 999
			{client, "88 02 e803", 0, 2}, // 1000 with its bytes swapped
			{client, "88 02 03ec", 0, 2}, // 1004
			{client, "88 02 03f8", 0, 2}, // 1016
			{client, "88 02 07d0", 0, 2}, // 2000
			{client, "88 02 0bb7", 0, 2}, // 2999
			{client, "88 02 1388", 0, 2}, // 5000
			{client, "88 05 ffff 627965", 0, 2},
			{server, "88 82 00000000 0000", 0, 6},
			{server, "88 82 00000000 03e7", 0, 6},
			{server, "88 82 00000000 0bb7", 0, 6},
			{server, "88 82 00000000 1388", 0, 6},
		},
		[]sample{
			{client, "88 02 03e8", 0, 0},
			{client, "88 02 0bb8", 0, 0}, // 3000
			{client, "88 02 0fa0", 0, 0}, // 4000
			{client, "88 02 1387", 0, 0}, // 4999
			{server, "88 82 00000000 03e8", 0, 0},
			{server, "88 82 00000000 1387", 0, 0},
		},
	},
	protocol.CloseReason: {1007,
		[]sample{
			{client, "88 03 03e8 80", 0, 4},
			{client, "88 05 03e8 eda080", 0, 5},
			{client, "88 04 03e8 61ff", 0, 5},
			{client, "88 03 03e8 c2", 0, 5}, // ends inside a code point
			{server, "88 83 00000000 03e8 80", 0, 8},
			{server, "88 86 00000000 03e8 f4908080", 0, 9},
		},
		[]sample{
			{client, "88 04 03e8 c280", 0, 0},
			{client, "88 05 03e8 ed9fbf", 0, 0},
			{server, "88 86 00000000 03e8 f48fbfbf", 0, 0},
		},
	},
	protocol.TextEncoding: {1007,
		[]sample{
			{client, "81 01 80", 0, 2},
			{client, "81 02 61ff", 0, 3},
			{client, "81 02 c080", 0, 2},
			{client, "81 03 eda080", 0, 3},
			{client, "81 01 c2", 0, 3},                     // ends inside a code point
			{client, "01 01 c2  80 00", 1, 5},              // so does this, one frame later
			{client, "01 01 c2  80 01 61", 1, 5},           //
			{client, "01 01 c2  89 01 80  80 01 61", 2, 8}, // whatever stands between
			{client, "01 02 f490", 0, 3},                   // nothing can go on like this
			{client, "01 01 61  00 01 ff", 1, 5},
			{server, "81 81 00000000 80", 0, 6},
			{server, "81 83 37fa213d da5aa1", 0, 7}, // ed a0 80
			{server, "01 81 00000000 e0  80 81 00000000 9f", 1, 13},
		},
		[]sample{
			{client, "81 02 c280", 0, 0},
			{client, "81 03 ed9fbf", 0, 0},
			{client, "01 01 c2  80 01 80", 0, 0},
			{client, "01 01 f4  00 01 8f  89 01 ff  00 00  00 01 bf  80 01 bf", 0, 0},
			{client, "82 01 80", 0, 0},
			{client, "02 01 c2  80 01 61", 0, 0},
			{client, "89 01 80", 0, 0},
			{server, "81 83 37fa213d da659e", 0, 0}, // ed 9f bf
			{server, "82 83 37fa213d da5aa1", 0, 0},
		},
	},
}

// TestRules reads each sample strictly: the bad ones break their rule at the right place and are answered with the right
// close code, cut wherever they may be; the good ones break nothing.
func TestRules(t *testing.T) {
	for rule, about := range framing {
		for _, s := range about.breaks {
			t.Run(rule.Error()+"/"+s.reader+" "+abridged(s.wire), func(t *testing.T) {
				got := readSample(t, s, protocol.RuleSet{}, unhex(s.wire))
				equal(t, got.End, fault{Rule: rule, Offset: s.offset, Frame: s.frame})
				equal(t, answers(t, s, got.Out), []string{closeWith(about.code)})
				equal(t, rule.Code(), about.code)
				equal(t, got.State, protocol.Failed)
				equal(t, got.HangUp, true)
			})
		}
		for _, s := range about.obeys {
			t.Run(rule.Error()+"/"+s.reader+" obeys "+abridged(s.wire), func(t *testing.T) {
				got := readSample(t, s, protocol.RuleSet{}, unhex(s.wire))
				equal(t, got.End, fault{})
				equal(t, got.Out, "")
			})
		}
	}
}

// TestNothingIsProcessedAfterAViolation lets a ping, a text and a Close frame follow at once (RFC 6455, section 7.1.7).
func TestNothingIsProcessedAfterAViolation(t *testing.T) {
	for rule, about := range framing {
		for _, s := range about.breaks {
			alone := readSample(t, s, protocol.RuleSet{}, unhex(s.wire))
			more := readSample(t, s, protocol.RuleSet{}, unhex(s.wire+follows[s.reader]+follows[s.reader]))
			if !equalStories(alone, more) {
				t.Errorf("%v: %s reads %s: what follows is processed:\n%+v\n%+v", rule, s.reader, abridged(s.wire), alone, more)
			}
		}
	}
}

// follows is a ping "!" for each role.
var follows = map[string]string{client: "89 01 21", server: "89 81 00000000 21"}

// TestObserver reads the bad samples and tolerates every rule, then only the one: it notes that rule, no other, and goes on.
func TestObserver(t *testing.T) {
	for rule, about := range framing {
		for _, s := range about.breaks {
			t.Run(rule.Error()+"/"+s.reader+" "+abridged(s.wire), func(t *testing.T) {
				for _, tolerate := range []protocol.RuleSet{protocol.AllRules, protocol.RulesOf(rule)} {
					got := readSample(t, s, tolerate, unhex(s.wire+follows[s.reader]))
					equal(t, got.End, fault{})
					closed := slices.ContainsFunc(got.Events, func(ev heard) bool { return ev.Opcode == protocol.Close })
					if closed && !tolerate.Has(protocol.DataAfterClose) {
						continue // and so sees nothing of what follows the Close frame
					}
					last := got.Open // with LengthTopBit, all that follows is payload of the frame
					if rule != protocol.LengthTopBit {
						last = got.Events[len(got.Events)-1]
						equal(t, last.Opcode, protocol.Ping)
					}
					equal(t, strings.HasSuffix(last.Data, "!"), true)
					equal(t, slices.Collect(got.broken().All()), []protocol.Rule{rule})
				}
			})
		}
	}
}

func readSample(t *testing.T, s sample, tolerate protocol.RuleSet, wire []byte) story {
	config := protocol.Config{
		Client: s.reader == client, ManualPong: true, ManualEcho: true,
		Tolerate: tolerate, Limits: protocol.Limits{Frame: -1, Message: -1, Fragments: -1},
		Rand: func() uint32 { return 0x9D3F21A7 },
	}
	read := func(chunks [][]byte) story { return tell(protocol.NewConn(config), chunks, false) }
	if len(wire) > 400 {
		return read([][]byte{wire})
	}
	return feedCuts(t, wire, read)
}

func equalStories(a, b story) bool {
	return slices.Equal(a.Events, b.Events) && a.Open == b.Open && a.End == b.End && a.Out == b.Out && a.State == b.State
}

func answers(t *testing.T, s sample, out string) []string {
	t.Helper()
	return shown(written(t, s.reader == client, []byte(out)))
}

func closeWith(code protocol.CloseCode) string {
	return "Close " + strings.Fields(code.String())[0]
}

func abridged(wire string) string { return wire[:min(len(wire), 40)] }

// TestEveryRuleHasSamples demands samples for each rule that has a close code, in each role that can meet it.
func TestEveryRuleHasSamples(t *testing.T) {
	for rule := range protocol.Rules() {
		about, ok := framing[rule]
		if ok != (rule.Code() != 0) {
			t.Errorf("%v: has samples: %v", rule, ok)
			continue
		}
		for _, reader := range []string{client, server} {
			if rule == protocol.MaskedFrame && reader == server || rule == protocol.UnmaskedFrame && reader == client || !ok {
				continue
			}
			for name, samples := range map[string][]sample{"breaks": about.breaks, "obeys": about.obeys} {
				if !slices.ContainsFunc(samples, func(s sample) bool { return s.reader == reader }) {
					t.Errorf("%v: the %s has nothing that %s it", rule, reader, name)
				}
			}
		}
	}
}

// TestRuleTexts demands that all there is to say about a rule is said, and fits where it goes.
func TestRuleTexts(t *testing.T) {
	for rule := range protocol.Rules() {
		if rule.Error() == "" || len(rule.Error()) > 123 {
			t.Errorf("%v: the summary has %d bytes, a close reason has room for 123", rule, len(rule.Error()))
		}
		if len(rule.Quote()) < 20 || !strings.HasSuffix(rule.Quote(), ".") {
			t.Errorf("%v: the quote is no sentence: %s", rule, rule.Quote())
		}
		if !strings.HasPrefix(rule.Clause(), "RFC 6455, section ") || strings.HasSuffix(rule.Clause(), " ") {
			t.Errorf("%v: the clause is %q", rule, rule.Clause())
		}
		if len(rule.Requirements()) == 0 {
			t.Errorf("%v: no requirement", rule)
		}
		if code := rule.Code(); code != 0 && !code.Sendable() {
			t.Errorf("%v: the close code is %v", rule, code)
		}
	}
	equal(t, protocol.Rule(0).Error(), "unknown rule 0")
	equal(t, protocol.Rule(255).Error(), "unknown rule 255")
}

func TestRuleSet(t *testing.T) {
	var s protocol.RuleSet
	equal(t, s.Empty(), true)
	equal(t, len(slices.Collect(s.All())), 0)
	all := slices.Collect(protocol.Rules())
	for i, rule := range all {
		if s.Has(rule) {
			t.Errorf("%v is there already", rule)
		}
		s.Add(rule)
		s.Add(rule)
		equal(t, slices.Collect(s.All()), all[:i+1])
		equal(t, protocol.RulesOf(all[:i+1]...), s)
	}
	equal(t, s, protocol.AllRules)
	equal(t, s.Empty(), false)
	for rule := range s.All() {
		equal(t, rule, all[0])
		break
	}
	for rule := range protocol.Rules() {
		equal(t, rule, all[0])
		break
	}
}

// TestEveryRuleIsEnforced looks for each rule's name in the code outside of the table: a rule that is not there is dead.
func TestEveryRuleIsEnforced(t *testing.T) {
	rules, used := ruleNames(t), map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file == "rules.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		ast.Inspect(parse(t, file), func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
	}
	equal(t, len(rules), len(slices.Collect(protocol.Rules())))
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		if !used[name] {
			t.Errorf("no code enforces %s", name)
		}
	}
}

// ruleNames returns the constants of type Rule: what stands between noRule and ruleCount.
func ruleNames(t *testing.T) map[string]bool {
	names, inside := map[string]bool{}, false
	ast.Inspect(parse(t, "rules.go"), func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, name := range spec.Names {
			if name.Name == "ruleCount" {
				inside = false
			}
			if inside {
				names[name.Name] = true
			}
			if name.Name == "noRule" {
				inside = true
			}
		}
		return true
	})
	return names
}

func parse(t *testing.T, file string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestErrorIsItsRule(t *testing.T) {
	err := error(&protocol.Error{Rule: protocol.MinimalLength, Offset: 12, Frame: 3, Detail: "Text, 5 bytes"})
	equal(t, errors.Is(err, protocol.MinimalLength), true)
	equal(t, errors.Is(err, protocol.LengthTopBit), false)
	equal(t, err.Error(), "protocol: payload length is not in the shortest form: Text, 5 bytes (frame 3, byte 12; RFC 6455, section 5.2)")
	err = &protocol.Error{Rule: protocol.DataAfterClose}
	equal(t, err.Error(), "protocol: data frame after the Close frame (frame 0, byte 0; RFC 6455, section 5.5.1)")
	err = &protocol.Error{Rule: protocol.RequestMethod, Frame: -1}
	equal(t, err.Error(), "protocol: method is not GET (RFC 6455, section 4.1)")
}
