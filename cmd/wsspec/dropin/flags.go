package dropin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/reports"
)

// flag is a flag of wstest.
type flag struct {
	long  string
	short byte // 0 if there is none
	value bool // one follows
	help  string
}

// flags are all of them, in the order of their help.
var flags = []flag{
	{"debug", 'd', false, "Show every frame on stderr."},
	{"autobahnversion", 'a', false, "Say which versions this program is and stands in for, and end."},
	{"mode", 'm', true, "What to do; required. One of: " + strings.Join(modes, ", ") + "."},
	{"testset", 't', true, "Accepted, and without effect."},
	{"spec", 's', true, "Specification file; without it, MODE.json is read, and written first if it is not there."},
	{"outfile", 'o', true, "Accepted, and without effect."},
	{"wsuri", 'w', true, "WebSocket URI: where to listen, or the server to test if the specification has none."},
	{"webport", 'u', true, "Accepted, and without effect: there is no web page in these modes. Default: 8080."},
	{"ident", 'i', true, "What the Server header field of a server says."},
	{"key", 'k', true, "File with the private key of a wss server, in PEM."},
	{"cert", 'c', true, "File with the certificate of a wss server, in PEM."},
	{"version", 0, false, "As --autobahnversion."},
	{"help", 0, false, "Show this, and end."},
}

// saying is what is wrong with a command line, in the words of wstest.
type saying string

func (s saying) Error() string { return string(s) }

// options are the values of the flags by their long names. A flag without a value has "1".
type options map[string]string

// parse reads a command line as wstest does, that is as getopt: -m MODE, -mMODE, -dm MODE, --mode MODE, --mode=MODE,
// --mo=MODE. What follows the flags is returned, too. Errors have the words of getopt.
func parse(args []string) (o options, surplus []string, err error) {
	o = options{"webport": "8080"}
	for len(args) > 0 {
		arg := args[0]
		switch {
		case arg == "--":
			return o, args[1:], nil
		case strings.HasPrefix(arg, "--"):
			name, value, given := strings.Cut(arg[2:], "=")
			f, err := findLong(name)
			if err != nil {
				return nil, nil, err
			}
			if args, err = o.take(f, "--"+f.long, value, given, args[1:]); err != nil {
				return nil, nil, err
			}
		case len(arg) > 1 && arg[0] == '-':
			if args, err = o.cluster(arg[1:], args[1:]); err != nil {
				return nil, nil, err
			}
		default:
			return o, args, nil
		}
	}
	return o, nil, nil
}

// findLong finds a flag by its long name or by the beginning of it, if no other begins so.
func findLong(name string) (*flag, error) {
	var found *flag
	for i, f := range flags {
		switch {
		case f.long == name:
			return &flags[i], nil
		case !strings.HasPrefix(f.long, name):
		case found != nil:
			return nil, fmt.Errorf("option --%s not a unique prefix", name)
		default:
			found = &flags[i]
		}
	}
	if found == nil {
		return nil, fmt.Errorf("option --%s not recognized", name)
	}
	return found, nil
}

// cluster reads short flags that stand together. The value of one is the rest, or the next argument.
func (o options) cluster(letters string, rest []string) ([]string, error) {
	for letters != "" {
		from, letter := letters, letters[0]
		letters = letters[1:]
		i := slices.IndexFunc(flags, func(f flag) bool { return f.short == letter && letter != 0 })
		if i < 0 {
			unknown, _ := utf8.DecodeRuneInString(from)
			return nil, fmt.Errorf("option -%s not recognized", reports.Printable(string(unknown)))
		}
		f := &flags[i]
		if f.value {
			return o.take(f, "-"+string(rune(letter)), letters, letters != "", rest)
		}
		o[f.long] = "1"
	}
	return rest, nil
}

// take stores the value of a flag, which is given with it or follows in rest. It returns what is left of rest.
func (o options) take(f *flag, as, value string, given bool, rest []string) ([]string, error) {
	switch {
	case !f.value && given:
		return nil, fmt.Errorf("option %s must not have an argument", as)
	case !f.value:
		value = "1"
	case !given && len(rest) == 0:
		return nil, fmt.Errorf("option %s requires argument", as)
	case !given:
		value, rest = rest[0], rest[1:]
	}
	o[f.long] = value
	return rest, nil
}

// check looks for what is wrong, in the order in which wstest does.
func (o options) check() error {
	mode := o["mode"]
	if mode == "" {
		return saying("a mode must be specified to run!")
	}
	if !slices.Contains(modes, mode) {
		return saying(fmt.Sprintf("Mode %s is invalid.\nAvailable modes:\n\t- %s", quoted(mode), strings.Join(modes, "\n\t- ")))
	}
	if needsURI(mode) && o["wsuri"] == "" {
		return saying("mode needs a WebSocket URI!")
	}
	if n, err := strconv.Atoi(strings.TrimSpace(o["webport"])); err != nil || n < 0 || n > 65535 {
		return saying("invalid Web port " + reports.Printable(o["webport"]))
	}
	return nil
}

// quoted shows what the user wrote between single quotes.
func quoted(s string) string { return "'" + strings.Trim(strconv.Quote(s), `"`) + "'" }

// help is what --help shows, in the form of wstest's.
func help(program string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s [options]\nOptions:\n", program)
	for _, f := range flags {
		name := "    --" + f.long
		if f.short != 0 {
			name = fmt.Sprintf("-%c, --%s", f.short, f.long)
		}
		if f.value {
			name += "="
		}
		fmt.Fprintf(&b, "  %-22s %s\n", name, strings.Join(wrapped(f.help, 56), "\n"+strings.Repeat(" ", 25)))
	}
	fmt.Fprintf(&b, "\nIt stands in for wstest of the Autobahn testsuite, and reproduces the files and verdicts of its version %s.\n", testsuiteVersion)
	return b.String()
}

// wrapped cuts a text into lines.
func wrapped(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
