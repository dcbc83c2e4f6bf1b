package dropin

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness/wstest"
)

// loadSpec reads the specification file that -s names, or else that of the mode, which it writes if it is not there. It says so
// in wstest's words.
func (w *invocation) loadSpec(standard *wstest.Spec) (*wstest.Spec, error) {
	name := w.options["spec"]
	if name == "" {
		name = w.options["mode"] + ".json"
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			fmt.Printf("Using implicit spec file '%s'\n", name)
		} else {
			fmt.Printf("Auto-generating spec file '%s'\n", name)
			if err := os.WriteFile(name, standard.Encode(), 0o666); err != nil {
				return nil, fmt.Errorf("cannot write the specification: %w; give the name of one with -s", err)
			}
		}
	} else {
		fmt.Printf("Using explicit spec file '%s'\n", name)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	fmt.Printf("Loading spec from %s\n", path)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the specification: %w", err)
	}
	spec, warnings, err := wstest.ParseSpec(name, text)
	if err != nil {
		return nil, err
	}
	for _, warning := range warnings {
		w.warn("%s", warning)
	}
	return spec, nil
}

// pythonList shows a list as Python 2 prints it, each string with a prefix: "u" for those that come from JSON.
func pythonList(prefix string, list []string) string {
	shown := make([]string, len(list))
	for i, s := range list {
		shown[i] = prefix + pythonString(s)
	}
	return "[" + strings.Join(shown, ", ") + "]"
}

// pythonString shows a string as Python 2 does: in ASCII, between the quotes that it does not hold.
func pythonString(s string) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteByte(quote)
	for _, r := range s {
		switch {
		case r == rune(quote), r == '\\':
			b.WriteString(`\` + string(r))
		case r < utf8.RuneSelf && strconv.IsPrint(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, r)
		case r > 0xFF:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		default:
			fmt.Fprintf(&b, `\x%02x`, r)
		}
	}
	b.WriteByte(quote)
	return b.String()
}
