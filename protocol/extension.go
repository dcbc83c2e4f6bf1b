package protocol

import (
	"errors"
	"fmt"
	"strings"
)

// Extension is one element of Sec-WebSocket-Extensions (RFC 6455, section 9.1): an offer in a request, an acceptance in a
// response.
type Extension struct {
	Name   string
	Params []Param
}

// Param is a parameter of an extension. `a` has no value, `a=1` and `a="1"` have the same one.
type Param struct {
	Name     string
	Value    string // without quotes and escapes
	HasValue bool
	Quoted   bool // the value is written as a quoted string
}

// ParseExtensions reads the values of all Sec-WebSocket-Extensions fields of a head, which stand for one list (RFC 6455,
// section 9.1). No values are no extensions. The error is an *Error with the rule ExtensionGrammar.
func ParseExtensions(values ...string) ([]Extension, error) {
	extensions, _, err := parseExtensions(values)
	if err != nil {
		return nil, &Error{Rule: ExtensionGrammar, Frame: -1, Detail: err.Error()}
	}
	return extensions, nil
}

// parseExtensions also returns the index of the value that is wrong.
func parseExtensions(values []string) (extensions []Extension, nth int, err error) {
	for i, value := range values {
		s := scanner{value}
		if extensions, err = s.extensions(extensions); err != nil {
			return nil, i, fmt.Errorf("byte %d of %s: %w", len(value)-len(s.rest), excerpt(value), err)
		}
	}
	if len(values) > 0 && extensions == nil {
		return nil, 0, errors.New("the list is empty")
	}
	return extensions, 0, nil
}

// extensions appends the elements of a list: extension-list = 1#extension.
func (s *scanner) extensions(list []Extension) ([]Extension, error) {
	for s.skipSpace() {
		if s.accept(',') {
			continue
		}
		e, err := s.extension()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		if s.skipSpace() && !s.accept(',') {
			return nil, errors.New(`expected "," or ";"`)
		}
	}
	return list, nil
}

// extension = extension-token *( ";" extension-param )
func (s *scanner) extension() (e Extension, err error) {
	if e.Name = s.token(); e.Name == "" {
		return e, errors.New("expected the name of an extension")
	}
	for s.accept(';') {
		p, err := s.param()
		if err != nil {
			return e, err
		}
		e.Params = append(e.Params, p)
	}
	return e, nil
}

// extension-param = token [ "=" (token | quoted-string) ]
func (s *scanner) param() (p Param, err error) {
	if p.Name = s.token(); p.Name == "" {
		return p, errors.New("expected the name of a parameter")
	}
	if p.HasValue = s.accept('='); !p.HasValue {
		return p, nil
	}
	if p.Quoted = s.accept('"'); p.Quoted {
		p.Value, err = s.quotedToken()
		return p, err
	}
	if p.Value = s.token(); p.Value == "" {
		return p, errors.New("expected the value of a parameter")
	}
	return p, nil
}

// "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST conform to the 'token' ABNF"
// (RFC 6455, section 9.1).
func (s *scanner) quotedToken() (string, error) {
	value, closed := s.quoted()
	if !closed {
		return "", errors.New("quoted string without an end")
	}
	if !isToken(value) {
		return "", fmt.Errorf("the quoted value %s is not a token", excerpt(value))
	}
	return value, nil
}

// AppendExtensions appends the value of a Sec-WebSocket-Extensions field. What breaks the grammar is written as it is.
func AppendExtensions(dst []byte, extensions []Extension) []byte {
	for i, e := range extensions {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = e.append(dst)
	}
	return dst
}

// String gives the extension as it stands in a header field, such as "permessage-deflate; client_max_window_bits=10".
func (e Extension) String() string { return string(e.append(nil)) }

func (e Extension) append(dst []byte) []byte {
	dst = append(dst, e.Name...)
	for _, p := range e.Params {
		dst = append(dst, "; "...)
		dst = append(dst, p.String()...)
	}
	return dst
}

var quotedEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// String gives the parameter as it stands in a header field, such as `a`, `a=1` or `a="1"`.
func (p Param) String() string {
	switch {
	case !p.HasValue:
		return p.Name
	case p.Quoted:
		return p.Name + `="` + quotedEscapes.Replace(p.Value) + `"`
	}
	return p.Name + "=" + p.Value
}
