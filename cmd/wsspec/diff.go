package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

func newDiff() *cobra.Command {
	var format string
	var strict bool
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two records",
		Long: `diff tells what came out differently in NEW than in OLD; both are a results.json or the directory that holds
one. Peers are compared by name; if both records have just one peer, whatever it is called.

A regression, in capitals, is a case that fails and did not, fails with a requirement that it did not break, or
is lost: unimplemented, in error, or not run although it was planned. Throughput is told, and never one.

Exit code: 0 nothing became worse; 1 something did; 2 the command line or a file is wrong.`,
		Example: `  wsspec diff main/wsspec-report wsspec-report
  wsspec diff --format markdown old.json new.json >> "$GITHUB_STEP_SUMMARY"`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error { return diffRecords(args[0], args[1], format, strict) },
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	cmd.Flags().BoolVar(&strict, "strict", false, "what became non-strict or flaky is a regression, too")
	return cmd
}

// diffRecords is the diff command.
func diffRecords(before, after, format string, strict bool) error {
	write, ok := map[string]func(*bufio.Writer, *record.Diff) error{
		"text": func(w *bufio.Writer, d *record.Diff) error {
			return reports.DiffText(w, d, reports.Style{Color: colourful(), Width: terminalWidth()})
		},
		"json": func(w *bufio.Writer, d *record.Diff) error {
			enc := json.NewEncoder(w)
			enc.SetIndent("", "  ")
			return enc.Encode(d)
		},
		"markdown": func(w *bufio.Writer, d *record.Diff) error { return reports.DiffMarkdown(w, d) },
	}[format]
	if !ok {
		return usageError{fmt.Errorf("--format: %q is unknown: choose text, json or markdown", format)}
	}
	old, err := record.Read(before)
	if err != nil {
		return usageError{err}
	}
	now, err := record.Read(after)
	if err != nil {
		return usageError{err}
	}
	d := record.Compare(old, now, strict)
	w := bufio.NewWriter(os.Stdout)
	if err := write(w, d); err != nil {
		return err
	}
	if err := flush(w); err != nil {
		return err
	}
	if d.Regressions() > 0 {
		return verdictError{exitFails}
	}
	return nil
}
