package record

import (
	"encoding/json"
	"fmt"
)

// What an AccountEvent is.
const (
	EventMessage = "message"
	EventPing    = "ping"
	EventPong    = "pong"
	EventTimeout = "timeout" // a pause went by with the connection open
)

// AccountEvent is one thing that the Autobahn testsuite notes down as received. In JSON it is an array: the kind, the text and,
// for a message, whether it is binary.
type AccountEvent struct {
	Kind   string
	Text   string // the payload, clipped as in LogRow; of a timeout, the name of the pause
	Binary bool   // of a message
}

// MarshalJSON writes the array.
func (e AccountEvent) MarshalJSON() ([]byte, error) {
	if e.Kind == EventMessage {
		return marshal([]any{e.Kind, e.Text, e.Binary})
	}
	return marshal([]any{e.Kind, e.Text})
}

// UnmarshalJSON reads the array.
func (e *AccountEvent) UnmarshalJSON(text []byte) error {
	row, err := parseRow(text)
	if err != nil {
		return err
	}
	*e = AccountEvent{}
	return row.read(&e.Kind, &e.Text, &e.Binary)
}

// What a LogRow stands for.
const (
	RowSent      = "TO" // octets in one write
	RowGot       = "RO" // octets in one read
	RowSentFrame = "TF"
	RowGotFrame  = "RF"
	RowWait      = "CT" // the script goes on after a pause
	RowWaited    = "CTE"
	RowKill      = "KL" // the connection is to be failed after a while
	RowKilled    = "KLE"
	RowClose     = "TI" // the connection is to be closed after a while
	RowClosed    = "TIE"
	RowSwitch    = "WLM" // the log pauses or goes on
)

// LogRow is a row of the wire log of the Autobahn testsuite. Fields that do not apply to its kind are zero. In JSON it is an
// array, whose form depends on the kind.
type LogRow struct {
	Kind   string
	Length int64  // bytes, of octets, or of the payload of a frame
	Data   string // hex for octets; text, or hex after 0x, for a frame: at most 64 bytes, then " ..." if it is longer than 60
	Opcode int
	FIN    bool
	RSV    int     // 4: RSV1, 2: RSV2, 1: RSV3
	Key    *string // the masking key in hex; nil if the frame is not masked
	Repeat *int64  // the length to which a sent payload was repeated
	Chop   *int64  // the bytes in each write of a sent frame
	Sync   bool    // what follows was kept until this had left
	Delay  float64 // seconds
	Tag    *string // the name of a pause
	On     bool    // the log goes on
}

// clip is the length and the data of a row.
type clip struct {
	Length int64
	Data   string
}

func (c clip) MarshalJSON() ([]byte, error) { return marshal([]any{c.Length, c.Data}) }

func (c *clip) UnmarshalJSON(text []byte) error {
	row, err := parseRow(text)
	if err != nil {
		return err
	}
	return row.read(&c.Length, &c.Data)
}

// MarshalJSON writes the array.
func (r LogRow) MarshalJSON() ([]byte, error) { return marshal(r.Array()) }

// Array is the row as it stands in JSON.
func (r LogRow) Array() []any {
	data := []any{r.Length, r.Data}
	switch r.Kind {
	case RowSent:
		return []any{r.Kind, data, r.Sync}
	case RowGot:
		return []any{r.Kind, data}
	case RowSentFrame:
		return []any{r.Kind, data, r.Opcode, r.FIN, r.RSV, r.Key, r.Repeat, r.Chop, r.Sync}
	case RowGotFrame:
		return []any{r.Kind, data, r.Opcode, r.FIN, r.RSV, r.Key != nil, r.Key}
	case RowWait:
		return []any{r.Kind, r.Delay, r.Tag}
	case RowWaited:
		return []any{r.Kind, r.Tag}
	case RowKill, RowClose:
		return []any{r.Kind, r.Delay}
	case RowSwitch:
		return []any{r.Kind, r.On}
	}
	return []any{r.Kind}
}

// UnmarshalJSON reads the array.
func (r *LogRow) UnmarshalJSON(text []byte) error {
	row, err := parseRow(text)
	if err != nil {
		return err
	}
	*r = LogRow{}
	if err := row.read(&r.Kind); err != nil {
		return err
	}
	var data clip
	var masked bool
	switch r.Kind {
	case RowSent:
		err = row.read(&r.Kind, &data, &r.Sync)
	case RowGot:
		err = row.read(&r.Kind, &data)
	case RowSentFrame:
		err = row.read(&r.Kind, &data, &r.Opcode, &r.FIN, &r.RSV, &r.Key, &r.Repeat, &r.Chop, &r.Sync)
	case RowGotFrame:
		err = row.read(&r.Kind, &data, &r.Opcode, &r.FIN, &r.RSV, &masked, &r.Key)
	case RowWait:
		err = row.read(&r.Kind, &r.Delay, &r.Tag)
	case RowWaited:
		err = row.read(&r.Kind, &r.Tag)
	case RowKill, RowClose:
		err = row.read(&r.Kind, &r.Delay)
	case RowSwitch:
		err = row.read(&r.Kind, &r.On)
	}
	r.Length, r.Data = data.Length, data.Data
	return err
}

// row is a JSON array whose elements are of different types.
type row []json.RawMessage

func parseRow(text []byte) (r row, err error) {
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("a row is not an array: %w", err)
	}
	return r, nil
}

// read reads the elements one by one. Those that are missing leave their place as it is.
func (r row) read(into ...any) error {
	for i := range min(len(r), len(into)) {
		if err := json.Unmarshal(r[i], into[i]); err != nil {
			return fmt.Errorf("element %d of a row: %w", i+1, err)
		}
	}
	return nil
}
