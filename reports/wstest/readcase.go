package wstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// read reads the file of a case, and sees to it that it is about that case. Errors that are no os.ErrNotExist name the file.
func (f caseFile) read() (*record.Account, error) {
	name := filepath.Join(f.dir, f.name)
	data, err := readIn(f.dir, f.name, caseLimit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var told struct {
		Agent string `json:"agent"`
		ID    string `json:"id"`
		record.Account
		Started json.RawMessage `json:"started"`
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(data, &told); {
	case errors.As(err, &wrong) && err != error(wrong): // in a row, whose reader knows no place in the file
		return nil, fmt.Errorf("%s: %w", name, err)
	case err != nil:
		return nil, record.Malformed(name, data, err)
	}
	if told.ID != f.id || told.Agent != f.agent {
		return nil, fmt.Errorf("%s is about case %.40q of %.80q", name, told.ID, told.Agent)
	}
	told.Account.Started = moment(told.Started)
	return &told.Account, nil
}

// moment is the time that a value tells, the zero time if it tells none: nothing that matters hangs on it.
func moment(value json.RawMessage) (t time.Time) {
	if json.Unmarshal(value, &t) != nil {
		return time.Time{}
	}
	return t
}

// version finds the version of the testsuite in the head by which it introduces itself. The versions of the testsuite and of
// its library are joined by a dash.
var version = regexp.MustCompile(`(?im)^(?:User-Agent|Server): *AutobahnTestSuite/([0-9][0-9A-Za-z.]{0,30})`)

// judgedBy names the testsuite, with its version if the head of its handshake tells it. Whoever has a head that does not tell
// it is another tool that writes the same files, such as this one.
func judgedBy(a *record.Account) string {
	head := ownHead(a)
	found := version.FindStringSubmatch(head)
	switch {
	case found != nil:
		return testsuite + " " + found[1]
	case strings.HasPrefix(head, "GET ") || strings.HasPrefix(head, "HTTP/"):
		return "another tool, by the rules of the " + testsuite
	}
	return testsuite
}

// ownHead is the head that the testsuite sent.
func ownHead(a *record.Account) string {
	if a.IsServer {
		return a.Response
	}
	return a.Request
}

// requestHead takes from a request what the URL was made of.
var requestHead = regexp.MustCompile(`(?is)^GET (/\S*) HTTP/1\.1\r?\n(?:.*?\n)?Host: *([^\s/?#@]+)\r?\n`)

// urlOf is the URL of the conversation as far as the request tells it; whether TLS was below it does not show. A client asks
// for another one in each case, so of its only the server is named.
func urlOf(a *record.Account) string {
	found := requestHead.FindStringSubmatch(a.Request)
	switch {
	case found == nil:
		return ""
	case a.IsServer:
		return "ws://" + found[2]
	}
	return "ws://" + found[2] + found[1]
}
