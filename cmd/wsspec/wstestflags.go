package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// wstestFlag is a flag of wstest.
type wstestFlag struct {
	long  string
	short byte // 0 if there is none
	value bool // one follows
	help  string
}

// wstestFlags are all of them, in the order of their help.
var wstestFlags = []wstestFlag{
	{"debug", 'd', false, "Show every frame on stderr."},
	{"autobahnversion", 'a', false, "Say which versions this program is and stands in for, and end."},
	{"mode", 'm', true, "What to do; required. One of: " + strings.Join(wstestModes, ", ") + "."},
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

// wstestOptions are the values of the flags by their long names. A flag without a value has "1".
type wstestOptions map[string]string

// parseWSTestFlags reads a command line as wstest does, that is as getopt: -m MODE, -mMODE, -dm MODE, --mode MODE, --mode=MODE,
// --mo=MODE. Errors have the words of getopt.
func parseWSTestFlags(args []string) (wstestOptions, error) {
	o := wstestOptions{"webport": "8080"}
	for len(args) > 0 {
		arg := args[0]
		switch {
		case arg == "--":
			args = args[1:]
			return o, surplus(args)
		case strings.HasPrefix(arg, "--"):
			name, value, given := strings.Cut(arg[2:], "=")
			f, err := findLong(name)
			if err != nil {
				return nil, err
			}
			if args, err = o.take(f, "--"+f.long, value, given, args[1:]); err != nil {
				return nil, err
			}
		case len(arg) > 1 && arg[0] == '-':
			var err error
			if args, err = o.cluster(arg[1:], args[1:]); err != nil {
				return nil, err
			}
		default:
			return o, surplus(args)
		}
	}
	return o, nil
}

// surplus is the error about what follows the flags.
func surplus(args []string) error {
	if len(args) == 0 {
		return nil
	}
	return saying("Wrong number of arguments.")
}

// findLong finds a flag by its long name or by the beginning of it, if no other begins so.
func findLong(name string) (*wstestFlag, error) {
	var found *wstestFlag
	for i, f := range wstestFlags {
		switch {
		case f.long == name:
			return &wstestFlags[i], nil
		case !strings.HasPrefix(f.long, name):
		case found != nil:
			return nil, fmt.Errorf("option --%s not a unique prefix", name)
		default:
			found = &wstestFlags[i]
		}
	}
	if found == nil {
		return nil, fmt.Errorf("option --%s not recognized", name)
	}
	return found, nil
}

// cluster reads short flags that stand together. The value of one is the rest, or the next argument.
func (o wstestOptions) cluster(letters string, rest []string) ([]string, error) {
	for letters != "" {
		letter := letters[0]
		letters = letters[1:]
		i := slices.IndexFunc(wstestFlags, func(f wstestFlag) bool { return f.short == letter && letter != 0 })
		if i < 0 {
			return nil, fmt.Errorf("option -%s not recognized", strings.Trim(strconv.Quote(string(rune(letter))), `"`))
		}
		f := &wstestFlags[i]
		if f.value {
			return o.take(f, "-"+string(rune(letter)), letters, letters != "", rest)
		}
		o[f.long] = "1"
	}
	return rest, nil
}

// take stores the value of a flag, which is given with it or follows in rest. It returns what is left of rest.
func (o wstestOptions) take(f *wstestFlag, as, value string, given bool, rest []string) ([]string, error) {
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
func (o wstestOptions) check() error {
	mode := o["mode"]
	if mode == "" {
		return saying("a mode must be specified to run!")
	}
	if !slices.Contains(wstestModes, mode) {
		return saying(fmt.Sprintf("Mode %s is invalid.\nAvailable modes:\n\t- %s", quoted(mode), strings.Join(wstestModes, "\n\t- ")))
	}
	if needsURI(mode) && o["wsuri"] == "" {
		return saying("mode needs a WebSocket URI!")
	}
	if n, err := strconv.Atoi(strings.TrimSpace(o["webport"])); err != nil || n < 0 || n > 65535 {
		return saying("invalid Web port " + quoted(o["webport"]))
	}
	return nil
}

// quoted shows what the user wrote between single quotes.
func quoted(s string) string { return "'" + strings.Trim(strconv.Quote(s), `"`) + "'" }

// wstestHelp is what --help shows, in the form of wstest's.
func wstestHelp(program string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s [options]\nOptions:\n", program)
	for _, f := range wstestFlags {
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
