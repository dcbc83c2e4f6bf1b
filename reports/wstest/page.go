package wstest

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/harness/record"
)

//go:embed html
var htmlFiles embed.FS

// style is the style of all pages. They need nothing else, and may load nothing.
var style = sync.OnceValue(func() string {
	text, err := htmlFiles.ReadFile("html/style.css")
	if err != nil {
		panic(err) // the file is part of the program
	}
	return string(text)
})

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(htmlFiles, "html/*.html"))
})

// frame is what all pages have in common.
type frame struct {
	Policy string
	CSS    template.CSS
}

func newFrame() frame {
	sum := sha256.Sum256([]byte(style()))
	return frame{
		Policy: "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
		CSS:    template.CSS(style()),
	}
}

func render(name string, page any) ([]byte, error) {
	var out bytes.Buffer
	err := templates().ExecuteTemplate(&out, name, page)
	return out.Bytes(), err
}

// visible makes a text that may be a peer's safe to show: what is not printed, and what changes the direction of writing, appears
// as Go would escape it.
func visible(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) || r == '\uFFFD' }) < 0 {
		return s
	}
	var out strings.Builder
	for i, r := range s {
		switch {
		case r == '\uFFFD' && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case strconv.IsPrint(r):
			out.WriteRune(r)
		default:
			out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return out.String()
}

// visibleLines is visible for a text of several lines.
func visibleLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\r\n"), "\n")
	for i, line := range lines {
		lines[i] = visible(strings.TrimSuffix(line, "\r"))
	}
	return strings.Join(lines, "\n")
}

// word is one of the testsuite's words for the outcome of a case: how a cell shows it, and by which class scripts know it.
type word struct {
	Word, Class, Meaning string
}

// outcomes are the words in the order in which they are counted. "" is for what is not there, or not known to us.
var outcomes = []string{"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED"}

var words = map[string]word{
	"OK":            {"Pass", "case_ok", "did what the RFC demands"},
	"NON-STRICT":    {"Non-strict", "case_non_strict", "conforms, but not in the way that is canonical or that the RFC would like"},
	"INFORMATIONAL": {"Info", "case_info", "the RFC leaves it open"},
	"UNIMPLEMENTED": {"Unimplemented", "case_unimplemented", "does not offer what the case is about"},
	"FAILED":        {"Fail", "case_failed", "broke a rule, or did not do what was asked in time"},
	"":              {"Missing", "case_missing", "not asked"},
}

// wordOf is how a behavior is shown. One that we do not know counts as a failure, as it does for the testsuite.
func wordOf(behavior string) word {
	if w, known := words[behavior]; known {
		return w
	}
	return words["FAILED"]
}

// closingWord is how the closing is shown: the close code, or what was wrong.
func closingWord(v record.WSTest) (text, class string) {
	code := "None"
	if v.RemoteCloseCode != nil {
		code = strconv.Itoa(*v.RemoteCloseCode)
	}
	switch v.BehaviorClose {
	case "OK":
		return code, "case_ok"
	case "FAILED BY CLIENT":
		return code, "case_almost"
	case "WRONG CODE":
		return code, "case_non_strict"
	case "INFORMATIONAL":
		return code, "case_info"
	case "UNCLEAN":
		return "Unclean", "case_failed"
	}
	return "Fail", "case_failed"
}

func anchor(id string) string { return cleanName(strings.ReplaceAll(id, ".", "_")) }
