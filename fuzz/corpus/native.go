package corpus

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// The first line of a file of the native engine, with the version of the encoding.
const (
	encoding = "go test fuzz "
	version  = encoding + "v1"
)

// SyntaxError says what is wrong with a file of the native engine, and in which line, from 1.
type SyntaxError struct {
	Line int
	Text string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// AppendNative writes an input as the native engine does, and appends it to dst.
func AppendNative(dst, input []byte) []byte {
	return fmt.Appendf(dst, version+"\n[]byte(%q)\n", input)
}

// ParseNative reads a file of the native engine, for a target that takes one []byte. The error is a *SyntaxError.
func ParseNative(file []byte) (input []byte, err error) {
	lines := strings.Split(string(file), "\n")
	if err := checkVersion(strings.TrimSuffix(lines[0], "\r")); err != nil {
		return nil, err
	}
	found := false
	for i, line := range lines[1:] {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if found {
			return nil, &SyntaxError{i + 2, "a second value, where the targets take one"}
		}
		if input, err = parseValue(line); err != nil {
			return nil, &SyntaxError{i + 2, err.Error()}
		}
		found = true
	}
	if !found {
		return nil, &SyntaxError{len(lines), `the file ends without a value, such as []byte("\x81\x00")`}
	}
	return input, nil
}

func checkVersion(line string) error {
	switch {
	case line == version:
		return nil
	case line == "":
		return &SyntaxError{1, fmt.Sprintf("no %q; the file is empty, or not one of the native engine", version)}
	case strings.HasPrefix(line, encoding):
		return &SyntaxError{1, fmt.Sprintf("encoding %q is newer than %q, the newest that is known here", abbreviate(line), version)}
	}
	return &SyntaxError{1, fmt.Sprintf("got %q, want %q; a file that holds the input as it is has the format raw", abbreviate(line), version)}
}

// parseValue reads []byte("...").
func parseValue(line string) ([]byte, error) {
	literal, ok := strings.CutPrefix(line, "[]byte(")
	if ok {
		literal, ok = strings.CutSuffix(literal, ")")
	}
	if !ok {
		return nil, fmt.Errorf(`got %q, want []byte("...")`, abbreviate(line))
	}
	literal = strings.TrimSpace(literal)
	text, err := strconv.Unquote(literal)
	if err != nil || literal[0] == '\'' {
		return nil, fmt.Errorf("%q is no string literal of Go", abbreviate(literal))
	}
	return []byte(text), nil
}

// abbreviate shortens a text for a message.
func abbreviate(s string) string {
	const most = 60
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// looksNative tells whether a file says that it is one of the native engine.
func looksNative(file []byte) bool { return bytes.HasPrefix(file, []byte(encoding)) }
