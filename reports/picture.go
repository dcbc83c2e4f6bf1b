package reports

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// picture is the sequence diagram of a conversation: two lifelines, and an arrow for each frame. The drawing is shared by all
// conversations that look alike, such as those of many peers in a case that all of them pass; the times are the picture's own.
type picture struct {
	Drawing template.URL // "#d12"
	Height  int
	Says    string // the description for those who do not see it
	Times   []moment
}

// Band tells whether the line is drawn on a band, because the case is about it.
func (s stroke) Band() bool { return s.Class != "" }

// moment is a time at the edge of a picture.
type moment struct {
	Y  int
	At string // in milliseconds
}

// drawing is what a picture shares with others.
type drawing struct {
	Peer    string // server or client
	End     int    // where the lifelines end
	Strokes []stroke
}

// stroke is one line of a drawing. Lengths are in CSS pixels; from left to right the picture is as wide as its reader's screen lets
// it be.
type stroke struct {
	Y, Height int
	Class     string // of the band behind it, if the case is about it
	Shape     string // to, fro, end or gap
	Dash      string // how the line is drawn: head, bytes, or as a frame
	Name      string
	Detail    string // flags and length
	Text      string // the payload
	Mark      string // what is special about it
	More      string // more of that
}

// Measures of a drawing, in CSS pixels.
const (
	pictureTop    = 30 // for the names of the two sides
	strokeHeight  = 30
	markHeight    = 17
	pictureBottom = 8
	payloadLength = 36 // of a text beside an arrow, in characters
	markLength    = 70
)

// draw makes the picture of the rows of a conversation with a server or a client. It returns nil if there is nothing to draw.
func draw(rows []row, role string, shared *gallery) *picture {
	if len(rows) == 0 {
		return nil
	}
	d := drawing{Peer: role}
	p := &picture{Says: tell(rows)}
	y := pictureTop
	for _, r := range rows {
		s := newStroke(r)
		s.Y = y
		y += s.Height
		d.Strokes = append(d.Strokes, s)
		d.End = y
		if r.Entry != nil {
			p.Times = append(p.Times, moment{s.Y + 26, milliseconds(r.Entry.AtUS)})
		}
	}
	if last := d.Strokes[len(d.Strokes)-1]; last.Shape == "end" {
		d.End = last.Y + 22
	}
	p.Height = y + pictureBottom
	p.Drawing = shared.add(d)
	return p
}

func newStroke(r row) stroke {
	if r.Entry == nil {
		return stroke{Shape: "gap", Height: strokeHeight, Name: "and " + grouped(int64(r.Skipped)) + " more"}
	}
	e := r.Entry
	s := stroke{Class: strokeClass(r), Height: strokeHeight, Name: entryName(e)}
	switch {
	case e.Kind == record.KindEnd:
		s.Shape, s.Name = "end", cut(e.Text, 2*payloadLength)
	case e.Side == record.SideSent:
		s.Shape, s.Dash = "to", e.Kind
	case e.Side == record.SideGot:
		s.Shape, s.Dash = "fro", e.Kind
	default:
		s.Shape = "gap"
	}
	switch e.Kind {
	case record.KindFrame:
		s.Detail, s.Text = strings.Join(append(flags(e), plural(e.Length, "byte")), ", "), cut(e.Text, payloadLength)
	case record.KindHead:
		first, _, _ := strings.Cut(e.Text, "\n")
		s.Name = cut(first, payloadLength)
	case record.KindBytes:
		s.Detail, s.Text = plural(e.Length, "byte"), cut(e.Text, payloadLength)
	case record.KindPause:
		s.Text = cut(e.Text, payloadLength)
	}
	s.Mark, s.More = strokeMarks(r)
	if s.Mark+s.More != "" {
		s.Height += markHeight
	}
	return s
}

// strokeClass says whether an entry is what the case is about.
func strokeClass(r row) string {
	switch {
	case wrong(r.Entry):
		return "wrong"
	case len(r.Findings) > 0:
		return "proof"
	case r.Entry.Mark != "":
		return "marked"
	}
	return ""
}

// strokeMarks are the words below an arrow, the important ones first.
func strokeMarks(r row) (mark, more string) {
	var words []string
	for _, n := range r.Findings {
		words = append(words, fmt.Sprint("finding ", n))
	}
	if word := markWord(r.Entry.Mark); word != "" {
		words = append(words, word)
	}
	if len(r.Entry.Broken) > 0 {
		more = cut("breaks: "+strings.Join(r.Entry.Broken, "; "), markLength)
	}
	return cut(strings.Join(words, " · "), markLength), more
}

// tell puts into a sentence how much a conversation holds.
func tell(rows []row) string {
	sent, got, skipped := 0, 0, 0
	for _, r := range rows {
		switch {
		case r.Entry == nil:
			skipped += r.Skipped
		case r.Entry.Kind == record.KindFrame && r.Entry.Side == record.SideSent:
			sent++
		case r.Entry.Kind == record.KindFrame && r.Entry.Side == record.SideGot:
			got++
		}
	}
	says := fmt.Sprintf("%s sent, %d got", plural(int64(sent), "frame"), got)
	if skipped > 0 {
		says += fmt.Sprintf(", %s not drawn", grouped(int64(skipped)))
	}
	return says + ". What follows the picture tells the same in words."
}

// gallery holds each drawing of a page once.
type gallery struct {
	Drawings []template.HTML
	byLook   map[string]template.URL
}

// add returns the link to a drawing.
func (g *gallery) add(d drawing) template.URL {
	look := d.look()
	if link, known := g.byLook[look]; known {
		return link
	}
	var svg bytes.Buffer
	if err := pageTemplate().ExecuteTemplate(&svg, "drawing", d); err != nil {
		panic(err) // the template is part of the program, and a buffer takes everything
	}
	if g.byLook == nil {
		g.byLook = make(map[string]template.URL)
	}
	link := template.URL(fmt.Sprintf("#d%d", len(g.Drawings)))
	g.Drawings = append(g.Drawings, template.HTML(svg.String()))
	g.byLook[look] = link
	return link
}

// look is the same for drawings that look alike. What its texts hold is visible, so that no text has the separator.
func (d drawing) look() string {
	parts := []string{d.Peer}
	for _, s := range d.Strokes {
		parts = append(parts, s.Class, s.Shape, s.Dash, s.Name, s.Detail, s.Text, s.Mark, s.More)
	}
	return strings.Join(parts, "\x00")
}
