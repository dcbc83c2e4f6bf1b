// Package corpus carries inputs from one fuzz engine to another.
//
// go-fuzz and libFuzzer keep each input in a file as it is. The native engine of Go writes it as a Go literal below a line that
// says so. A corpus is a directory of such files; whatever their names, an input counts once.
package corpus
