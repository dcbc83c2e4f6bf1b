package protocol

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// headReader reads the head of an HTTP/1.1 message (RFC 9112, section 2.1) that comes in pieces of any size. It looks at each
// byte once, and at each line as soon as it is there.
type headReader struct {
	faultLog
	syntax Rule // what a malformed line breaks: RequestSyntax or ResponseSyntax
	limits Limits
	// start takes the start line. It says what is wrong with it, and whether there is a way to go on.
	start func(line string) (detail string, readable bool)

	buf      []byte  // what was fed, from the first byte of the head
	line     int     // start of the line that is read now
	scanned  int     // bytes in which no further end of a line is found
	lines    []int64 // where the start line, each of fields, and the end of the head begin
	strays   int64   // tolerated lines that are no field of their own
	fields   Fields
	complete bool
}

// feed appends a copy of p.
func (h *headReader) feed(p []byte) { h.buf = append(h.buf, p...) }

// rest returns what follows the head, once it is complete.
func (h *headReader) rest() []byte {
	if !h.complete {
		return nil
	}
	return h.buf[h.line:]
}

// restart begins with the next head, in what follows the present one.
func (h *headReader) restart() {
	h.buf = h.rest()
	h.line, h.scanned, h.lines, h.strays, h.fields, h.complete = 0, 0, nil, 0, nil, false
}

// next returns nil when the head is complete, else ErrNeedMore, an *Error or a *LimitError.
func (h *headReader) next() error {
	for !h.complete {
		at := int64(h.line)
		line, err := h.nextLine()
		if err != nil {
			return err
		}
		if err := h.take(line, at); err != nil {
			return err
		}
	}
	return nil
}

// nextLine returns the next line without its end.
func (h *headReader) nextLine() (string, error) {
	end := bytes.IndexByte(h.buf[h.scanned:], '\n')
	if end < 0 {
		h.scanned = len(h.buf)
		if int64(h.scanned) > h.limits.Head {
			return "", h.tooLong()
		}
		return "", ErrNeedMore
	}
	end += h.scanned
	if int64(end) >= h.limits.Head {
		return "", h.tooLong()
	}
	line, hasCR := bytes.CutSuffix(h.buf[h.line:end], []byte("\r"))
	h.line, h.scanned = end+1, end+1
	if !hasCR {
		return string(line), h.note(h.syntax, int64(end), "a line that ends in LF without CR")
	}
	return string(line), nil
}

func (h *headReader) tooLong() error { return &LimitError{What: "head", Limit: h.limits.Head} }

// take sorts out what kind of line it is.
func (h *headReader) take(line string, at int64) error {
	switch {
	case len(h.lines) == 0:
		return h.takeStart(line, at)
	case line == "":
		h.lines = append(h.lines, at)
		h.complete = true
		return nil
	case int64(len(h.fields))+h.strays >= h.limits.Fields:
		return &LimitError{What: "fields", Limit: h.limits.Fields}
	case line[0] == ' ' || line[0] == '\t':
		return h.takeFold(line, at)
	}
	return h.takeField(line, at)
}

func (h *headReader) takeStart(line string, at int64) error {
	if line == "" {
		return h.note(h.syntax, at, "an empty line before the head")
	}
	h.lines = append(h.lines, at)
	if err := h.checkText(line, at); err != nil {
		return err
	}
	detail, readable := h.start(line)
	if !readable {
		return &Error{Rule: h.syntax, Offset: at, Frame: -1, Detail: detail}
	}
	if detail != "" {
		return h.note(h.syntax, at, detail)
	}
	return nil
}

// takeFold takes a line that continues a field: obs-fold, which a server must refuse or replace by spaces (RFC 9112, section
// 5.2).
func (h *headReader) takeFold(line string, at int64) error {
	if err := h.note(h.syntax, at, "a line that continues the one before it"); err != nil {
		return err
	}
	h.strays++
	if last := len(h.fields) - 1; last >= 0 {
		h.fields[last].Value = trimSpace(h.fields[last].Value + " " + trimSpace(line))
	}
	return h.checkText(line, at)
}

// takeField takes "field-line = field-name ":" OWS field-value OWS" (RFC 9112, section 5).
func (h *headReader) takeField(line string, at int64) error {
	name, value, colon := strings.Cut(line, ":")
	if !colon {
		h.strays++
		return h.note(h.syntax, at, "a line without a colon: "+excerpt(line))
	}
	if bare := strings.TrimRight(name, " \t"); bare != name {
		if err := h.note(h.syntax, at+int64(len(bare)), "whitespace before the colon of "+excerpt(bare)); err != nil {
			return err
		}
		name = bare
	}
	if !isToken(name) {
		if err := h.note(h.syntax, at, "field name "+excerpt(name)+" is not a token"); err != nil {
			return err
		}
	}
	h.lines = append(h.lines, at)
	h.fields.Add(name, trimSpace(value))
	return h.checkText(value, at+int64(len(line)-len(value)))
}

// checkText refuses control characters.
func (h *headReader) checkText(s string, at int64) error {
	if i := textFault(s); i >= 0 {
		return h.note(h.syntax, at+int64(i), "control character "+excerpt(s[i:i+1]))
	}
	return nil
}

// judge notes a fault that was found in the meaning of the head.
func (h *headReader) judge(f *fault) error { return h.note(f.rule, h.lines[f.line], f.detail) }

// fault is a rule that a head breaks.
type fault struct {
	rule   Rule
	line   int // of the head: 0 is the start line, then come the fields, then its end
	detail string
}

// err is the fault of a head of which there are no bytes.
func (f *fault) err() error { return &Error{Rule: f.rule, Frame: -1, Detail: f.detail} }

// faultLog decides whether a broken rule is an error or only noted.
type faultLog struct {
	tolerate RuleSet
	faults   []*Error
}

// note returns the fault as an error, unless its rule is tolerated.
func (l *faultLog) note(rule Rule, offset int64, detail string) error {
	e := &Error{Rule: rule, Offset: offset, Frame: -1, Detail: detail}
	if !l.tolerate.Has(rule) {
		return e
	}
	l.faults = append(l.faults, e)
	return nil
}

// broken returns the rules of the faults that were tolerated.
func (l *faultLog) broken() (s RuleSet) {
	for _, e := range l.faults {
		s.Add(e.Rule)
	}
	return s
}

// versionFault says what is wrong with the form of an HTTP-version (RFC 9112, section 2.3), or "".
func versionFault(version string) string {
	digit := func(i int) bool { return '0' <= version[i] && version[i] <= '9' }
	switch {
	case version == "":
		return "no HTTP version"
	case len(version) != 8 || version[:5] != "HTTP/" || !digit(5) || version[6] != '.' || !digit(7):
		return excerpt(version) + " is not an HTTP version"
	case version[5] > '1':
		return fmt.Sprintf("a head of this form belongs to HTTP/1.1, not to %s", version)
	}
	return ""
}

// olderThan11 tells whether an HTTP version is below 1.1.
func olderThan11(version string) bool { return versionFault(version) == "" && version < "HTTP/1.1" }

// excerpt quotes what a peer sent, at most its first bytes.
func excerpt(s string) string {
	const most = 60
	if len(s) > most {
		return strconv.Quote(s[:most]) + "..."
	}
	return strconv.Quote(s)
}
