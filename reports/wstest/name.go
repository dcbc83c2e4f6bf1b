package wstest

import (
	"fmt"
	"slices"
	"strings"
)

// caseFileName is the name that the testsuite gives to the file of a case.
func caseFileName(agent, id, extension string) string {
	return fileOf(cleanName(agent), id, extension)
}

// fileOf is the name of the file of a case of an agent whose clean name is given.
func fileOf(clean, id, extension string) string {
	return clean + "_case_" + cleanName(strings.ReplaceAll(id, ".", "_")) + "." + extension
}

// cleanName is what the testsuite leaves of a name in that of a file: letters and digits, in lower case, with an underscore for
// each other character between them.
func cleanName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return ' '
	}, strings.ToLower(name))
	return strings.ReplaceAll(strings.TrimSpace(clean), " ", "_")
}

// longestClean leaves room for the rest of the name in the 255 bytes that file systems allow.
const longestClean = 200

// cleanNames are the clean names of agents. The testsuite gives the same one to several agents, whose files then overwrite each
// other; here all but the first of them, by their names, have a number added.
func cleanNames(agents []string) map[string]string {
	sorted := slices.Sorted(slices.Values(agents))
	names, taken := make(map[string]string, len(agents)), make(map[string]bool, len(agents))
	var late []string
	for _, agent := range sorted {
		clean := shortName(agent)
		if taken[clean] {
			late = append(late, agent)
			continue
		}
		names[agent], taken[clean] = clean, true
	}
	for _, agent := range late {
		clean := shortName(agent)
		for n := 2; taken[clean]; n++ {
			clean = fmt.Sprintf("%s_%d", shortName(agent), n)
		}
		names[agent], taken[clean] = clean, true
	}
	return names
}

func shortName(agent string) string {
	clean := cleanName(agent)
	return clean[:min(len(clean), longestClean)]
}
