package protocol

import "slices"

// The header fields of the opening handshake (RFC 6455, section 11.3).
const (
	fieldHost        = "Host"
	fieldUpgrade     = "Upgrade"
	fieldConnection  = "Connection"
	fieldOrigin      = "Origin"
	fieldKey         = "Sec-WebSocket-Key"
	fieldAccept      = "Sec-WebSocket-Accept"
	fieldVersion     = "Sec-WebSocket-Version"
	fieldSubprotocol = "Sec-WebSocket-Protocol"
	fieldExtensions  = "Sec-WebSocket-Extensions"

	fieldContentLength = "Content-Length" // RFC 9110, section 8.6
)

// Field is one header field line.
type Field struct {
	Name  string // as sent, in any case
	Value string // without the whitespace around it
}

// Fields are the header fields of a head, in the order in which they were sent. Names are compared without regard to ASCII
// case (RFC 6455, section 4.1).
type Fields []Field

// Get returns the value of the first field of that name, or "" if there is none.
func (f Fields) Get(name string) string {
	for _, field := range f {
		if equalFold(field.Name, name) {
			return field.Value
		}
	}
	return ""
}

// Values returns the values of all fields of that name, in order.
func (f Fields) Values(name string) []string {
	var values []string
	for _, field := range f {
		if equalFold(field.Name, name) {
			values = append(values, field.Value)
		}
	}
	return values
}

// Has tells whether there is a field of that name, be it empty.
func (f Fields) Has(name string) bool { return f.line(name, 0) <= len(f) }

// Add appends a field. Nothing is checked.
func (f *Fields) Add(name, value string) { *f = append(*f, Field{name, value}) }

// Set replaces the fields of that name by one, which takes the place of the first, or the last place if there was none.
func (f *Fields) Set(name, value string) {
	at := f.line(name, 0) - 1
	f.Del(name)
	*f = slices.Insert(*f, at, Field{name, value})
}

// Del removes all fields of that name. Like Set, it leaves other slices of the same fields alone.
func (f *Fields) Del(name string) {
	*f = slices.DeleteFunc(slices.Clone(*f), func(field Field) bool { return equalFold(field.Name, name) })
}

// line returns the number of the line, within the head, of the nth field of that name, from 0. Line 0 is the start line.
// The absence of a field is proved by the line after the last field, where the head ends.
func (f Fields) line(name string, nth int) int {
	for i, field := range f {
		if equalFold(field.Name, name) {
			if nth == 0 {
				return i + 1
			}
			nth--
		}
	}
	return len(f) + 1
}

// append writes the field lines and the empty line that ends the head.
func (f Fields) append(dst []byte) []byte {
	for _, field := range f {
		dst = append(dst, field.Name...)
		dst = append(dst, ": "...)
		dst = append(dst, field.Value...)
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// fault says what is wrong with the form of a field (RFC 9110, sections 5.1 and 5.5), or "".
func (f Field) fault() string {
	if !isToken(f.Name) {
		return "field name " + excerpt(f.Name) + " is not a token"
	}
	if i := textFault(f.Value); i >= 0 {
		return "control character " + excerpt(f.Value[i:i+1]) + " in field " + f.Name
	}
	return ""
}

// fault says what is wrong with the form of the first bad field, or "".
func (f Fields) fault() string {
	for _, field := range f {
		if detail := field.fault(); detail != "" {
			return detail
		}
	}
	return ""
}
