package wstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// Refusal tells why the testsuite would not take a server's answer to its opening handshake, "" if it would. The head is what came up
// to the first empty line: an interim answer is none that it takes. The testsuite passes over lines that are no header field, and
// takes a few other things that are not quite HTTP; header fields that are not UTF-8 end the conversation. It offers the subprotocols
// and no extension.
func Refusal(head []byte, key string, offered []string) string {
	if !decodes(head) {
		return "the answer to the opening handshake is not UTF-8"
	}
	lines := strings.FieldsFunc(string(head), func(r rune) bool { return r == '\r' || r == '\n' })
	if len(lines) == 0 {
		return "the answer to the opening handshake is empty"
	}
	if why := refusedStatus(strings.Fields(lines[0])); why != "" {
		return why
	}
	fields := make(map[string][]string)
	for _, line := range lines[1:] {
		if name, value, ok := strings.Cut(line, ":"); ok && name != "" {
			name = strings.ToLower(strings.TrimSpace(name))
			fields[name] = append(fields[name], strings.TrimSpace(value))
		}
	}
	return refusedFields(fields, key, offered)
}

func refusedStatus(words []string) string {
	if len(words) < 2 {
		return "the answer to the opening handshake has no status"
	}
	switch status, err := strconv.Atoi(words[1]); {
	case words[0] != "HTTP/1.1":
		return "the answer to the opening handshake is not HTTP/1.1"
	case err != nil || status != 101:
		return fmt.Sprintf("the server answered %s instead of 101", words[1])
	}
	return ""
}

func refusedFields(fields map[string][]string, key string, offered []string) string {
	upgrade := strings.Split(strings.Join(fields["connection"], ","), ",")
	named := func(word string) bool { return strings.EqualFold(strings.TrimSpace(word), "upgrade") }
	accept, subprotocol := fields["sec-websocket-accept"], fields["sec-websocket-protocol"]
	switch {
	case !strings.EqualFold(strings.Join(fields["upgrade"], ", "), "websocket"):
		return "the server does not upgrade to websocket"
	case !slices.ContainsFunc(upgrade, named):
		return "the server does not upgrade the connection"
	case len(accept) != 1 || accept[0] != protocol.AcceptKey(key):
		return "the server does not answer the key"
	case len(fields["sec-websocket-extensions"]) > 0:
		return "the server uses an extension that was not offered"
	case len(subprotocol) > 1, len(subprotocol) == 1 && subprotocol[0] != "" && !slices.Contains(offered, subprotocol[0]):
		return "the server uses a subprotocol that was not offered"
	}
	return ""
}
