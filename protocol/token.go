package protocol

import (
	"errors"
	"fmt"
	"iter"
	"strings"
)

// isTokenByte tells whether c may stand in a token (RFC 2616, section 2.2; the same set as tchar in RFC 9110, section 5.6.2).
func isTokenByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// isToken tells whether s is a token: one or more token characters.
func isToken(s string) bool { return s != "" && tokenPrefix(s) == len(s) }

// tokenPrefix returns the length of the token at the start of s.
func tokenPrefix(s string) int {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return i
		}
	}
	return len(s)
}

// textFault returns the index of the first byte that may not stand in a field value or a reason phrase (RFC 9110, section
// 5.5): a control character other than a tab. It is -1 if there is none.
func textFault(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7F {
			return i
		}
	}
	return -1
}

// trimSpace removes optional whitespace (OWS of RFC 9110, section 5.6.3) from both ends.
func trimSpace(s string) string { return strings.Trim(s, " \t") }

// equalFold compares ASCII case-insensitively (RFC 6455, section 2.1). strings.EqualFold would also match U+017F with "s"
// and U+212A with "k".
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// elements yields the elements of a comma-separated list that may be spread over several field lines. Empty elements do not
// count (RFC 2616, section 2.1). The elements must not hold quoted strings.
func elements(values []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, value := range values {
			for element := range strings.SplitSeq(value, ",") {
				if element = trimSpace(element); element != "" && !yield(element) {
					return
				}
			}
		}
	}
}

// tokenList reads 1#token: a list of at least one token.
func tokenList(values []string) ([]string, error) {
	var tokens []string
	for element := range elements(values) {
		if !isToken(element) {
			return nil, fmt.Errorf("%s is not a token", excerpt(element))
		}
		tokens = append(tokens, element)
	}
	if tokens == nil {
		return nil, errors.New("the list is empty")
	}
	return tokens, nil
}

// scanner reads tokens, quoted strings and separators off the front of a field value. Whitespace may surround all of them,
// by the "implied *LWS rule" (RFC 2616, section 2.1).
type scanner struct{ rest string }

// skipSpace drops whitespace and tells whether there is anything left.
func (s *scanner) skipSpace() bool {
	s.rest = strings.TrimLeft(s.rest, " \t")
	return s.rest != ""
}

// accept consumes c, and whitespace before it, if it comes next.
func (s *scanner) accept(c byte) bool {
	if !s.skipSpace() || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// token consumes the token that comes next. It is empty if there is none.
func (s *scanner) token() string {
	s.skipSpace()
	n := tokenPrefix(s.rest)
	token := s.rest[:n]
	s.rest = s.rest[n:]
	return token
}

// quoted consumes the rest of a quoted string whose opening quote is consumed, and returns it without its escapes. It tells
// whether there was a closing quote.
func (s *scanner) quoted() (string, bool) {
	var text strings.Builder
	for i := 0; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '"':
			s.rest = s.rest[i+1:]
			return text.String(), true
		case '\\':
			if i++; i == len(s.rest) {
				return "", false
			}
		}
		text.WriteByte(s.rest[i])
	}
	return "", false
}
