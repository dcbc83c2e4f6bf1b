package fleet

import (
	"errors"
	"fmt"
	"strings"
)

// Words splits a command line into its words, as a shell does, but without a shell: nothing is expanded, and there are no
// pipes and redirections.
//
// Words are separated by spaces, tabs and line breaks. Within '...' every character stands for itself; so it does within
// "...", but for \" and \\. Elsewhere a backslash takes the meaning from a space, a quote or a backslash that follows it; before
// anything else it stands for itself, as in the paths of Windows.
func Words(s string) ([]string, error) {
	var words []string
	for {
		s = strings.TrimLeft(s, spaces)
		if s == "" {
			break
		}
		word, rest, quoted, err := firstWord(s)
		if err != nil {
			return nil, err
		}
		if !quoted && isOperator(word) {
			return nil, fmt.Errorf("no shell reads the command, so %s means nothing: write [sh, -c, \"...\"] for one, or '%s' for the word", word, word)
		}
		words, s = append(words, word), rest
	}
	if len(words) == 0 {
		return nil, errors.New("the command is empty")
	}
	return words, nil
}

const spaces = " \t\r\n"

// firstWord returns the word that s begins with, what follows, and whether anything in it was quoted.
func firstWord(s string) (word, rest string, quoted bool, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case strings.IndexByte(spaces, c) >= 0:
			return b.String(), s[i:], quoted, nil
		case c == '\'' || c == '"':
			n, err := unquote(&b, s[i:])
			if err != nil {
				return "", "", false, err
			}
			i, quoted = i+n-1, true
		case c == '\\' && i+1 < len(s) && strings.IndexByte(spaces+`'"\`, s[i+1]) >= 0:
			i, quoted = i+1, true
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), "", quoted, nil
}

// unquote writes what stands in the quotes with which s begins, and returns how many bytes that took.
func unquote(b *strings.Builder, s string) (int, error) {
	mark := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == mark:
			return i + 1, nil
		case mark == '"' && s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		}
		b.WriteByte(s[i])
	}
	return 0, fmt.Errorf("the quote %c in the command has no end", mark)
}

// isOperator tells whether a shell would take a word for something else than a word.
func isOperator(word string) bool {
	switch strings.TrimLeft(word, "0123456789") {
	case "|", "||", "&", "&&", ";", "<", ">", ">>", "2>", ">&1", ">&2", "&>":
		return true
	}
	return false
}
