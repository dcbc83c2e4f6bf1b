package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// pageWidth is how wide the words about a case run, in columns.
const pageWidth = 118

// explain says all there is to say about a case.
func explain(ctx context.Context, w io.Writer, c *harness.Case) error {
	sent, err := dryRun(ctx, c)
	if err != nil {
		return err
	}
	p := &page{w: w}
	p.printf("%s  %s\n", c.ID, c.Title)
	p.printf("     %s\n\n", facts(c))
	p.item("why", c.Why)
	p.requirements(c)
	p.bytes(sent)
	p.item("pass", c.Pass)
	p.item("non-strict", c.NonStrict)
	p.item("also legal", c.Legal)
	p.item("fail", c.Fail)
	p.quotes(c)
	if faults := cases.ProvenBy(c.ID); len(faults) > 0 {
		p.item("proven by", "these faults of the reference server make it fail, and without them it passes: "+strings.Join(faults, ", "))
	}
	p.item("see also", strings.Join(c.See, ", "))
	p.item("by hand", "wsspec test URL --cases "+c.ID+" --trace")
	return p.err
}

// facts are the properties of a case on one line.
func facts(c *harness.Case) string {
	n, title := record.Chapter(c.ID)
	list := []string{fmt.Sprintf("%d %s", n, title), "server", "level " + c.Level().String()}
	switch {
	case c.Passive():
		list = append(list, "watches every conversation", "alias "+strings.Join(c.Aliases, ", "))
	default:
		list = append(list, "same number in wstest", "runs beside others", "deadline "+harness.DefaultProgress.String())
	}
	return strings.Join(list, "   ")
}

// dryRun has the conversation of a case with the reference server, in memory, and returns what was sent.
func dryRun(ctx context.Context, c *harness.Case) ([]record.Entry, error) {
	if c.Passive() {
		return nil, nil
	}
	u, err := protocol.ParseURL("ws://reference.invalid/")
	if err != nil {
		return nil, err
	}
	var sent []record.Entry
	r := &harness.Runner{
		Target: harness.Target{URL: u, Dial: reference.Dialer(nil)}, Cases: []*harness.Case{c},
		Timeout: harness.DefaultProgress, Seed: "dry run",
		Result: func(_ record.Case, t *record.Transcript) {
			for _, e := range t.Entries {
				if e.Side == record.SideSent && e.Kind != record.KindHead {
					sent = append(sent, e)
				}
			}
		},
	}
	return sent, r.Run(ctx, harness.Probe{Connections: 1})
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

func (p *page) requirements(c *harness.Case) {
	for i, id := range c.Checks {
		name := ""
		if i == 0 {
			name = "checks"
		}
		r, _ := requirement.Get(id)
		p.printf("%-*s%-18s %-7s %s\n", margin, name, id, r.Level, r.Statement)
	}
}

// bytes shows what is sent.
func (p *page) bytes(sent []record.Entry) {
	for i, e := range sent {
		name := ""
		if i == 0 {
			name = "sends"
		}
		if i == maxShown {
			p.printf("%-*s... and %d more\n", margin, name, len(sent)-maxShown)
			return
		}
		p.printf("%-*s%-46s  %s\n", margin, name, wire(e), frameWords(e))
	}
}

// maxShown is how many frames of a conversation are shown.
const maxShown = 16

// wire is the header of a frame and the start of its payload in hexadecimal, with <key> in place of the masking key.
func wire(e record.Entry) string {
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
	if e.Length > 0 {
		b.WriteString("<payload>")
	}
	return strings.TrimSpace(b.String())
}

func frameWords(e record.Entry) string {
	if e.Kind != record.KindFrame {
		return fmt.Sprintf("%d bytes, %s", e.Length, e.Text)
	}
	words := e.OpcodeName
	if e.FIN {
		words += ", FIN"
	}
	for i, bit := range []byte{4, 2, 1} {
		if e.RSV&bit != 0 {
			words += fmt.Sprintf(", RSV%d", i+1)
		}
	}
	words += fmt.Sprintf(", %d bytes", e.Length)
	if e.Text != "" {
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
