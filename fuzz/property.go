package fuzz

import (
	"fmt"

	"github.com/wsspec/wsspec/protocol"
)

// Property is a statement about package protocol that is true whatever the input.
type Property struct {
	Name string // that of its function; the target of each engine has "Fuzz" before it
	// Check tells how the property is violated, nil if it is not. It may be called from several goroutines, and neither changes
	// data nor keeps it.
	Check func(data []byte) error
	// Seeds are inputs for an engine to begin with.
	Seeds []string
}

// Properties returns all properties. The caller must not change their seeds.
func Properties() []Property {
	properties := []Property{
		{Name: "Header", Check: Header},
		{Name: "Frame", Check: Frame},
		{Name: "Reader", Check: Reader},
		{Name: "UTF8", Check: UTF8},
		{Name: "Close", Check: Close},
		{Name: "Endpoint", Check: Endpoint},
		{Name: "Conversation", Check: Conversation},
		{Name: "Request", Check: Request},
		{Name: "Response", Check: Response},
		{Name: "Extensions", Check: Extensions},
		{Name: "Handshake", Check: Handshake},
	}
	for i := range properties {
		properties[i].Seeds = seeds[properties[i].Name]
	}
	return properties
}

// Lookup returns the property of that name, such as "Reader", and whether there is one.
func Lookup(name string) (Property, bool) {
	for _, p := range Properties() {
		if p.Name == name {
			return p, true
		}
	}
	return Property{}, false
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
