package harness

import (
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// everything tells an account of all that it can be told of.
func everything(a *account, wire []byte, f observed) {
	a.request(wire)
	a.response(wire)
	a.open()
	a.await()
	a.chopped(997)
	a.sent(wire, 1)
	a.got(wire)
	a.sentFrame(f)
	a.gotFrame(f)
	a.pause("A", time.Second)
	a.paused("A", true)
	a.log(false)
	a.log(true)
	a.expired()
	a.end(nil, time.Time{})
}

// An account that nobody asked for costs nothing.
func TestNoAccountCostsNothing(t *testing.T) {
	wire, f := make([]byte, 100), observed{header: protocol.Header{Masked: true}, payload: make([]byte, 94)}
	if n := testing.AllocsPerRun(100, func() { everything(nil, wire, f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A peer that makes the statistics too long gets none.
func TestStatisticsAreBounded(t *testing.T) {
	a := newAccount(wstest.Expectation{}, Timing{})
	wire := make([]byte, 2*maxLengths)
	for n := range maxLengths {
		a.got(wire[:n+1])
	}
	if !a.CreateStats || len(a.RxOctetStats) != maxLengths {
		t.Fatalf("%v, %d lengths", a.CreateStats, len(a.RxOctetStats))
	}
	for n := range len(wire) {
		a.got(wire[:n+1])
	}
	if a.CreateStats || len(a.RxOctetStats) != maxLengths {
		t.Errorf("%v, %d lengths", a.CreateStats, len(a.RxOctetStats))
	}
}

func BenchmarkAccount(b *testing.B) {
	wire, f := make([]byte, 100), observed{header: protocol.Header{Masked: true}, payload: make([]byte, 94)}
	b.Run("unasked", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var a *account
			a.got(wire)
			a.gotFrame(f)
		}
	})
	b.Run("in bulk", func(b *testing.B) {
		a := newAccount(wstest.Expectation{}, Timing{})
		a.log(false)
		b.ReportAllocs()
		for b.Loop() {
			a.got(wire)
			a.gotFrame(f)
		}
	})
}
