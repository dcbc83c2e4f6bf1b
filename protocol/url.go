package protocol

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// URL is a WebSocket URI (RFC 6455, section 3).
type URL struct {
	Secure       bool   // "wss": TLS below the WebSocket connection
	Host         string // a name or an IP address, an IPv6 address without brackets
	Port         int    // 1 to 65535; the default of the scheme if the URI names none
	ResourceName string // path and query, as they stand in the request line; begins with "/"
}

// ParseURL reads a WebSocket URI. Percent-encoding stays as it is. Characters of the path and the query that a URI may not
// hold are percent-encoded as UTF-8 (RFC 6455, section 11.1.1). The error says what to write instead.
func ParseURL(s string) (*URL, error) {
	u, problem := parseURL(s)
	if problem != "" {
		return nil, fmt.Errorf("protocol: URL %q: %s", s, problem)
	}
	return u, nil
}

func parseURL(s string) (*URL, string) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found || strings.ContainsAny(scheme, "/?#") {
		return nil, missingScheme(s)
	}
	secure, problem := parseScheme(scheme)
	if problem != "" {
		return nil, problem
	}
	// "Fragment identifiers are meaningless in the context of WebSocket URIs and MUST NOT be used on these URIs."
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		return nil, fmt.Sprintf(`a WebSocket URI has no fragment: leave %s out, or write %%23 for the character "#"`, excerpt(rest[i:]))
	}
	authority, name := cutResourceName(rest)
	host, port, problem := parseAuthority(authority)
	if problem != "" {
		return nil, problem
	}
	if name, problem = escapeResourceName(name); problem != "" {
		return nil, problem
	}
	if port == 0 {
		port = defaultPort(secure)
	}
	return &URL{secure, host, port, name}, ""
}

func missingScheme(s string) string {
	if scheme, rest, ok := strings.Cut(s, ":"); ok && (equalFold(scheme, "ws") || equalFold(scheme, "wss")) {
		return fmt.Sprintf("no host: write %s://%s", scheme, strings.TrimLeft(rest, "/"))
	}
	return fmt.Sprintf("no scheme: write ws://%s, or wss:// for TLS", strings.TrimLeft(s, "/"))
}

func parseScheme(scheme string) (secure bool, problem string) {
	switch {
	case equalFold(scheme, "ws"):
		return false, ""
	case equalFold(scheme, "wss"):
		return true, ""
	case equalFold(scheme, "http"):
		return false, "http:// is not a WebSocket scheme: use ws://"
	case equalFold(scheme, "https"):
		return false, "https:// is not a WebSocket scheme: use wss://"
	}
	return false, fmt.Sprintf("%s is not a WebSocket scheme: use ws://, or wss:// for TLS", excerpt(scheme))
}

func defaultPort(secure bool) int {
	if secure {
		return 443
	}
	return 80
}

// cutResourceName cuts what follows "//" into the authority and the resource name, which is constructed by RFC 6455, section
// 3: "/" if the path is empty, and "?" only if the query is not.
func cutResourceName(rest string) (authority, name string) {
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, name = rest[:i], rest[i:]
	} else {
		authority = rest
	}
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	if strings.IndexByte(name, '?') == len(name)-1 {
		name = name[:len(name)-1]
	}
	return authority, name
}

// parseAuthority reads host [ ":" port ] (RFC 3986, sections 3.2.2 and 3.2.3). The port is 0 if there is none.
func parseAuthority(s string) (host string, port int, problem string) {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return "", 0, "a WebSocket URI has no user information: leave " + excerpt(s[:i+1]) + " out, and send an Authorization header field"
	}
	host, digits, literal := cutPort(s)
	if digits != "" {
		if port, problem = parsePort(digits); problem != "" {
			return "", 0, problem
		}
	}
	if literal {
		return host, port, ipLiteralProblem(host)
	}
	return host, port, nameProblem(host)
}

// cutPort cuts an authority at the colon that no bracket encloses. An IP-literal loses its brackets.
func cutPort(s string) (host, digits string, literal bool) {
	if inside, literal := strings.CutPrefix(s, "["); literal {
		if host, digits, found := strings.Cut(inside, "]:"); found {
			return host, digits, true
		}
		if host, found := strings.CutSuffix(inside, "]"); found {
			return host, "", true
		}
	}
	host, digits, _ = strings.Cut(s, ":")
	return host, digits, false
}

func parsePort(digits string) (port int, problem string) {
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Sprintf("bad port %s: a port is a number from 1 to 65535, and an IPv6 address stands in [brackets]", excerpt(digits))
	}
	return int(n), ""
}

// ipLiteralProblem says what is wrong between the brackets of an IP-literal.
func ipLiteralProblem(s string) string {
	addr, err := netip.ParseAddr(s)
	if err != nil || !addr.Is6() || addr.Zone() != "" {
		return excerpt(s) + " in brackets is not an IPv6 address without a zone"
	}
	return ""
}

// nameProblem says what is wrong with a reg-name or an IPv4 address.
func nameProblem(s string) string {
	if s == "" {
		return "no host: write ws://host/"
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80:
			return fmt.Sprintf("host %s is not ASCII: write its punycode form (xn--...)", excerpt(s))
		case c == ':' || c == '@' || !isPathByte(c) || c == '%' && !isEscape(s[i:]):
			return fmt.Sprintf("host %s holds the character %q, which a host name may not hold", excerpt(s), c)
		}
	}
	return ""
}

// isPathByte tells whether c may stand in a segment of a path: pchar of RFC 3986, section 3.3, in which "%" begins an escape.
func isPathByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-._~!$&'()*+,;=:@%", c) >= 0
}

// isEscape tells whether s begins with "%" HEXDIG HEXDIG.
func isEscape(s string) bool {
	isHex := func(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }
	return len(s) >= 3 && s[0] == '%' && isHex(s[1]) && isHex(s[2])
}

// resourceNameFault returns the index of the first byte of a path and query that breaks RFC 3986, sections 3.3 and 3.4, or
// -1.
func resourceNameFault(s string) int {
	for i := range len(s) {
		if c := s[i]; c != '/' && c != '?' && !isPathByte(c) || c == '%' && !isEscape(s[i:]) {
			return i
		}
	}
	return -1
}

// escapeResourceName percent-encodes the bytes that a path or a query may not hold.
func escapeResourceName(s string) (escaped, problem string) {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for {
		i := resourceNameFault(s)
		if i < 0 {
			b.WriteString(s)
			return b.String(), ""
		}
		c := s[i]
		switch {
		case c == '%':
			return "", fmt.Sprintf(`%s is not a percent-encoded byte: write %%25 for the character "%%"`, excerpt(s[i:min(i+3, len(s))]))
		case c < ' ' || c == 0x7F:
			return "", fmt.Sprintf("control character %q: write %%%02X", c, c)
		}
		b.WriteString(s[:i])
		b.Write([]byte{'%', hex[c>>4], hex[c&0xF]})
		s = s[i+1:]
	}
}

// HostField is the value of the Host header field: the host "plus optionally ":" followed by /port/ (when not using the
// default port)" (RFC 6455, section 4.1).
func (u *URL) HostField() string {
	if u.Port == defaultPort(u.Secure) {
		return u.bracketed()
	}
	return u.Address()
}

// Address is the host and the port to connect to, such as "example.com:80" or "[::1]:9001".
func (u *URL) Address() string { return u.bracketed() + ":" + strconv.Itoa(u.Port) }

func (u *URL) bracketed() string {
	if strings.Contains(u.Host, ":") {
		return "[" + u.Host + "]"
	}
	return u.Host
}

// String gives the URI, without a default port.
func (u *URL) String() string {
	if u.Secure {
		return "wss://" + u.HostField() + u.ResourceName
	}
	return "ws://" + u.HostField() + u.ResourceName
}
