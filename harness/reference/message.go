package reference

import "github.com/wsspec/wsspec/protocol"

// message is a whole message of the client, on its way to become the answer.
type message struct {
	opcode  protocol.Opcode
	payload []byte
}

// replies: the endpoint waits until a message is whole, and sends back what change makes of it; nothing if that returns false.
func replies(change func(m *message) bool) func(*habits) {
	return func(h *habits) {
		h.config.Whole = true
		h.answer = func(e *endpoint, ev protocol.Event) error {
			m := message{ev.Opcode, ev.Data}
			if !ev.Opcode.Control() && change(&m) {
				e.echoUnchecked(protocol.Event{Opcode: m.opcode, Part: protocol.Whole, Data: m.payload})
			}
			return nil
		}
	}
}

// wholeMessages: the endpoint waits until a message is whole, and sends it back in one frame.
func wholeMessages(h *habits) { replies(func(*message) bool { return true })(h) }

// echoUnchecked is echo for what protocol.Conn would not send.
func (e *endpoint) echoUnchecked(ev protocol.Event) {
	if ev.Opcode.Control() {
		return
	}
	f := protocol.NewFrame(ev.Opcode, ev.Data)
	if ev.Part&protocol.First == 0 {
		f.Opcode = protocol.Continuation
	}
	f.FIN = ev.Part&protocol.Last != 0
	e.conn.Inject(f.Append(nil))
}
