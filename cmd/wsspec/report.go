package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/harness/record"
)

func newReport() *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "report RECORD",
		Short: "Render a record again",
		Long: `report renders a record, which is a results.json or the directory that holds one, as it is at the end of a
run: the summary on stdout, and the report. It also renders the record of a run that was cut short.`,
		Example: `  wsspec report wsspec-report
  wsspec report --out site --format html results.json
  wsspec report --json wsspec-report`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return renderRecord(o, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "directory for the report (default: that of the record)")
	f.StringSliceVar(&o.format, "format", []string{"html"}, "what to write there: html, json")
	f.BoolVar(&o.strict, "strict", false, "non-strict and flaky cases count as failures")
	f.BoolVar(&o.quiet, "quiet", false, "no words about what passes")
	f.BoolVar(&o.json, "json", false, "the record on stdout instead of the summary")
	return cmd
}

func renderRecord(o *options, name string) error {
	rec, err := record.Read(name)
	if err != nil {
		return usageError{err}
	}
	dir := name
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		dir = filepath.Dir(name)
	}
	if o.out == "" {
		o.out = dir
	}
	if err := o.check(); err != nil {
		return err
	}
	view := &view{options: o, record: rec, transcripts: rec.Transcripts(dir)}
	files, err := view.writeHTML(nil)
	if err == nil && !sameFile(o.out, dir) {
		files, err = view.writeRecord(files)
	}
	if err != nil {
		return err
	}
	if err := view.print(files); err != nil {
		return err
	}
	return judge(rec, o.strict)
}

// sameFile tells whether two names are those of the same directory.
func sameFile(a, b string) bool {
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}
