package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/harness/record"
)

func newReport() *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "report RECORD...",
		Short: "Render a record again, or merge several",
		Long: `report renders a record, which is a results.json or the directory that holds one, as it is at the end of a
run: the summary on stdout, and the report. It also renders the record of a run that was cut short.

Several records become one, with their transcripts, in the directory of --out: records of different peers, or of
the same ones with different cases. If a case is in several, the later run counts.

The shards of a run (--shard) become what one run would have given. As long as one is missing that is not
everything, so the exit code is 3, unless a case fails.`,
		Example: `  wsspec report wsspec-report
  wsspec report --out site --format html results.json
  wsspec report --out all shard1 shard2 shard3
  wsspec report --baseline wsspec-baseline.yaml wsspec-report
  wsspec report --json wsspec-report`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 && !cmd.Flags().Changed("format") {
				o.format = []string{"html", "json"}
			}
			return renderRecords(o, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "directory for the report (default: that of the record; to be named if there are several)")
	f.StringSliceVar(&o.format, "format", []string{"html"}, "what to write there: "+strings.Join(formats(), ", ")+" (default of several records: html, json)")
	o.registerLocation(f)
	o.registerGate(f)
	f.BoolVar(&o.quiet, "quiet", false, "no words about what passes")
	f.BoolVar(&o.json, "json", false, "the record on stdout instead of the summary")
	return cmd
}

// renderRecords is the report command.
func renderRecords(o *options, names []string) error {
	v, dir, err := o.readRecords(names)
	if err != nil {
		return err
	}
	if err := o.checkOutput(); err != nil {
		return err
	}
	if err := o.checkGate(); err != nil {
		return err
	}
	var peers []string
	for _, p := range v.record.Peers {
		peers = append(peers, p.Name)
	}
	o.warnOfPeers(peers, false)
	if !sameFile(o.out, dir) {
		v.leaveOriginals()
	}
	var gateErr error
	v.gate, v.said, gateErr = o.hold(v.record)
	files, err := v.writeDocuments(nil)
	if err == nil && !sameFile(o.out, dir) {
		files, err = v.writeRecord(files)
	}
	if err != nil {
		return err
	}
	if err := v.print(files); err != nil {
		return err
	}
	if gateErr != nil {
		return gateErr
	}
	return judge(v.record, v.gate)
}

// readRecords reads a record, or several and merges them. It also returns the directory in which the record lies; merged, it
// lies in none.
func (o *options) readRecords(names []string) (v *view, dir string, err error) {
	var parts []record.Part
	var files []string
	for _, name := range names {
		rec, err := record.Read(name)
		if err != nil {
			return nil, "", usageError{err}
		}
		file := name
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			file = filepath.Join(name, "results.json")
		}
		files = append(files, file)
		parts = append(parts, record.Part{Name: name, Record: rec, Transcripts: rec.Transcripts(filepath.Dir(file))})
	}
	if len(parts) == 1 {
		dir = filepath.Dir(files[0])
		if o.out == "" {
			o.out = dir
		}
	} else if err := o.checkMerge(names, files); err != nil {
		return nil, "", err
	}
	if len(parts) == 1 && parts[0].Record.Shard == nil {
		return &view{options: o, record: parts[0].Record, transcripts: parts[0].Transcripts}, dir, nil
	}
	rec, transcripts, notes, err := record.Merge(parts)
	if err != nil {
		return nil, "", usageError{err}
	}
	for _, note := range notes {
		fmt.Fprintln(os.Stderr, "note: "+note)
	}
	return &view{options: o, record: rec, transcripts: transcripts}, dir, nil
}

// checkMerge sees to it that a merged record has a place of its own.
func (o *options) checkMerge(names, files []string) error {
	if o.out == "" {
		return usageError{errors.New("--out: name the directory for what the records become together")}
	}
	for i, file := range files {
		if sameFile(filepath.Join(o.out, "results.json"), file) {
			return usageError{fmt.Errorf("--out: %s holds the record %s, which would be overwritten: name another directory", o.out, names[i])}
		}
		for k := range i {
			if sameFile(file, files[k]) {
				return usageError{fmt.Errorf("%s and %s are the same record", names[k], names[i])}
			}
		}
	}
	return nil
}

// sameFile tells whether two names are those of the same file or directory.
func sameFile(a, b string) bool {
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}
