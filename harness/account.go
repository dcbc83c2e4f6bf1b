package harness

import (
	"encoding/hex"
	"math"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// Bounds of an account. No case comes near them unless the peer sends what nobody asked for.
const (
	maxLogRows  = 500
	maxLengths  = 1000     // that the statistics tell apart, of reads or of writes
	maxHeadKept = 16 << 10 // bytes
)

// account collects what a case file of the Autobahn testsuite tells of a conversation. A nil account collects nothing.
type account struct {
	record.Account
	limit   record.LogRow // the limit on time of the case; without a kind if there is none
	armed   bool          // it has its row
	opened  time.Time
	pausing bool
	chop    *int64 // the bytes in each write of what is sent now; nil: as many as there are
}

// newAccount returns the account of a conversation by a case with that expectation.
func newAccount(e wstest.Expectation, t Timing) *account {
	a := &account{Account: record.Account{
		Request: "?", Response: "?", CreateStats: true, CreateWirelog: true,
		RxOctetStats: map[int]int{}, TxOctetStats: map[int]int{}, RxFrameStats: map[int]int{}, TxFrameStats: map[int]int{},
	}}
	if t.Progress > 0 {
		kind := map[wstest.Timer]string{wstest.KillAfter: record.RowKill, wstest.CloseAfter: record.RowClose, wstest.CloseAtOnce: record.RowClose}[e.Timer]
		a.limit = record.LogRow{Kind: kind, Delay: inSeconds(t.Progress)}
	}
	return a
}

func inSeconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

// row adds a row to the log. A log that has grown too long ends by saying so.
func (a *account) row(r record.LogRow) {
	if len(a.Wirelog) < maxLogRows {
		a.Wirelog = append(a.Wirelog, r)
		return
	}
	a.log(false)
}

// log switches the log on or off. A log that is full stays off.
func (a *account) log(on bool) {
	if a == nil || a.CreateWirelog == on || on && len(a.Wirelog) >= maxLogRows {
		return
	}
	a.CreateWirelog = on
	a.Wirelog = append(a.Wirelog, record.LogRow{Kind: record.RowSwitch, On: on})
}

// count adds one to the statistics, which are given up if a peer makes them too long.
func (a *account) count(stats map[int]int, key int) {
	if _, known := stats[key]; !known && len(stats) >= maxLengths {
		a.CreateStats = false
		return
	}
	stats[key]++
}

// request notes our part of the opening handshake, as it may be shown.
func (a *account) request(head []byte) {
	if a != nil {
		a.Request = string(head[:min(len(head), maxHeadKept)])
	}
}

// response notes the peer's part of the opening handshake, or what came instead.
func (a *account) response(head []byte) {
	if a != nil && len(head) > 0 {
		a.Response = string(head[:min(len(head), maxHeadKept)])
	}
}

// open says that the opening handshake succeeded.
func (a *account) open() {
	if a != nil {
		a.opened = time.Now()
	}
}

// got notes what one read brought.
func (a *account) got(p []byte) {
	if a == nil || len(p) == 0 {
		return
	}
	a.count(a.RxOctetStats, len(p))
	if a.CreateWirelog {
		a.row(record.LogRow{Kind: record.RowGot, Length: int64(len(p)), Data: wstest.Octets(p)})
	}
}

// sent notes what is written in pieces of size bytes. Of the request only the start is shown, in which there are no secrets: the
// fields that the user has added come last.
func (a *account) sent(p []byte, size int) {
	if a == nil {
		return
	}
	for n := 0; len(p) > 0; p = p[n:] {
		n = min(size, len(p))
		a.count(a.TxOctetStats, n)
		if a.CreateWirelog {
			a.row(record.LogRow{Kind: record.RowSent, Length: int64(n), Data: wstest.Octets(p[:n]), Sync: a.chop != nil})
		}
	}
}

// sentFrame notes a frame of ours.
func (a *account) sentFrame(f observed) {
	if a != nil {
		a.frame(record.RowSentFrame, a.TxFrameStats, f)
	}
}

// gotFrame notes a frame of the peer.
func (a *account) gotFrame(f observed) {
	if a != nil {
		a.frame(record.RowGotFrame, a.RxFrameStats, f)
	}
}

func (a *account) frame(kind string, stats map[int]int, f observed) {
	a.count(stats, int(f.header.Opcode))
	if !a.CreateWirelog {
		return
	}
	r := record.LogRow{
		Kind: kind, Length: int64(min(f.header.Length, math.MaxInt64)), Data: wstest.Payload(f.payload),
		Opcode: int(f.header.Opcode), FIN: f.header.FIN, RSV: int(f.header.RSV),
	}
	if f.header.Masked {
		wire := protocol.AppendHeader(nil, f.header)
		key := hex.EncodeToString(wire[len(wire)-4:])
		r.Key = &key
	}
	if kind == record.RowSentFrame {
		r.Chop = a.chop
	}
	a.row(r)
}

// chopped says in writes of how many bytes frames are sent from now on; 0: in one.
func (a *account) chopped(size int) {
	switch {
	case a == nil:
	case size == 0:
		a.chop = nil
	default:
		n := int64(size)
		a.chop = &n
	}
}

// pause says that the script goes on after a pause.
func (a *account) pause(name string, d time.Duration) {
	if a == nil {
		return
	}
	a.pausing = true
	a.row(record.LogRow{Kind: record.RowWait, Delay: inSeconds(d), Tag: tag(name)})
}

// paused says that the pause is over, with the connection still there or not.
func (a *account) paused(name string, there bool) {
	if a == nil {
		return
	}
	a.pausing = false
	if there {
		a.row(record.LogRow{Kind: record.RowWaited, Tag: tag(name)})
	}
}

func tag(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}

// await says that the script waits for the peer: from then on the limit on time runs.
func (a *account) await() {
	if a == nil || a.armed || a.pausing || a.opened.IsZero() || a.limit.Kind == "" {
		return
	}
	a.armed = true
	a.row(a.limit)
}

// expired says that time is up.
func (a *account) expired() {
	if a == nil || !a.armed {
		return
	}
	kind := map[string]string{record.RowKill: record.RowKilled, record.RowClose: record.RowClosed}[a.limit.Kind]
	a.row(record.LogRow{Kind: kind})
}

// end returns the account of a conversation that began then and is over now.
func (a *account) end(j *wstest.Judge, started time.Time) *record.Account {
	if a == nil {
		return nil
	}
	a.Started = started.UTC()
	if a.opened.IsZero() {
		a.opened = started
	}
	a.Duration = int(time.Since(a.opened).Round(time.Millisecond).Milliseconds())
	j.Tell(&a.Account)
	return &a.Account
}
