package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

func newCases() *cobra.Command {
	var x exporter
	cmd := &cobra.Command{
		Use:   "cases [PATTERN...]",
		Short: "List cases, or explain one",
		Long: `cases lists the catalogue, or what a pattern selects of it: IDs (5.6), patterns (5.*), requirements
(RFC6455-5.4-10) and sections (RFC6455-5.4). If the pattern is the ID of one case, it explains that case: why it
is asked, what is sent, what passes, what else is legal, what fails, and what the RFC says.

With --bytes it writes the bytes that a case sends, as they were sent to the reference server: in hexadecimal, or
as a program that sends them to any server and prints what comes back. With the seed of a run they are those of
that run.`,
		Example: `  wsspec cases
  wsspec cases '6.*'
  wsspec cases RFC6455-5.5
  wsspec cases 5.6
  wsspec cases 5.6 --bytes
  wsspec cases 5.6 --bytes --as python > case.py`,
		ValidArgsFunction: completeCases,
		RunE: func(cmd *cobra.Command, args []string) error {
			if x.asked(cmd) {
				return x.export(cmd.Context(), args)
			}
			if len(args) == 1 {
				if c := cases.Find(args[0]); c != nil {
					return explain(cmd.Context(), os.Stdout, c)
				}
			}
			return listCases(args)
		},
	}
	x.register(cmd)
	return cmd
}

// listCases prints the cases that the patterns select, chapter by chapter.
func listCases(patterns []string) error {
	exclude := []string(nil)
	if len(patterns) > 0 {
		exclude = []string{"0.*"}
	}
	list, err := cases.Select(cases.Selection{Include: patterns, Exclude: exclude})
	if err != nil {
		return usageError{err}
	}
	for _, c := range cases.All() {
		if len(patterns) > 0 && c.Passive() && matches(patterns, c) {
			list = append([]*harness.Case{c}, list...)
		}
	}
	chapter := -1
	for _, c := range list {
		if n, title := record.Chapter(c.ID); n != chapter {
			if chapter >= 0 {
				fmt.Println()
			}
			chapter = n
			fmt.Printf("%d %s\n", n, title)
		}
		fmt.Printf("  %-8s %-6s %s\n", c.ID, strings.ToLower(c.Level().String()), c.Title)
	}
	return nil
}

func matches(patterns []string, c *harness.Case) bool {
	for _, p := range patterns {
		if cases.Match(p, c) {
			return true
		}
	}
	return false
}
