package fuzz

import (
	"fmt"

	"github.com/wsspec/wsspec/protocol"
)

// Property is a statement about package protocol that is true whatever the input.
type Property struct {
	Name string // that of its function; the native fuzz target has "Fuzz" before it
	// Check tells how the property is violated, nil if it is not. It may be called from several goroutines, and neither changes
	// data nor keeps it.
	Check func(data []byte) error
}

// Properties returns all properties.
func Properties() []Property {
	return []Property{
		{"Header", Header},
		{"Frame", Frame},
		{"Reader", Reader},
		{"UTF8", UTF8},
		{"Close", Close},
		{"Endpoint", Endpoint},
		{"Conversation", Conversation},
		{"Request", Request},
		{"Response", Response},
		{"Extensions", Extensions},
		{"Handshake", Handshake},
	}
}

// violated is the error of a property: what was observed, and what was fed.
func violated(fed []byte, format string, args ...any) error {
	return fmt.Errorf("%s\nfed %d bytes: %s", fmt.Sprintf(format, args...), len(fed), quote(fed))
}

// quote shows all of a short input and the start of a long one.
func quote(b []byte) string {
	const most = 2048
	if len(b) > most {
		return fmt.Sprintf("%q ...", b[:most])
	}
	return fmt.Sprintf("%q", b)
}

// names lists rules for a message.
func names(rules protocol.RuleSet) (list []string) {
	for rule := range rules.All() {
		list = append(list, rule.Error())
	}
	return list
}
