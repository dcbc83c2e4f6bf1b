package reports

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// wireBytes are the first bytes of a frame on the wire, in hex with spaces, cut where the RFC draws its lines
// (RFC 6455, section 5.2).
type wireBytes struct {
	Header, Key, Payload string
	More                 bool // there are more than are shown
}

// cutWire cuts the bytes of an entry. Of anything but a frame all bytes are payload; of the head of a handshake there are
// none, because it is shown as text.
func cutWire(e *record.Entry, limit int) wireBytes {
	if e.Kind == record.KindHead && e.Text != "" {
		return wireBytes{}
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(e.Hex, " ", ""))
	if err != nil {
		return wireBytes{Payload: cut(e.Hex, limit)} // not as the record should have it
	}
	header, key := 0, 0
	if e.Kind == record.KindFrame && len(raw) >= 2 {
		header = min(len(raw), headerLength(raw[1]))
		key = min(len(raw)-header, keyLength(raw[1]))
	}
	total := e.Length
	if e.Kind == record.KindFrame {
		total += int64(header + key)
	}
	shown := raw[:min(len(raw), limit)]
	return wireBytes{
		Header:  spaced(shown, 0, header),
		Key:     spaced(shown, header, header+key),
		Payload: spaced(shown, header+key, len(shown)),
		More:    len(shown) > 0 && int64(len(shown)) < max(total, int64(len(raw))),
	}
}

// headerLength is the number of bytes up to the masking key.
func headerLength(second byte) int {
	switch second & 0x7f {
	case 126:
		return 4
	case 127:
		return 10
	}
	return 2
}

func keyLength(second byte) int { return int(second>>7) * 4 }

// wireLine is how many bytes stand on one line.
const wireLine = 16

// spaced writes part of b, as far as it is there, in hex, in lines as if b stood there from its beginning.
func spaced(b []byte, from, to int) string {
	var text strings.Builder
	for i := from; i < min(to, len(b)); i++ {
		switch {
		case i == from:
		case i%wireLine == 0:
			text.WriteByte('\n')
		default:
			text.WriteByte(' ')
		}
		fmt.Fprintf(&text, "%02x", b[i])
	}
	return text.String()
}

// String puts all bytes on one line.
func (w wireBytes) String() string {
	parts := make([]string, 0, 4)
	for _, part := range []string{w.Header, w.Key, w.Payload} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if w.More {
		parts = append(parts, "…")
	}
	return strings.ReplaceAll(strings.Join(parts, " "), "\n", " ")
}

// wordLength bounds what should be a single word of ours, but comes from a file.
const wordLength = 16

// kindNames say what an entry is if it is no frame.
var kindNames = map[string]string{
	record.KindBytes: "Bytes",
	record.KindHead:  "HTTP head",
	record.KindEnd:   "End",
	record.KindPause: "Pause",
}

// entryName is the name of the frame, or what else the entry is.
func entryName(e *record.Entry) string {
	if e.Kind != record.KindFrame {
		if name, ok := kindNames[e.Kind]; ok {
			return name
		}
		return cut(e.Kind, wordLength)
	}
	if e.OpcodeName != "" {
		return cut(e.OpcodeName, wordLength)
	}
	return "Opcode " + strconv.Itoa(int(e.Opcode))
}

// flags are the bits of a frame's header that are set, in words.
func flags(e *record.Entry) []string {
	var set []string
	if e.FIN {
		set = append(set, "FIN")
	}
	for i, bit := range []byte{4, 2, 1} {
		if e.RSV&bit != 0 {
			set = append(set, "RSV"+strconv.Itoa(i+1))
		}
	}
	if e.Masked {
		set = append(set, "masked")
	}
	return set
}

// markWords say what is special about an entry.
var markWords = map[string]string{
	record.MarkFault:      "the fault",
	record.MarkUnexpected: "must not happen",
	record.MarkBarrier:    "barrier",
}

func markWord(mark string) string {
	if word, ok := markWords[mark]; ok {
		return word
	}
	return cut(mark, wordLength)
}

// wrong tells whether the peer did in this entry what it must not do. Our own faults are deliberate.
func wrong(e *record.Entry) bool {
	return e.Mark == record.MarkUnexpected || e.Side == record.SideGot && len(e.Broken) > 0
}

// hasLength tells whether the length of an entry means anything.
func hasLength(e *record.Entry) bool { return e.Kind == record.KindFrame || e.Length > 0 }

// describe puts an entry into words on one line, such as `Text, FIN, masked, 2 bytes "hi"`.
func describe(e *record.Entry) string {
	words := append([]string{entryName(e)}, flags(e)...)
	if hasLength(e) {
		words = append(words, plural(e.Length, "byte"))
	}
	text := strings.Join(words, ", ")
	if e.Text != "" && e.Kind != record.KindFrame {
		text += ":"
	}
	if e.Text != "" {
		text += " " + strings.ReplaceAll(e.Text, "\n", " | ")
	}
	return text
}

// plural counts things: "1 byte", "65 536 bytes".
func plural(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

// grouped writes a number with a space before every three digits, as SI does it, from five digits on.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	if len(s) < 5 {
		return s
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// timeOf is the time of an entry with its unit, "" if it has none.
func timeOf(e *record.Entry) string {
	if e.AtUS < 0 {
		return ""
	}
	return milliseconds(e.AtUS) + " ms"
}

// milliseconds writes a time of a transcript: tenths up to a second, then whole milliseconds. A negative one is none.
func milliseconds(us int64) string {
	if us < 0 {
		return ""
	}
	if us >= 1_000_000 {
		return grouped((us + 500) / 1000)
	}
	return strconv.FormatFloat(float64(us)/1000, 'f', 1, 64)
}

// duration writes a duration with the digits that matter.
func duration(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 0.0001:
		return strconv.FormatFloat(s*1e6, 'f', 0, 64) + " µs"
	case s < 0.1:
		return strconv.FormatFloat(s*1000, 'f', 1, 64) + " ms"
	case s < 1:
		return strconv.FormatFloat(s*1000, 'f', 0, 64) + " ms"
	case s < 100:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	default:
		return fmt.Sprintf("%d min %d s", int(s)/60, int(s)%60)
	}
}

func microseconds(us int64) time.Duration { return time.Duration(us) * time.Microsecond }
