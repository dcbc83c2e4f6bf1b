package peer

import (
	"errors"
	"io/fs"
	"os/exec"
	"testing"
	"time"
)

func TestErrors(t *testing.T) {
	command := []string{"./server", "--name", "my server"}
	tests := []struct {
		err  error
		want string
	}{
		{&StartError{command, &exec.Error{Name: "server", Err: exec.ErrNotFound}},
			`cannot start ./server --name "my server": ` + exec.ErrNotFound.Error()},
		{&StartError{command, &fs.PathError{Op: "fork/exec", Path: "./server", Err: fs.ErrPermission}},
			`cannot start ./server --name "my server": permission denied`},
		{&StartError{command, &fs.PathError{Op: "open", Path: "/dev/null", Err: fs.ErrPermission}},
			`cannot start ./server --name "my server": open /dev/null: permission denied`},
		{&BusyError{"127.0.0.1:9001"},
			"something already listens on 127.0.0.1:9001: stop it or choose another port"},
		{&BusyError{"unix:/run/a"},
			"something already listens on unix:/run/a: stop it or choose another path"},
		{&ExitError{Command: command, Code: 3, Stdout: []string{"ready"}, Stderr: []string{"oops", "bye"}},
			"./server --name \"my server\" ended with exit code 3; its standard error ends with\n\t| oops\n\t| bye"},
		{&ExitError{Command: command, Awaited: "127.0.0.1:9001", Stdout: []string{"done"}},
			"./server --name \"my server\" ended with exit code 0 before it listened on 127.0.0.1:9001; its standard output ends with\n\t| done"},
		{&ExitError{Command: command, Code: -1, Signal: "segmentation fault"},
			`./server --name "my server" was ended by a signal: segmentation fault; it wrote nothing`},
		{&ExitError{Command: command, Code: -1},
			`./server --name "my server" ended with an unknown exit code; it wrote nothing`},
		{&NotListeningError{command, "127.0.0.1:9001", 30 * time.Second, nil, []string{"loading"}},
			"./server --name \"my server\" does not listen on 127.0.0.1:9001 after 30s: does it listen elsewhere, or need more time?; its standard error ends with\n\t| loading"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	if !errors.Is(&StartError{command, &exec.Error{Err: exec.ErrNotFound}}, exec.ErrNotFound) {
		t.Error("a StartError hides its reason")
	}
}

func TestCommandLine(t *testing.T) {
	in := []string{"a", "", "b c", `d"e`, "\x1b[2J", "größe", "--x=y"}
	if got, want := commandLine(in), `a "" "b c" "d\"e" "\x1b[2J" größe --x=y`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
