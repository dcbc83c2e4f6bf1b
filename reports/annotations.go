package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// annotationLimit is how many errors of a step GitHub shows.
const annotationLimit = 10

// Annotations writes GitHub's workflow commands that show errors beside a run: for each case that gates (without a gate, which
// may be nil: each that fails), each entry of the baseline that is out of date, and for what could not be tested. Cases that
// are alike share one. If there are more than GitHub shows, those come first that are about different peers and requirements,
// and the last line says how many are left out.
func Annotations(w io.Writer, rec *record.Record, gate *record.Gate) error {
	a := &annotations{judged: judge(rec, nil, gate)}
	for i := range a.Record.Peers {
		a.peer(i)
	}
	for _, j := range a.apart() {
		if j.Change.Gates() {
			a.add(strings.TrimSpace(string(j.Change)+" "+j.Case), j.Peer, string(j.Change), place(j.Where), j.Text)
		}
	}
	if words := a.incomplete(); words != "" {
		a.add("incomplete", "", "", "", words)
	}
	return a.write(w)
}

// annotations are lines that are being collected.
type annotations struct {
	*judged
	list []annotation
}

// annotation is one line, and how many before it are about the same peer and requirement.
type annotation struct {
	about  string
	repeat int
	line   string
}

func (a *annotations) peer(i int) {
	p := &a.Record.Peers[i]
	var unasked []int
	for _, cases := range a.alike(i) {
		if p.Cases[cases[0]].Verdict == record.Error && !a.gates(i, cases[0]) {
			unasked = append(unasked, cases...)
			continue
		}
		a.failure(i, cases[0], cases[1:])
	}
	switch {
	case p.Untested != nil:
		a.add("not tested", p.Name, "", "", p.Untested.Reason)
	case len(unasked) > 0:
		a.add("error", p.Name, "", "", fmt.Sprintf("%s could not be carried out: %s", plural(int64(len(unasked)), "case"), summary(&p.Cases[unasked[0]])))
	}
}

// failure adds a case, and names those that are like it.
func (a *annotations) failure(i, k int, like []int) {
	p := &a.Record.Peers[i]
	c := &p.Cases[k]
	words := []string{c.Title + ": " + summary(c) + "."}
	where := ""
	if j := a.of(i, k); j != nil {
		if j.Change != record.New {
			words = append(words, judgementWords(j)+".")
		}
		where = place(j.Where)
	}
	if clause := lookUp(failureType(c)); clause.Place != "" {
		words = append(words, clause.Place+".")
	}
	if len(like) > 0 {
		words = append(words, fmt.Sprintf("Likewise %s: %s.", plural(int64(len(like)), "case"), cut(a.ids(i, like), likewiseLength)))
	}
	if command := again(p, c.ID); command != "" {
		words = append(words, "Again: "+command)
	}
	a.add(c.ID, p.Name, failureType(c), where, strings.Join(words, " "))
}

// likewiseLength bounds the list of cases that are like another one.
const likewiseLength = 200

// add adds an annotation. Broken tells it from others about the same peer; where is a property of the command, or "".
func (a *annotations) add(what, peer, broken, where, words string) {
	title := "wsspec " + what
	if peer != "" {
		title += " (" + peer + ")"
	}
	next := annotation{about: peer + "\x00" + broken, line: "::error " + where + "title=" + escapeProperty(title) + "::" + escapeData(words)}
	for _, other := range a.list {
		if other.about == next.about {
			next.repeat++
		}
	}
	a.list = append(a.list, next)
}

// place turns FILE:LINE into properties, "" into none.
func place(where string) string {
	i := strings.LastIndexByte(where, ':')
	if i < 0 {
		return ""
	}
	return "file=" + escapeProperty(where[:i]) + ",line=" + escapeProperty(where[i+1:]) + ","
}

func (a *annotations) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	slices.SortStableFunc(a.list, func(a, b annotation) int { return cmp.Compare(a.repeat, b.repeat) })
	for _, annotation := range a.list[:min(len(a.list), annotationLimit)] {
		fmt.Fprintln(out, annotation.line)
	}
	if more := len(a.list) - annotationLimit; more > 0 {
		fmt.Fprintf(out, "::notice title=wsspec::and %s: see the summary or the report\n", plural(int64(more), "more error"))
	}
	return out.Flush()
}

// The characters that would end a workflow command, or a property of it.
var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func escapeData(s string) string     { return dataEscapes.Replace(s) }
func escapeProperty(s string) string { return propertyEscapes.Replace(s) }
