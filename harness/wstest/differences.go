package wstest

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// Difference is a reason for which our verdict on a case of the Autobahn testsuite is another one than the testsuite's. There
// is no other.
type Difference struct {
	Cases    string // IDs, patterns and ranges of them, with commas between
	Behavior string // the testsuite's words, with commas between
	Verdict  string // ours for each of them, or one for all
	When     string // what the peer did
	Why      string // with the clause
	Timing   bool   // the testsuite's word hangs on timing alone: the same peer gets either
}

// Groups of cases that Differences are about.
const (
	refusals      = "2.5, 3.*, 4.*, 5.1, 5.2, 5.9-5.18, 6.3.*, 6.4.*, 6.6.*, 6.8.*, 6.10.*-6.21.*"
	conversations = "1.*, 2.*, 5.*, 6.*, 7.*, 9.*, 10.*"
	chapters      = "1-10"
	racing        = "3.2-3.4, 4.1.3-4.1.5, 4.2.3-4.2.5, 5.15"
	badCloses     = "7.3.2, 7.3.6, 7.5.1, 7.9.*"
)

// Differences are all of them. docs/wstest-differences.md shows them. The caller must not change the slice.
var Differences = []Difference{
	{
		Cases: refusals, Behavior: "OK", Verdict: "non-strict",
		When: "the peer ends the stream without a Close frame",
		Why:  `RFC 6455, section 7.1.7: "the endpoint SHOULD send a Close frame with an appropriate status code before proceeding"`,
	},
	{
		Cases: refusals, Behavior: "OK", Verdict: "non-strict",
		When: "the Close frame has no code, or another legal one than 1002 or 1007 (wstest: WRONG CODE)",
		Why:  "section 7.1.7: an appropriate status code",
	},
	{
		Cases: refusals, Behavior: "OK", Verdict: "fail",
		When: "after its Close frame the peer leaves TCP open",
		Why:  "section 7.1.7: the server MUST close the connection",
	},
	{
		Cases: refusals, Behavior: "OK", Verdict: "fail",
		When: "the peer goes on as if nothing were wrong, or its Close frame is one that must not be sent (wstest: FAILED or UNCLEAN)",
		Why:  "sections 5.2, 5.4, 5.5, 5.5.1, 5.6, 7.4.1 and 8.1: it MUST fail the connection; what a Close frame may hold",
	},
	{
		Cases: racing, Behavior: "NON-STRICT", Verdict: "pass", Timing: true,
		When: "the answer to the message before the violation did not come",
		Why:  "timing alone: section 7.1.1 lets an endpoint discard what it has not processed. Which it was is noted",
	},
	{
		Cases: racing, Behavior: "NON-STRICT", Verdict: "non-strict", Timing: true,
		When: "the same, and there was no Close frame",
		Why:  "section 7.1.7, as above",
	},
	{
		Cases: "3.7", Behavior: "OK", Verdict: "non-strict",
		When: "the Close frame with reserved bits is answered as if nothing were wrong",
		Why:  "section 5.2: reserved bits MUST fail the connection; an answer without a code cannot be told from a failure without one",
	},
	{
		Cases: conversations, Behavior: "FAILED", Verdict: "pass",
		When: "the peer sends pongs that nobody asked for",
		Why:  "section 5.5.3: a Pong MAY be sent unsolicited",
	},
	{
		Cases: "2.10, 2.11", Behavior: "FAILED", Verdict: "pass",
		When: "only the last pings are answered",
		Why:  "section 5.5.3: an endpoint MAY answer only the most recent Ping",
	},
	{
		Cases: "2.10, 2.11", Behavior: "FAILED", Verdict: "non-strict",
		When: "the pongs come in another order",
		Why:  "section 5.5.3 speaks of the most recently processed Ping",
	},
	{
		Cases: "5.6-5.8, 5.19, 5.20", Behavior: "FAILED", Verdict: "non-strict",
		When: "a Pong comes only after the message",
		Why:  "section 5.5.2: as soon as is practical is a SHOULD",
	},
	{
		Cases: "7.1.2-7.1.5", Behavior: "FAILED, OK", Verdict: "non-strict, pass",
		When: "what follows our Close frame is answered before the peer's own: a message (non-strict), a ping (pass)",
		Why:  "section 5.5.2 asks for no Pong after a Close and forbids none; section 5.5.1 forbids data only after one's own Close frame",
	},
	{
		Cases: "7.1.*, 7.3.1-7.3.5, 7.7.*", Behavior: "FAILED", Verdict: "non-strict",
		When: "the Close frame in answer has another legal code than ours, 1000 or none",
		Why:  `section 5.5.1: "typically echos the status code"`,
	},
	{
		Cases: "7.3.1", Behavior: "OK", Verdict: "fail",
		When: "the answer to an empty Close frame carries 1005 on the wire (wstest: UNCLEAN)",
		Why:  "section 7.4.1: 1005 MUST NOT be set as a status code in a Close frame",
	},
	{
		Cases: badCloses, Behavior: "FAILED", Verdict: "non-strict",
		When: "the Close frame is answered as if nothing were wrong, with what may be sent",
		Why:  "nobody is harmed; RFC 6455 has no MUST for the receiver of a bad Close frame",
	},
	{
		Cases: badCloses, Behavior: "OK", Verdict: "non-strict",
		When: "the peer ends the stream without a Close frame, or answers with an empty one",
		Why:  "sections 5.5.1 and 7.1.7: a Close frame with an appropriate code SHOULD say that something was wrong",
	},
	{
		Cases: badCloses, Behavior: "OK", Verdict: "fail",
		When: "the answer is a Close frame that must not be sent, such as the same one byte, or the same 126 bytes",
		Why:  "sections 5.5, 5.5.1 and 7.4.1",
	},
	{
		Cases: "7.1.6, 7.13.*", Behavior: "INFORMATIONAL", Verdict: "fail",
		When: "no reaction; a code that must not be sent; data that is altered, or comes after the peer's Close frame",
		Why:  "sections 5.5.1 and 7.4.1",
	},
	{
		Cases: conversations, Behavior: "OK", Verdict: "non-strict",
		When: "TCP is closed late, or by a reset, after the closing handshake",
		Why:  "section 7.1.1: the server SHOULD close cleanly and at once",
	},
	{
		Cases: conversations, Behavior: "OK", Verdict: "fail",
		When: "TCP is not closed at all after the closing handshake (wstest: FAILED BY CLIENT or UNCLEAN)",
		Why:  "section 5.5.1: the server MUST close the TCP connection immediately",
	},
	{
		Cases: conversations, Behavior: "FAILED", Verdict: "pass",
		When: "a frame of the peer breaks a rule that the case is not about, such as a mask",
		Why:  "fails case 0.1 or 0.2 instead, once, with the bytes",
	},
	{
		Cases: chapters, Behavior: "FAILED", Verdict: "pass",
		When: "before 101 the peer sends an interim answer, or its answer has a header field with bytes that are not UTF-8",
		Why:  "RFC 9110, sections 15.2 and 5.5: a client must be able to read the former, and leaves the latter alone",
	},
	{
		Cases: chapters, Behavior: "OK, NON-STRICT, INFORMATIONAL", Verdict: "fail",
		When: "the answer to the opening handshake breaks a rule that the testsuite does not hold it to, such as a status line without its second space",
		Why:  "RFC 6455, section 4.2.2; RFC 9112, section 4",
	},
	{
		Cases: chapters, Behavior: "OK, FAILED", Verdict: "non-strict",
		When: "the peer's Close frame has code 1012, 1013 or 1014, which the testsuite takes for a violation",
		Why:  "section 7.4.2: they are registered with IANA, and so legal; another code would say what is meant",
	},
	{
		Cases: "6.4.3, 6.4.4", Behavior: "FAILED, OK", Verdict: "pass, non-strict",
		When: "the peer sends a ping while a frame of the testsuite is under way",
		Why:  "the testsuite writes its Pong into the middle of the frame, which spoils the text there and then",
	},
	{
		Cases: "9.*", Behavior: "FAILED", Verdict: "non-strict",
		When: "the peer refuses a message as too large, by Close 1009 or 1008 (npm `ws`: more than 16 384 fragments, 9.3.1, 9.3.2, 9.4.1, 9.4.2)",
		Why:  "section 10.4: an implementation SHOULD impose a limit on the sizes of frames and messages; section 7.4.1: 1009 says so, 1008 is the generic code",
	},
	{
		Cases: "9.*", Behavior: "OK", Verdict: "fail",
		When: "a message of the right length and type comes back with other bytes, or one more comes back than was sent",
		Why:  "the testsuite does not look into these messages; section 5.4: a message is the concatenation of its fragments in order",
	},
}

// Explain returns the Differences by which the testsuite's behavior on a case and our verdict on the same conversation may be
// what they are.
func Explain(id, behavior string, v record.Verdict) (list []*Difference) {
	for i := range Differences {
		if d := &Differences[i]; d.About(id) && d.between(behavior, string(v)) {
			list = append(list, d)
		}
	}
	return list
}

// Racing tells whether the testsuite's verdict on a case hangs on timing alone: the same peer gets one or the other. Of 7.1.6
// only the close code varies.
func Racing(id string) bool { return about(racing, id) || id == "7.1.6" }

// About tells whether the difference is about a case.
func (d *Difference) About(id string) bool { return about(d.Cases, id) }

func about(cases, id string) bool {
	return slices.ContainsFunc(words(cases), func(pattern string) bool {
		first, last, ranged := strings.Cut(pattern, "-")
		if !ranged {
			return record.MatchID(pattern, id)
		}
		return within(id, first) >= 0 && within(id, last) <= 0
	})
}

// within compares an ID with the end of a range, as far as the end goes.
func within(id, end string) int {
	end = strings.TrimSuffix(end, ".*")
	parts := strings.Split(id, ".")
	return record.CompareIDs(strings.Join(parts[:min(len(parts), strings.Count(end, ".")+1)], "."), end)
}

func (d *Difference) between(behavior, verdict string) bool {
	theirs, ours := words(d.Behavior), words(d.Verdict)
	for i, word := range theirs {
		if word == behavior && ours[min(i, len(ours)-1)] == verdict {
			return true
		}
	}
	return false
}

func words(list string) []string { return strings.Split(list, ", ") }
