package reports

import (
	_ "embed"
	"encoding/json"
	"io"

	"github.com/wsspec/wsspec/harness/record"
)

// Schema is the JSON schema (draft 2020-12) of a record. The caller must not change it.
//
//go:embed results.schema.json
var Schema []byte

// JSON writes the record, indented for reading.
func JSON(w io.Writer, rec *record.Record) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(rec)
}
