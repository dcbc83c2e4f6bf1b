package main

import (
	"path/filepath"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/reports/wstest"
)

// besideHTML is the name of the Autobahn testsuite's index.html where that name is taken by our own report. Its index.json and the
// files of the cases have the testsuite's names always.
const besideHTML = "wstest.html"

// writeTestsuiteFiles writes the files of the Autobahn testsuite, of which it names the indexes.
func (v *view) writeTestsuiteFiles(files []string) ([]string, error) {
	index := "index.html"
	if v.writes("html") {
		index = besideHTML
	}
	err := wstest.Write(v.out, v.record, wstest.Options{Transcripts: v.transcripts, Case: cases.Find, Index: index})
	if err != nil {
		return files, err
	}
	return append(files, filepath.Join(v.out, index), filepath.Join(v.out, "index.json")), nil
}
