package fuzz

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// Extensions: ParseExtensions accepts what the ABNF of RFC 6455, section 9.1 describes, nothing else, and AppendExtensions writes
// what it read in a form that it reads again, the same. The input is the values of the fields, one a line.
func Extensions(data []byte) error {
	values := strings.Split(string(data), "\n")
	if len(data) == 0 {
		values = nil
	}
	legal := legalExtensions(values)
	got, err := protocol.ParseExtensions(values...)
	if (err == nil) != legal {
		return violated(data, "ParseExtensions: got %+v, error %v; by the ABNF it is legal: %t", got, err, legal)
	}
	if !legal || len(values) == 0 {
		return nil
	}
	if want := splitExtensions(values); !reflect.DeepEqual(got, want) {
		return violated(data, "ParseExtensions: got %+v, want %+v", got, want)
	}
	written := string(protocol.AppendExtensions(nil, got))
	again, err := protocol.ParseExtensions(written)
	if err != nil || !reflect.DeepEqual(again, got) || !extensionList.MatchString(written) {
		return violated(data, "read %+v, wrote %q, read %+v, error %v", got, written, again, err)
	}
	return nil
}

// extensionList is the grammar of RFC 6455, section 9.1, with the list and the implied white space of RFC 2616, section 2.1. What
// a quoted string holds "MUST conform to the 'token' ABNF"; each of its characters may be escaped.
var extensionList = func() *regexp.Regexp {
	const (
		char      = "[-!#$%&'*+.^_`|~0-9A-Za-z]"
		token     = char + "+"
		space     = "[ \t]*"
		quoted    = `"(?:\\?` + char + `)+"`
		param     = token + space + "(?:=" + space + "(?:" + token + "|" + quoted + ")" + space + ")?"
		extension = token + space + "(?:;" + space + param + ")*"
		empty     = "[ \t,]*"
		list      = extension + "(?:," + empty + extension + ")*"
	)
	return regexp.MustCompile("^" + empty + "(?:" + list + empty + ")?$")
}()

// legalExtensions tells whether the values together are a list of at least one extension, or there are none.
func legalExtensions(values []string) bool {
	for _, value := range values {
		if !extensionList.MatchString(value) {
			return false
		}
	}
	return len(values) == 0 || strings.Trim(strings.Join(values, ""), " \t,") != ""
}

// splitExtensions takes legal values apart. No token holds a separator, a quote or a backslash, quoted or not.
func splitExtensions(values []string) (list []protocol.Extension) {
	for element := range strings.SplitSeq(strings.Join(values, ","), ",") {
		words := strings.Split(element, ";")
		e := protocol.Extension{Name: strings.Trim(words[0], " \t")}
		if e.Name == "" {
			continue
		}
		for _, word := range words[1:] {
			e.Params = append(e.Params, splitParam(word))
		}
		list = append(list, e)
	}
	return list
}

func splitParam(word string) (p protocol.Param) {
	p.Name, p.Value, p.HasValue = strings.Cut(word, "=")
	p.Name, p.Value = strings.Trim(p.Name, " \t"), strings.Trim(p.Value, " \t")
	p.Quoted = strings.HasPrefix(p.Value, `"`)
	p.Value = strings.NewReplacer(`"`, "", `\`, "").Replace(p.Value)
	return p
}
