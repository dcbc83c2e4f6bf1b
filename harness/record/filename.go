package record

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// FileName turns any name into one that is safe as that of a file, such as "gr-e-x~HASH" for "Größe/../x". Different names give
// different ones, even where the file system ignores case.
func FileName(name string) string { return fileName(name) }

// fileName turns any name into one that is safe as a file or directory on every system, and different for different names
// even where the file system ignores case. Plain names stay as they are; of others what can be read is kept, and a hash
// sets them apart: "Größe/../x" becomes "gr-e-x~HASH".
func fileName(name string) string {
	if isPlain(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return readable(name) + "~" + hex.EncodeToString(sum[:8])
}

// plainLength bounds a file name such that any file system takes it, with an extension.
const plainLength = 64

// isPlain tells whether a name is a file name as it stands. No name made by fileName with a hash is: it holds a tilde.
func isPlain(name string) bool {
	if name == "" || len(name) > plainLength || isDevice(name) {
		return false
	}
	for i := range len(name) {
		if !isPlainByte(name[i]) {
			return false
		}
	}
	return isAlphanumeric(name[0]) && name[len(name)-1] != '.'
}

func isPlainByte(c byte) bool { return isAlphanumeric(c) || c == '.' || c == '-' || c == '_' }

func isAlphanumeric(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// devices are the names that Windows takes for devices, with any extension.
var devices = []string{"con", "prn", "aux", "nul", "com", "lpt", "conin", "conout", "clock"}

func isDevice(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	return slices.Contains(devices, strings.TrimRight(base, "0123456789"))
}

// readable keeps the letters and digits of a name, in lower case, and a dash for everything between them.
func readable(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name[:min(len(name), plainLength)]), func(r rune) bool {
		return r >= 0x80 || !isAlphanumeric(byte(r))
	})
	if len(words) == 0 {
		return "x"
	}
	return strings.Join(words, "-")
}
