package reports

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// Badge is a small sign that says how a run went, for the page of a project.
type Badge struct {
	Label   string // what was tested
	Message string // how it went
	paint   badgePaint
}

// badgePaint is a colour by the name that shields.io has for it, and one of ours, on which white is easy to read.
type badgePaint struct{ Name, Fill string }

var (
	badgeGood   = badgePaint{"brightgreen", "#17693a"}
	badgeKnown  = badgePaint{"yellow", "#7d4e00"}
	badgeBad    = badgePaint{"red", "#a81a1f"}
	badgeSilent = badgePaint{"lightgrey", "#52575f"}
)

// NewBadge makes the badge of a run, with all its peers. With a gate, which may be nil, what the baseline knows counts as known.
func NewBadge(label string, rec *record.Record, gate *record.Gate) Badge {
	j := judge(rec, nil, gate)
	t := badgeTally{missing: max(rec.Planned-rec.Ran, 0)}
	for i := range j.Record.Peers {
		t.add(j, i)
	}
	for _, judgement := range j.apart() {
		if judgement.Change.Gates() {
			t.gating++
		}
	}
	return t.badge(label)
}

// PeerBadges makes a badge for each peer, in the order of the record, with the peer's name.
func PeerBadges(rec *record.Record, gate *record.Gate) (badges []Badge) {
	j := judge(rec, nil, gate)
	for i := range j.Record.Peers {
		var t badgeTally
		t.add(j, i)
		for _, judgement := range j.apart() {
			if judgement.Peer == j.Record.Peers[i].Name && judgement.Change.Gates() {
				t.gating++
			}
		}
		badges = append(badges, t.badge(j.Record.Peers[i].Name))
	}
	return badges
}

// badgeTally counts what a badge speaks of.
type badgeTally struct {
	cases   int
	fails   int // cases that fail
	gating  int // what the run fails for: cases, and entries of the baseline that are out of date
	errors  int // cases that could not be carried out
	missing int // cases that did not run
	gated   bool
}

func (t *badgeTally) add(j *judged, i int) {
	t.gated = j.hasBaseline()
	for k, c := range j.Record.Peers[i].Cases {
		t.cases++
		switch {
		case j.gates(i, k):
			t.gating++
		case c.Verdict == record.Error:
			t.errors++
		}
		if c.Verdict == record.Fail {
			t.fails++
		}
	}
}

// badge finds the words. What is wrong is said before what is not known, and that before what is well.
func (t *badgeTally) badge(label string) Badge {
	b := Badge{Label: cut(printable(label), badgeLength), paint: badgeBad}
	untested := t.errors + t.missing
	switch {
	case t.gating > 0 && t.gated:
		b.Message = grouped(int64(t.gating)) + " new"
	case t.gating > 0:
		b.Message = fmt.Sprintf("%s of %s", grouped(int64(t.gating)), plural(int64(t.cases+t.missing), "case")) + " fail"
	case t.cases+t.missing == 0:
		b.Message, b.paint = "nothing was tested", badgeSilent
	case untested > 0:
		b.Message = fmt.Sprintf("%s of %s not tested", grouped(int64(untested)), plural(int64(t.cases+t.missing), "case"))
		b.paint = badgeSilent
	case t.fails > 0:
		b.Message, b.paint = fmt.Sprintf("nothing new, %s known", grouped(int64(t.fails))), badgeKnown
	default:
		b.Message, b.paint = plural(int64(t.cases), "case")+": conforms", badgeGood
	}
	return b
}

// badgeLength is how much of a label is shown, in characters.
const badgeLength = 40

// JSON writes the badge in the form that shields.io reads from an address ("endpoint").
func (b Badge) JSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
	}{1, b.Label, b.Message, b.paint.Name})
}

// SVG draws the badge. It names no font that would have to be loaded, and its letters fill the room that was measured for them,
// whatever font the reader has.
func (b Badge) SVG(w io.Writer) error {
	label, message := badgeWidth(b.Label), badgeWidth(b.Message)
	return badgeTemplate.Execute(w, map[string]any{
		"Says": b.Label + ": " + b.Message, "Label": b.Label, "Message": b.Message, "Fill": b.paint.Fill,
		"LabelWidth": label, "MessageWidth": message, "LabelBox": label + 2*badgePad, "MessageBox": message + 2*badgePad,
		"Width": label + message + 4*badgePad, "MessageAt": label + 3*badgePad, "Pad": badgePad,
	})
}

// badgePad is the space beside a text, in CSS pixels.
const badgePad = 6

var badgeTemplate = template.Must(template.New("badge").Parse(strings.ReplaceAll(`<svg xmlns="http://www.w3.org/2000/svg" width="{{.Width}}" height="20" role="img" aria-label="{{.Says}}">
<title>{{.Says}}</title>
<clipPath id="r"><rect width="{{.Width}}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{{.LabelBox}}" height="20" fill="#30353c"/><rect x="{{.LabelBox}}" width="{{.MessageBox}}" height="20" fill="{{.Fill}}"/></g>
<g fill="#fff" font-family="Verdana,'DejaVu Sans',Geneva,sans-serif" font-size="11">
<text x="{{.Pad}}" y="14" textLength="{{.LabelWidth}}" lengthAdjust="spacingAndGlyphs">{{.Label}}</text>
<text x="{{.MessageAt}}" y="14" textLength="{{.MessageWidth}}" lengthAdjust="spacingAndGlyphs">{{.Message}}</text>
</g></svg>
`, "\n<", "<")))

// badgeWidths are the widths of the characters from space to tilde in DejaVu Sans of 11 pixels, in tenths of a pixel.
var badgeWidths = [...]int{
	35, 44, 51, 92, 70, 105, 86, 30, 43, 43, 55, 92, 35, 40, 35, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 37, 37, 92, 92, 92, 58,
	110, 75, 75, 77, 85, 70, 63, 85, 83, 32, 32, 72, 61, 95, 82, 87, 66, 87, 76, 70, 67, 81, 75, 109, 75, 67, 75, 43, 37, 43, 92, 55,
	55, 67, 70, 60, 70, 68, 39, 70, 70, 31, 31, 64, 31, 107, 70, 67, 70, 70, 45, 57, 43, 70, 65, 90, 65, 65, 58, 70, 37, 70, 92,
}

// otherWidth is for characters beyond: those of East Asia are as wide as they are high, others narrower.
const otherWidth = 85

// badgeWidth measures a text, in CSS pixels.
func badgeWidth(s string) int {
	tenths := 0
	for _, r := range s {
		switch i := int(r) - ' '; {
		case i >= 0 && i < len(badgeWidths):
			tenths += badgeWidths[i]
		case r >= 0x1100:
			tenths += 110
		default:
			tenths += otherWidth
		}
	}
	return (tenths + 9) / 10
}
