package protocol_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// reader is what both roles have in common when they read.
type reader interface {
	Feed(p []byte)
	Rest() []byte
	Faults() []*protocol.Error
}

// outcome feeds the pieces, asking after each, and tells all that can be known in the end.
func outcome(r reader, next func() ([]byte, error), pieces ...string) string {
	var head []byte
	var err error
	for _, piece := range pieces {
		r.Feed([]byte(piece))
		head, err = next()
	}
	told := fmt.Sprintf("head %q\nrest %q\nerror %v", head, r.Rest(), err)
	for _, fault := range r.Faults() {
		told += fmt.Sprintf("\nbroken %v at %d", fault, fault.Offset)
	}
	return told
}

func serverOutcome(tolerate protocol.RuleSet, pieces ...string) string {
	h := &protocol.ServerHandshake{Tolerate: tolerate}
	return outcome(h, func() ([]byte, error) {
		r, err := h.Next()
		if r == nil {
			return nil, err
		}
		return r.Append(nil), err
	}, pieces...)
}

func clientOutcome(tolerate protocol.RuleSet, pieces ...string) string {
	h := offer()
	h.Tolerate = tolerate
	if err := h.Start(); err != nil {
		return err.Error()
	}
	told := outcome(h, func() ([]byte, error) {
		r, err := h.Next()
		if status, ok := errors.AsType[*protocol.StatusError](err); ok {
			return status.Body, err
		}
		if r == nil {
			return nil, err
		}
		return r.Append(nil), err
	}, pieces...)
	return fmt.Sprintf("%s\nagreement %+v", told, h.Agreement())
}

// headOutcome picks the role that reads the head.
func headOutcome(head string, tolerate protocol.RuleSet, pieces ...string) string {
	if strings.Contains(head, "Origin: ") {
		return serverOutcome(tolerate, pieces...)
	}
	return clientOutcome(tolerate, pieces...)
}

// everyHead yields the heads of the table of rules, each followed by a frame, and some answers that open nothing.
func everyHead(yield func(string) bool) {
	for _, entry := range handshakeRules {
		for _, heads := range [][]string{entry.breaks, entry.fatal, entry.obeys} {
			for _, head := range heads {
				if !yield(head + "\x81\x02hi") {
					return
				}
			}
		}
	}
	for _, head := range []string{
		"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 100 Continue\r\n\r\n" + exampleResponse + "\x81\x02hi",
		"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 2000),
	} {
		if !yield(head) {
			return
		}
	}
}

func TestEveryHeadByteByByte(t *testing.T) {
	for head := range everyHead {
		for _, tolerate := range []protocol.RuleSet{{}, protocol.AllRules} {
			want := headOutcome(head, tolerate, head)
			if got := headOutcome(head, tolerate, strings.Split(head, "")...); got != want {
				t.Errorf("%q:\n%s\nwant\n%s", head, got, want)
			}
		}
	}
}

func TestEveryCutOfAHead(t *testing.T) {
	heads := []string{exampleRequest + "\x81\x02hi", exampleResponse + "\x81\x02hi"}
	for _, entry := range handshakeRules {
		heads = append(heads, entry.breaks[0]+"\x81\x02hi")
	}
	for _, head := range heads {
		for _, tolerate := range []protocol.RuleSet{{}, protocol.AllRules} {
			want := headOutcome(head, tolerate, head)
			for i := range len(head) {
				if got := headOutcome(head, tolerate, head[:i], head[i:]); got != want {
					t.Fatalf("cut at %d of %q:\n%s\nwant\n%s", i, head, got, want)
				}
			}
		}
	}
}

func TestEveryTruncationOfAHead(t *testing.T) {
	for _, head := range []string{exampleRequest, exampleResponse} {
		for i := range len(head) {
			want := headOutcome(head, protocol.RuleSet{}, "")
			if got := headOutcome(head, protocol.RuleSet{}, head[:i]); got != want || !strings.Contains(got, protocol.ErrNeedMore.Error()) {
				t.Errorf("first %d bytes of %q: %s", i, head, got)
			}
		}
	}
}

// What a peer sends does not blow up the message.
func TestHeadErrorsAreShort(t *testing.T) {
	h := &protocol.ServerHandshake{}
	h.Feed([]byte(strings.Repeat("\xff", 10000) + "\r\n"))
	if _, err := h.Next(); !errors.Is(err, protocol.RequestSyntax) || len(err.Error()) > 400 {
		t.Errorf("got %v", err)
	}
}

func TestAppendWritesWhatWasRead(t *testing.T) {
	for _, head := range []string{
		exampleRequest,
		request("/chat", "/%7E?a=b", "HTTP/1.1", "HTTP/1.2"),
		request(host, "hOsT: a\r\nX: \r\nX: b\r\nx: \xff\r\n"),
	} {
		h := &protocol.ServerHandshake{}
		h.Feed([]byte(head))
		r, err := h.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got := string(r.Append(nil)); got != head {
			t.Errorf("got\n%q\nwant\n%q", got, head)
		}
	}
	for _, head := range []string{
		exampleResponse,
		response(line101, "HTTP/1.2 101 \r\n", upgrade, "uPGRADE: WebSocket\r\nX: a, b\r\n"),
	} {
		h := exampleClient()
		if err := h.Start(); err != nil {
			t.Fatal(err)
		}
		h.Feed([]byte(head))
		r, err := h.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got := string(r.Append(nil)); got != head {
			t.Errorf("got\n%q\nwant\n%q", got, head)
		}
	}
}

// Append hides nothing: whatever a request or a response holds is written.
func TestAppendWritesIllegalHeads(t *testing.T) {
	r := protocol.Request{Method: "get", Target: "#", Proto: "HTTP/9", Fields: protocol.Fields{{Name: "A ", Value: "b\r\n c"}, {Name: "", Value: "\x00"}}}
	if got, want := string(r.Append([]byte(">"))), ">get # HTTP/9\r\nA : b\r\n c\r\n: \x00\r\n\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	a := protocol.Response{Proto: "HTTP/0.9", Status: 7, Reason: "\n", Fields: protocol.Fields{{Name: "A", Value: "b"}}, Body: []byte("body")}
	if got, want := string(a.Append([]byte(">"))), ">HTTP/0.9 007 \n\r\nA: b\r\n\r\nbody"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHeadLimit(t *testing.T) {
	size := int64(len(exampleRequest))
	for _, test := range []struct {
		limit int64
		ok    bool
	}{{size - 1, false}, {size, true}, {0, true}, {-1, true}} {
		for _, pieces := range [][]string{{exampleRequest}, strings.Split(exampleRequest, "")} {
			h := &protocol.ServerHandshake{Limits: protocol.Limits{Head: test.limit}}
			var err error
			for _, piece := range pieces {
				h.Feed([]byte(piece))
				_, err = h.Next()
			}
			limit, tooMuch := errors.AsType[*protocol.LimitError](err)
			if tooMuch == test.ok || tooMuch && (limit.What != "head" || limit.Limit != test.limit || limit.Code != 0) {
				t.Errorf("limit %d, head of %d, %d pieces: %v", test.limit, size, len(pieces), err)
			}
		}
	}
}

// An endless line is refused as soon as the limit is passed, not when it ends.
func TestHeadLimitWithoutALineEnd(t *testing.T) {
	h := &protocol.ServerHandshake{Limits: protocol.Limits{Head: 100}}
	h.Feed([]byte("GET /" + strings.Repeat("a", 95)))
	if _, err := h.Next(); err != protocol.ErrNeedMore {
		t.Fatalf("100 bytes: %v", err)
	}
	h.Feed([]byte("a"))
	if _, err := h.Next(); protocol.Status(err) != 431 {
		t.Errorf("101 bytes: %v", err)
	}
}

func TestFieldsLimit(t *testing.T) {
	for _, test := range []struct {
		limit int64
		ok    bool
	}{{6, false}, {7, true}, {0, true}, {-1, true}} {
		h := &protocol.ServerHandshake{Limits: protocol.Limits{Fields: test.limit}}
		h.Feed([]byte(exampleRequest)) // of 7 fields
		_, err := h.Next()
		limit, tooMuch := errors.AsType[*protocol.LimitError](err)
		if tooMuch == test.ok || tooMuch && (limit.What != "fields" || limit.Limit != test.limit) {
			t.Errorf("limit %d: %v", test.limit, err)
		}
	}
}

// Lines that a tolerant reader takes for no field of their own count, too.
func TestFieldsLimitCountsEveryLine(t *testing.T) {
	for _, line := range []string{" folded\r\n", "no colon\r\n"} {
		h := &protocol.ServerHandshake{Tolerate: protocol.AllRules}
		h.Feed([]byte(line1 + host + strings.Repeat(line, 127)))
		if _, err := h.Next(); err != protocol.ErrNeedMore {
			t.Errorf("128 lines: %v", err)
		}
		h.Feed([]byte(line))
		if _, err := h.Next(); protocol.Status(err) != 431 {
			t.Errorf("129 lines: %v", err)
		}
	}
}

// Megabytes of a head that come byte by byte cost no more than a look at each.
func TestLongHeadByteByByte(t *testing.T) {
	const size = 2 << 20
	h := &protocol.ServerHandshake{Limits: protocol.Limits{Head: -1}}
	for range size {
		h.Feed([]byte("a"))
		if _, err := h.Next(); err != protocol.ErrNeedMore {
			t.Fatal(err)
		}
	}
	h.Feed([]byte("\r\n"))
	if _, err := h.Next(); !errors.Is(err, protocol.RequestSyntax) {
		t.Errorf("got %v, want %q", err, protocol.RequestSyntax)
	}
}

func TestTolerantReaderKeepsWhatItRead(t *testing.T) {
	h := &protocol.ServerHandshake{Tolerate: protocol.AllRules}
	h.Feed([]byte("\r\nGET   /a b\tHTTP/1.0\nHost : h\r\nX: a \r\n\t b\n c\r\nY Z: d\r\nskipped\r\n\n"))
	r, err := h.Next()
	if err != nil {
		t.Fatal(err)
	}
	want := protocol.Request{Method: "GET", Target: "/a b", Proto: "HTTP/1.0",
		Fields: protocol.Fields{{Name: "Host", Value: "h"}, {Name: "X", Value: "a b c"}, {Name: "Y Z", Value: "d"}}}
	if fmt.Sprintf("%q", *r) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q, want %q", *r, want)
	}
	wantBroken := protocol.RulesOf(protocol.RequestSyntax, protocol.RequestVersion, protocol.RequestTarget, protocol.RequestUpgrade,
		protocol.RequestConnection, protocol.RequestProtocolVersionMissing, protocol.RequestKeyMissing)
	if h.Broken() != wantBroken {
		for rule := range h.Broken().All() {
			t.Logf("broken: %v", rule)
		}
		t.Error("other rules are broken than expected")
	}
}

// What a strict reader accepts, it writes in a form that it reads again as the same.
func FuzzRequestHead(f *testing.F) {
	for head := range everyHead {
		f.Add([]byte(head), uint16(len(head)/2))
	}
	f.Fuzz(func(t *testing.T, head []byte, cut uint16) {
		i := min(int(cut), len(head))
		for _, tolerate := range []protocol.RuleSet{{}, protocol.AllRules} {
			whole, cut := serverOutcome(tolerate, string(head)), serverOutcome(tolerate, string(head[:i]), string(head[i:]))
			if whole != cut {
				t.Fatalf("whole\n%s\ncut at %d\n%s", whole, i, cut)
			}
		}
		h := &protocol.ServerHandshake{}
		h.Feed(head)
		r, err := h.Next()
		if err != nil {
			return
		}
		if err := protocol.CheckRequest(r); err != nil {
			t.Fatalf("accepted as bytes, refused as a request: %v", err)
		}
		written := r.Append(nil)
		again := &protocol.ServerHandshake{}
		again.Feed(written)
		r, err = again.Next()
		if err != nil || string(r.Append(nil)) != string(written) {
			t.Fatalf("%q: %v", written, err)
		}
	})
}

func FuzzResponseHead(f *testing.F) {
	for head := range everyHead {
		f.Add([]byte(head), uint16(len(head)/2))
	}
	f.Fuzz(func(t *testing.T, head []byte, cut uint16) {
		i := min(int(cut), len(head))
		for _, tolerate := range []protocol.RuleSet{{}, protocol.AllRules} {
			whole, cut := clientOutcome(tolerate, string(head)), clientOutcome(tolerate, string(head[:i]), string(head[i:]))
			if whole != cut {
				t.Fatalf("whole\n%s\ncut at %d\n%s", whole, i, cut)
			}
		}
	})
}
