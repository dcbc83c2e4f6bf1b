package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// shells are those for which there is completion.
var shells = []string{"bash", "fish", "powershell", "zsh"}

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a script that completes commands in a shell",
		Long: `completion prints a script for bash, fish, powershell or zsh that completes commands, flags, cases and their
patterns, formats, profiles and faults.`,
		Example: `  source <(wsspec completion bash)                                          this bash
  wsspec completion bash > /etc/bash_completion.d/wsspec                    every bash
  wsspec completion zsh > "${fpath[1]}/_wsspec"                             every zsh
  wsspec completion fish > ~/.config/fish/completions/wsspec.fish           every fish
  wsspec completion powershell | Out-String | Invoke-Expression             this PowerShell`,
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return usageError{fmt.Errorf("for which shell? give one of %s", strings.Join(shells, ", "))}
			}
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(os.Stdout, true)
			case "fish":
				return root.GenFishCompletion(os.Stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(os.Stdout)
			}
			return root.GenZshCompletion(os.Stdout)
		},
	}
}

// choices are what can be given to flags, by their names: a word and, behind a tab, what it means.
var choices = map[string]func() []string{
	"cases":   patterns,
	"exclude": patterns,
	"level":   func() []string { return []string{"must", "should", "may"} },
	"format":  formats,
	"as":      formNames,
	"fault":   faultNames,
	"require": func() []string { return harness.Features },
	"profile": func() (words []string) {
		for _, p := range harness.Profiles {
			words = append(words, string(p))
		}
		return words
	},
	"pull":      func() []string { return []string{"never", "missing", "always"} },
	"new-cases": func() []string { return []string{"report", "fail"} },
}

// free are the flags whose values nothing can complete, least of all with names of files.
var free = []string{"jobs", "timeout", "retries", "repeat", "seed", "name", "header", "subprotocol", "origin", "peer", "only", "commit", "link", "label", "keep", "time", "shard", "image", "network", "memory", "agent", "options", "stall"}

// completeFlags lets the flags of a command, and of those below it, be completed.
func completeFlags(cmd *cobra.Command) {
	for name, choose := range choices {
		if cmd.Flags().Lookup(name) != nil {
			cmd.RegisterFlagCompletionFunc(name, func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
				return listed(word, choose())
			})
		}
	}
	for _, name := range free {
		if cmd.Flags().Lookup(name) != nil {
			cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
		}
	}
	for _, sub := range cmd.Commands() {
		completeFlags(sub)
	}
}

// listed completes the last word of a list that is separated by commas. The words before it stand before each proposal, since
// for the shell they are one word.
func listed(word string, words []string) ([]string, cobra.ShellCompDirective) {
	before := word[:strings.LastIndexByte(word, ',')+1]
	var fitting []string
	for _, w := range words {
		if strings.HasPrefix(w, word[len(before):]) {
			fitting = append(fitting, before+w)
		}
	}
	return fitting, cobra.ShellCompDirectiveNoFileComp
}

// completeCases completes the arguments of a command that are patterns.
func completeCases(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	return listed(word, patterns())
}

// patterns are the IDs of all cases with their titles, the chapters, and the sections whose requirements cases check.
func patterns() (words []string) {
	chapter := -1
	sections := make(map[string]bool)
	for _, c := range cases.All() {
		if n, title := record.Chapter(c.ID); n != chapter {
			chapter = n
			words = append(words, fmt.Sprintf("%d.*\tchapter %d: %s", n, n, title))
		}
		words = append(words, c.ID+"\t"+c.Title)
		for _, id := range c.Checks {
			if r, ok := requirement.Get(id); ok && !sections[r.RFC+"-"+r.Section] {
				sections[r.RFC+"-"+r.Section] = true
				words = append(words, r.RFC+"-"+r.Section+"\twhat checks a requirement of this section")
			}
		}
	}
	return words
}

func faultNames() (words []string) {
	for _, f := range slices.Concat(reference.Faults(), reference.Variants()) {
		words = append(words, f.Name+"\t"+f.Mistake)
	}
	return words
}
