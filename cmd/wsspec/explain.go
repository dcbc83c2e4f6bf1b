package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// pageWidth is how wide the words about a case run, in columns.
const pageWidth = 118

// explain says all there is to say about a case.
func explain(ctx context.Context, w io.Writer, c *harness.Case) error {
	var sent []record.Entry
	if !c.Passive() {
		s, err := dryRun(ctx, c, drySeed, harness.Standard)
		if err != nil {
			return err
		}
		sent = s.entries
	}
	p := &page{w: w}
	p.printf("%s  %s\n", c.ID, c.Title)
	p.facts(c)
	p.item("why", c.Why)
	p.requirements(c)
	p.bytes(sent)
	p.item("pass", c.Pass)
	p.item("non-strict", c.NonStrict)
	p.item("also legal", c.Legal)
	p.item("fail", c.Fail)
	p.quotes(c)
	if faults := cases.ProvenBy(c.ID); len(faults) > 0 {
		p.item("proven by", fmt.Sprintf("%s: %s of the reference server, each of which makes %s fail; without them it passes",
			strings.Join(faults, ", "), counted(len(faults), "fault"), c.ID))
	}
	p.related(c)
	p.byHand(c)
	return p.err
}

// facts are the properties of a case, as many on a line as there is room for.
func (p *page) facts(c *harness.Case) {
	const indent, gap = "     ", "   "
	line := ""
	for _, fact := range properties(c) {
		if line != "" && len(indent+line+gap+fact) > pageWidth {
			p.printf("%s%s\n", indent, line)
			line = ""
		}
		if line != "" {
			line += gap
		}
		line += fact
	}
	p.printf("%s%s\n\n", indent, line)
}

func properties(c *harness.Case) []string {
	n, title := record.Chapter(c.ID)
	list := []string{fmt.Sprintf("%d %s", n, title), "server", "level " + c.Level().String()}
	if c.Passive() {
		return append(list, "watches every conversation", "alias "+strings.Join(c.Aliases, ", "))
	}
	if c.WSTest != nil {
		list = append(list, "same number in wstest")
	}
	if c.Alone {
		list = append(list, "in every profile, with less volume in quick", "runs alone, after all others")
	} else {
		list = append(list, "in every profile", "runs beside others")
	}
	return append(list, "deadline "+harness.DefaultProgress.String()+" without progress")
}

func counted(n int, thing string) string {
	if n == 1 {
		return "a " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// page is a text under way, with a margin for the names of its parts.
type page struct {
	w   io.Writer
	err error
}

func (p *page) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

const margin = 12

// item is a part with a name; one without words is left out.
func (p *page) item(name, words string) {
	if words == "" {
		return
	}
	for i, line := range wrap(words, pageWidth-margin) {
		if i > 0 {
			name = ""
		}
		p.printf("%-*s%s\n", margin, name, line)
	}
}

// related are the cases that ask something similar, and what they ask.
func (p *page) related(c *harness.Case) {
	name := "see also"
	for _, id := range c.See {
		title := ""
		if other := cases.Find(id); other != nil {
			title = other.Title
		}
		p.item(name, fmt.Sprintf("%-7s %s", id, title))
		name = ""
	}
}

// byHand are commands to go on with.
func (p *page) byHand(c *harness.Case) {
	p.item("by hand", "wsspec test URL --cases "+c.ID+" --trace")
	if !c.Passive() {
		p.printf("%-*swsspec cases %s --bytes --as %s\n", margin, "", c.ID, strings.Join(formNames(), "|"))
	}
}

// requirements are what the case checks.
func (p *page) requirements(c *harness.Case) {
	for i, id := range c.Checks {
		name := ""
		if i == 0 {
			name = "checks"
		}
		r, _ := requirement.Get(id)
		p.printf("%-*s%-18s %-7s %s\n", margin, name, id, r.Level, r.Statement)
	}
	if !c.Passive() {
		p.printf("%-*sand, as in every conversation, what chapter 0 watches\n", margin, "")
	}
}

// bytes shows what is sent.
func (p *page) bytes(sent []record.Entry) {
	left := len(sent) - shownFirst - shownLast
	for i, e := range sent {
		name := ""
		if i == 0 {
			name = "sends"
		}
		switch {
		case i < shownFirst || i >= shownFirst+left:
			p.printf("%-*s%-46s  %s\n", margin, name, wire(e), frameWords(e))
		case i == shownFirst:
			p.printf("%-*s... and %d more\n", margin, name, left)
		}
	}
}

// How many frames of a long conversation are shown, of its beginning and of its end.
const (
	shownFirst = 8
	shownLast  = 4
)

// wire is what a frame is on the wire: its header in hexadecimal, with <key> in place of the masking key, and its payload.
func wire(e record.Entry) string {
	if e.Kind != record.KindFrame {
		return ""
	}
	head := e.Hex
	if i := strings.Index(head, e.Key); e.Key != "" && i > 0 {
		head = head[:i]
	}
	head = head[:min(len(head), 20)]
	var b strings.Builder
	for i := 0; i+2 <= len(head); i += 2 {
		b.WriteString(head[i:i+2] + " ")
	}
	if e.Masked {
		b.WriteString("<key> ")
	}
	switch {
	case e.Length == 0:
	case len(e.Text) <= wireText && strings.HasPrefix(e.Text, `"`):
		b.WriteString(e.Text)
	default:
		b.WriteString("<payload>")
	}
	return strings.TrimSpace(b.String())
}

// wireText is how long a text may be to stand among the bytes.
const wireText = 22

func frameWords(e record.Entry) string {
	if e.Kind != record.KindFrame {
		return fmt.Sprintf("%d bytes, %s", e.Length, e.Text)
	}
	words := e.OpcodeName
	if e.FIN {
		words += ", FIN"
	} else if !protocol.Opcode(e.Opcode).Control() {
		words += ", more to come"
	}
	for i, bit := range []byte{4, 2, 1} {
		if e.RSV&bit != 0 {
			words += fmt.Sprintf(", RSV%d", i+1)
		}
	}
	words += fmt.Sprintf(", %d bytes", e.Length)
	if e.Text != "" && !strings.HasSuffix(wire(e), e.Text) {
		words += "  " + e.Text
	}
	if e.Mark == record.MarkFault {
		words += "  (the fault)"
	}
	return words
}

// quotes are the sentences of the RFC behind the case.
func (p *page) quotes(c *harness.Case) {
	p.printf("\n")
	for _, id := range c.Checks {
		if r, ok := requirement.Get(id); ok && r.Quote != "" {
			p.item(strings.TrimPrefix(r.RFC, "RFC")+" "+r.Section, "\""+r.Quote+"\"")
		}
	}
	p.printf("\n")
}

// wrap breaks words into lines of up to width columns.
func wrap(words string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(words) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
