package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
)

// version is set by release builds; see tool.
var version = "0.1.0"

// tool is the name and version of this program, with the commit if the build knows it.
func tool() string {
	name := "wsspec " + version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return name + " (" + s.Value[:12] + ")"
			}
		}
	}
	return name
}

func newRoot() *cobra.Command {
	o := new(options)
	root := &cobra.Command{
		Use:   "wsspec",
		Short: "Test WebSocket endpoints against RFC 6455",
		Long: `wsspec puts questions to a WebSocket endpoint, judges the answers by RFC 6455, and shows the sentence
that was broken and the bytes that prove it.

Without a command it tests the server that is built in, and writes a report: a way to see what it does.`,
		Example: `  wsspec                                                   test the built-in server
  wsspec test ws://127.0.0.1:9001/                         test a server that runs
  wsspec test ws://127.0.0.1:{port}/ -- ./server {port}    start it, test it, end it
  wsspec cases 5.6                                         what case 5.6 is about`,
		Version:       tool() + ", catalogue " + cases.Version,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return testBuiltIn(cmd.Context(), o) },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())}
	})
	o.register(root)
	root.AddCommand(newTest(), newCases(), newServe(), newReport())
	return root
}
