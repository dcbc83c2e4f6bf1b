package wstest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// casePage is what the page of a case shows. All text in it is visible already.
type casePage struct {
	frame
	word
	ID, Anchor, Title, Agent, Date string
	Index, JSON                    string // files
	Description, Expectation       string
	Behavior, Result               string
	BehaviorClose, ResultClose     string
	CloseClass                     string
	Duration                       int
	Verdict                        string // ours, "" if it is the testsuite's
	Findings                       []record.Finding
	Events                         []eventsView
	Request, Response              string
	Ending                         []endedView
	Statistics                     []statistic
	Log                            []logView
}

// eventsView is what was to be received for an outcome, or what was received.
type eventsView struct {
	Name string
	List []string
}

type endedView struct {
	Name, Value, Words string
}

// statistic is a table of how often something was seen.
type statistic struct {
	Title, Key string
	Octets     bool // the keys are lengths
	Rows       []statisticRow
}

type statisticRow struct {
	Key           string
	Count, Octets int
}

// logView is a row of the wire log.
type logView struct {
	Number                int
	Side, What, How, Data string
}

// casePage is the page of a case.
func (w *writing) casePage(t *told) ([]byte, error) {
	a := t.account
	p := casePage{
		frame: newFrame(), word: wordOf(t.verdict.Behavior),
		ID: visible(t.record.ID), Anchor: anchor(t.record.ID), Title: visible(t.record.Title), Agent: visible(t.agent),
		Index: w.Index, JSON: t.json,
		Description: visibleLines(t.description()), Expectation: visibleLines(t.expectation()),
		Behavior: visible(t.verdict.Behavior), Result: visible(a.Result),
		BehaviorClose: visible(t.verdict.BehaviorClose), ResultClose: visible(a.ResultClose),
		Duration: a.Duration,
		Request:  visibleLines(a.Request), Response: visibleLines(a.Response),
		Events: t.events(), Statistics: statistics(a), Log: logOf(a),
	}
	_, p.CloseClass = closingWord(t.verdict)
	if t.ours {
		p.Verdict = string(t.record.Verdict)
	}
	if !a.Started.IsZero() {
		p.Date = a.Started.UTC().Format("2 January 2006, 15:04:05 UTC")
	}
	for _, f := range t.record.Findings {
		p.Findings = append(p.Findings, record.Finding{Requirement: visible(f.Requirement), Expected: visible(f.Expected), Got: visible(f.Got)})
	}
	for _, f := range t.ending() {
		p.Ending = append(p.Ending, endedView{f.Name, shownValue(f.value), f.Words})
	}
	return render("case.html", p)
}

// shownValue puts a value of a case file into words.
func shownValue(v any) string {
	switch v := v.(type) {
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case *int:
		if v != nil {
			return strconv.Itoa(*v)
		}
	case *string:
		if v != nil {
			return visible(*v)
		}
	}
	return "none"
}

// events are what was to be received, and what was.
func (t *told) events() (list []eventsView) {
	expected := t.expected()
	for _, behavior := range slices.Sorted(maps.Keys(expected)) {
		list = append(list, eventsView{"for " + visible(behavior), eventWords(expected[behavior])})
	}
	if len(expected) > 0 || len(t.account.Received) > 0 {
		list = append(list, eventsView{"in fact", eventWords(t.account.Received)})
	}
	return list
}

func eventWords(events []record.AccountEvent) (list []string) {
	for _, e := range events {
		kind := e.Kind
		switch {
		case e.Kind == record.EventTimeout:
			kind = "pause"
		case e.Kind == record.EventMessage && e.Binary:
			kind = "binary message"
		case e.Kind == record.EventMessage:
			kind = "text message"
		}
		list = append(list, visible(kind)+" "+strconv.Quote(visible(e.Text)))
	}
	return list
}

// statistics are the four tables; nil if they were not kept.
func statistics(a *record.Account) (list []statistic) {
	if !a.CreateStats {
		return nil
	}
	for _, s := range []struct {
		title  string
		octets bool
		stats  map[int]int
	}{
		{"Reads", true, a.RxOctetStats}, {"Writes", true, a.TxOctetStats},
		{"Frames got", false, a.RxFrameStats}, {"Frames sent", false, a.TxFrameStats},
	} {
		table := statistic{Title: s.title, Key: "Opcode", Octets: s.octets}
		if s.octets {
			table.Key = "Length"
		}
		for _, key := range slices.Sorted(maps.Keys(s.stats)) {
			row := statisticRow{strconv.Itoa(key), s.stats[key], key * s.stats[key]}
			if !s.octets {
				row.Key = opcode(key)
			}
			table.Rows = append(table.Rows, row)
		}
		list = append(list, table)
	}
	return list
}

func opcode(n int) string {
	if n < 0 || n > 15 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d %v", n, protocol.Opcode(n))
}

// logOf is the wire log in words.
func logOf(a *record.Account) (list []logView) {
	for i, r := range a.Wirelog {
		v := logView{Number: i, Data: visible(r.Data)}
		switch r.Kind {
		case record.RowSent, record.RowSentFrame:
			v.Side = "sent"
		case record.RowGot, record.RowGotFrame:
			v.Side = "got"
		}
		v.What, v.How = rowWords(r)
		list = append(list, v)
	}
	return list
}

// rowWords puts a row of the log into words.
func rowWords(r record.LogRow) (what, how string) {
	switch r.Kind {
	case record.RowSent:
		return "octets sent", fmt.Sprintf("%d bytes", r.Length)
	case record.RowGot:
		return "octets got", fmt.Sprintf("%d bytes", r.Length)
	case record.RowSentFrame:
		return "frame sent", frameWords(r)
	case record.RowGotFrame:
		return "frame got", frameWords(r)
	case record.RowWait:
		return "pause begins", fmt.Sprintf("%v s%s", r.Delay, tagged(r.Tag))
	case record.RowWaited:
		return "pause over", tagged(r.Tag)
	case record.RowKill:
		return "limit", fmt.Sprintf("the connection is failed after %v s", r.Delay)
	case record.RowKilled:
		return "time is up", "the connection is failed"
	case record.RowClose:
		return "limit", fmt.Sprintf("the connection is closed after %v s", r.Delay)
	case record.RowClosed:
		return "time is up", "the connection is closed"
	case record.RowSwitch:
		return "log", map[bool]string{true: "goes on", false: "pauses"}[r.On]
	}
	return visible(r.Kind), ""
}

func tagged(tag *string) string {
	if tag == nil {
		return ""
	}
	return " " + visible(*tag)
}

func frameWords(r record.LogRow) string {
	words := opcode(r.Opcode)
	if r.FIN {
		words += ", FIN"
	}
	if r.RSV != 0 {
		words += fmt.Sprintf(", RSV %d", r.RSV)
	}
	if r.Key != nil {
		words += ", key " + visible(*r.Key)
	}
	words += fmt.Sprintf(", %d bytes", r.Length)
	if r.Chop != nil {
		words += fmt.Sprintf(", in writes of %d", *r.Chop)
	}
	return words
}
