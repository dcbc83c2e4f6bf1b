package protocol_test

import (
	"errors"
	"math"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

func TestEffectiveLimits(t *testing.T) {
	type limits = protocol.Limits
	none := int64(math.MaxInt64)
	equal(t, limits{}.Effective(), protocol.DefaultLimits)
	equal(t, limits{-1, -2, -3, -4, math.MinInt64}.Effective(), limits{none, none, none, none, none})
	equal(t, limits{1, 2, 3, 4, 5}.Effective(), limits{1, 2, 3, 4, 5})
}

// TestLimits meets each limit exactly, and goes beyond it by one. The server answers with 1009 (RFC 6455, section 7.4.1).
func TestLimits(t *testing.T) {
	type limits = protocol.Limits
	whole := func(n int) protocol.Frame { return protocol.NewFrame(protocol.Binary, make([]byte, n)) }
	rest := func(n int) protocol.Frame { return protocol.NewFrame(protocol.Continuation, make([]byte, n)) }
	ping := frame(protocol.Ping, "a ping counts for nothing")
	for _, test := range []struct {
		name   string
		limits limits
		frames []protocol.Frame
		want   string // "" if the frames are within the limit
	}{
		{"frame", limits{Frame: 10}, []protocol.Frame{whole(10)}, ""},
		{"frame", limits{Frame: 10}, []protocol.Frame{whole(11)}, "protocol: frame longer than 10 bytes"},
		{"frame of 300", limits{Frame: 300}, []protocol.Frame{whole(300)}, ""},
		{"frame of 301", limits{Frame: 300}, []protocol.Frame{whole(301)}, "protocol: frame longer than 300 bytes"},
		{"frame of 70000", limits{Frame: 70000}, []protocol.Frame{whole(70000)}, ""},
		{"frame of 70001", limits{Frame: 70000}, []protocol.Frame{whole(70001)}, "protocol: frame longer than 70000 bytes"},
		{"second frame", limits{Frame: 10}, []protocol.Frame{more(whole(10)), rest(11)}, "protocol: frame longer than 10 bytes"},
		{"message", limits{Message: 10}, []protocol.Frame{whole(10), whole(10)}, ""},
		{"message", limits{Message: 10}, []protocol.Frame{whole(11)}, "protocol: message longer than 10 bytes"},
		{"message in fragments", limits{Message: 10}, []protocol.Frame{more(whole(4)), ping, more(rest(4)), rest(2), whole(10)}, ""},
		{"message in fragments", limits{Message: 10}, []protocol.Frame{more(whole(4)), ping, more(rest(4)), rest(3)},
			"protocol: message longer than 10 bytes"},
		{"fragments", limits{Fragments: 3}, []protocol.Frame{more(whole(0)), ping, more(rest(0)), ping, rest(0), whole(0)}, ""},
		{"fragments", limits{Fragments: 3}, []protocol.Frame{more(whole(0)), more(rest(0)), more(rest(0)), more(rest(0))},
			"protocol: more than 3 fragments"},
		{"two messages in fragments", limits{Fragments: 2, Message: 6, Frame: 3},
			[]protocol.Frame{more(whole(3)), rest(3), more(whole(3)), rest(3)}, ""},
		{"control frames", limits{Frame: 1, Message: 1, Fragments: 1}, []protocol.Frame{ping, whole(1), ping}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			bothRoles(t, func(t *testing.T, client bool) {
				c := protocol.NewConn(protocol.Config{Client: client, Limits: test.limits, ManualPong: true})
				s := tell(c, [][]byte{sentTo(client, test.frames...)}, false)
				equal(t, s.End.Limit, test.want)
				if test.want == "" {
					equal(t, s.Out, "")
					equal(t, len(s.Events) > 0, true)
					return
				}
				answer := written(t, client, []byte(s.Out))
				equal(t, shown(answer), []string{"Close 1009"})
				equal(t, s.State, protocol.Failed)
			})
		})
	}
}

func TestDefaultLimits(t *testing.T) {
	for _, test := range []struct {
		length uint64
		err    bool
	}{{16 << 20, false}, {16<<20 + 1, true}} {
		r := protocol.Reader{Client: true}
		r.Feed(protocol.AppendHeader(nil, protocol.Header{FIN: true, Opcode: protocol.Binary, Length: test.length}))
		_, err := r.Next()
		var limit *protocol.LimitError
		if errors.As(err, &limit) != test.err {
			t.Errorf("%d bytes: %v", test.length, err)
		}
	}
}

// TestNoLimits announces the longest frames there are: neither do they overflow anything nor is memory kept for them.
func TestNoLimits(t *testing.T) {
	for _, length := range []uint64{1<<62 + 5, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
		r := protocol.Reader{Client: true, Tolerate: protocol.AllRules, Limits: protocol.Limits{Frame: -1, Message: -1, Fragments: -1}}
		h := protocol.Header{Opcode: protocol.Binary, Length: length}
		r.Feed(protocol.AppendHeader(nil, h))
		equal(t, r.Need(), length)
		r.Feed([]byte("payload"))
		equal(t, r.Need(), length-7)
		p, err := r.Next()
		if err != nil || string(p.Payload) != "payload" || p.Part != protocol.First {
			t.Errorf("%d: got %+v, %v", length, p, err)
		}
		equal(t, r.Header().Length, length)
		equal(t, r.Broken().Has(protocol.LengthTopBit), length >= 1<<63)
		equal(t, r.Need(), length-7)
		if n := len(r.Buffer()); n > 64<<10 {
			t.Errorf("%d: the buffer has %d bytes", length, n)
		}
	}
}

// TestNoLimitOnFragments announces a message whose length does not fit 63 bits.
func TestNoLimitOnFragments(t *testing.T) {
	none := protocol.Limits{Frame: -1, Message: -1, Fragments: -1}
	r := protocol.Reader{Client: true, Limits: none}
	wire := sentTo(true, more(frame(protocol.Binary, "a")), more(frame(protocol.Continuation, "b")))
	wire = protocol.AppendHeader(wire, protocol.Header{Opcode: protocol.Continuation, Length: 1<<63 - 1})
	frames, end := readFrames(&r, [][]byte{append(wire, "c"...)})
	equal(t, shown(frames), []string{`Binary+ "a"`, `Continuation+ "b"`, `Continuation+ "c"`})
	equal(t, end.Limit, "")
}

// TestLimitsOfAnObserver shows that frames which are no part of a message do not count for one.
func TestLimitsOfAnObserver(t *testing.T) {
	long := func(op protocol.Opcode, n int) protocol.Frame { return protocol.NewFrame(op, make([]byte, n)) }
	alone := long(protocol.Continuation, 200)
	for _, test := range []struct {
		frames []protocol.Frame
		want   string
	}{
		{[]protocol.Frame{alone, alone, alone}, ""},
		{[]protocol.Frame{more(long(protocol.Binary, 150)), long(protocol.Ping, 200), long(protocol.Continuation, 150)}, ""},
		{[]protocol.Frame{more(long(protocol.Binary, 200)), long(protocol.Ping, 130), long(protocol.Continuation, 150)},
			"protocol: message longer than 300 bytes"},
		{[]protocol.Frame{long(protocol.Ping, 251)}, "protocol: frame longer than 250 bytes"},
	} {
		limits := protocol.Limits{Frame: 250, Message: 300, Fragments: 2}
		r := protocol.Reader{Client: true, Tolerate: protocol.AllRules, Limits: limits}
		_, end := readFrames(&r, [][]byte{sentTo(true, test.frames...)})
		equal(t, end.Limit, test.want)
	}
	r := protocol.Reader{Client: true, Tolerate: protocol.AllRules}
	_, end := readFrames(&r, [][]byte{unhex("82 7f 8000000000000000")})
	equal(t, end.Limit, "protocol: frame longer than 16777216 bytes")
}

func TestLimitErrorText(t *testing.T) {
	for _, test := range []struct {
		err  protocol.LimitError
		want string
	}{
		{protocol.LimitError{What: "head", Limit: 7}, "protocol: head longer than 7 bytes"},
		{protocol.LimitError{What: "fields", Limit: 7}, "protocol: more than 7 fields"},
	} {
		equal(t, test.err.Error(), test.want)
	}
}
