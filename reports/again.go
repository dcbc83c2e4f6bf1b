package reports

import (
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// again is the command that repeats just these cases with the same peer, "" if there is none: others gave the verdicts.
func again(p *record.Peer, ids ...string) string {
	cases := shellWord(strings.Join(ids, ","))
	switch {
	case p.JudgedBy != "":
		return ""
	case p.Fleet != "":
		return "wsspec fleet " + shellWord(p.Fleet) + " --only " + shellWord(p.Name) + " --cases " + cases + " --trace"
	case p.Role == "client":
		return "wsspec listen --cases " + cases + " --trace"
	}
	return "wsspec test " + shellWord(p.URL) + " --cases " + cases + " --trace"
}

// plainInShell are the characters that no shell takes for anything but themselves.
const plainInShell = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_"

// shellWord quotes a word for a shell if it needs that.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, plainInShell) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
