package record

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Read reads a record: a file, or the results.json of a directory.
func Read(name string) (*Record, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the record %s: %w", name, reason(err))
	}
	if info.IsDir() {
		dir := name
		name = filepath.Join(dir, resultsName)
		if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("the directory %s holds no %s: name a directory that wsspec wrote, or the file itself", dir, resultsName)
		}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the record %s: %w", name, reason(err))
	}
	return Parse(name, data)
}

// Parse reads a record from its JSON form. Errors call it by name.
func Parse(name string, data []byte) (*Record, error) {
	var version struct {
		Schema *int `json:"schema"`
	}
	var rec Record
	switch err := json.Unmarshal(data, &version); {
	case isSyntax(err):
		return nil, malformed(name, data, err)
	case err != nil, version.Schema == nil, *version.Schema < 1:
		return nil, fmt.Errorf("%s is not a record of wsspec: it is JSON, but has no schema number", name)
	case *version.Schema > SchemaVersion:
		return nil, fmt.Errorf("%s was written by a newer wsspec (schema %d, this one knows %d): update wsspec",
			name, *version.Schema, SchemaVersion)
	}
	if err := json.Unmarshal(data, &rec); err != nil {
		return nil, malformed(name, data, err)
	}
	if err := rec.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &rec, nil
}

func isSyntax(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax)
}

// resembles tells whether data begins as records do, though it may be cut off or damaged further on.
func resembles(data []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(data))
	var start [4]json.Token
	for i := range start {
		start[i], _ = dec.Token()
	}
	_, numbered := start[2].(float64)
	return start[0] == json.Delim('{') && start[1] == "schema" && numbered && start[3] == "tool"
}

// check finds what JSON cannot know: words that mean nothing here.
func (r *Record) check() error {
	if r.Shard != nil {
		if err := r.Shard.check(); err != nil {
			return err
		}
	}
	for _, p := range r.Peers {
		for _, c := range p.Cases {
			if !c.Verdict.Known() {
				return fmt.Errorf("case %.40q of peer %.80q has the verdict %.40q, which is none of %v", c.ID, p.Name, c.Verdict, Verdicts)
			}
			if !c.Close.Known() {
				return fmt.Errorf("case %.40q of peer %.80q has the close verdict %.40q, which is none of %v", c.ID, p.Name, c.Close, CloseVerdicts)
			}
		}
	}
	return nil
}

// Malformed says where in the JSON of a file its parser found a mistake, and shows the place.
func Malformed(name string, data []byte, err error) error { return malformed(name, data, err) }

// Misplaced says that something in a file is wrong though its JSON is right, and shows the place: the byte at offset.
func Misplaced(name string, data []byte, offset int, problem string) error {
	line, column, excerpt := locate(data, min(max(offset, 0), len(data)))
	return fmt.Errorf("%s:%d:%d: %s, near %s", name, line, column, problem, excerpt)
}

// malformed says where in the file the JSON goes wrong, and shows the place.
func malformed(name string, data []byte, err error) error {
	offset := len(data)
	problem := err.Error()
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	var stamp *time.ParseError
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return fmt.Errorf("%s is empty", name)
	case errors.As(err, &syntax):
		// The offset counts the offending byte; at the end of input there is none.
		offset = int(syntax.Offset) - 1
		if strings.HasPrefix(problem, "unexpected end") {
			offset = len(data)
			problem = "the file ends in the middle of the document"
		}
	case errors.As(err, &wrong):
		offset = int(wrong.Offset)
		problem = fmt.Sprintf("%s is a %s, which does not belong there", cmp.Or(wrong.Field, "the document"), wrong.Value)
	case errors.As(err, &stamp):
		offset = max(bytes.Index(data, []byte(stamp.Value)), 0)
		problem = "a time that is not of the form 2026-11-23T10:00:00Z"
	}
	return Misplaced(name, data, offset, problem)
}

// excerptLength is how many bytes before and after a mistake are shown.
const excerptLength = 30

// locate returns the line and the column (in characters) of a byte, both from 1, and the text around it, quoted.
func locate(data []byte, offset int) (line, column int, excerpt string) {
	line = 1 + bytes.Count(data[:offset], []byte("\n"))
	start := 1 + bytes.LastIndexByte(data[:offset], '\n')
	stop := len(data)
	if n := bytes.IndexByte(data[offset:], '\n'); n >= 0 {
		stop = offset + n
	}
	column = 1 + utf8.RuneCount(data[start:offset])
	from, to := max(start, offset-excerptLength), min(stop, offset+excerptLength)
	return line, column, strconv.QuoteToGraphic(string(data[from:to]))
}
