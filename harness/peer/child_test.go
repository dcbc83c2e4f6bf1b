package peer

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The tests start this very binary as the program of another person: with one of these variables it plays a role instead of
// running tests.
const (
	roleVariable     = "PEER_TEST_ROLE"
	lifelineVariable = "PEER_TEST_LIFELINE" // where a child connects, to be seen alive; it ends when the test hangs up
)

// patience is what a test waits for something that must happen. It is long, for slow machines, and never used up.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		holdLifeline(role)
		roles[role](os.Args[1:])
		return
	}
	goleak.VerifyTestMain(m)
}

var roles = map[string]func(args []string){
	"server": func(args []string) { serve(args[0]) },

	// A wrapper that starts another role, with its own arguments, and then serves as well.
	"wrapper": func(args []string) {
		child := exec.Command(os.Args[0], args[2:]...)
		child.Env = append(os.Environ(), roleVariable+"="+args[1])
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		must(child.Start())
		serve(args[0])
	},
	"stubborn": func(args []string) {
		signal.Ignore(syscall.SIGTERM)
		serve(args[0])
	},
	// Takes leave when it is asked to end and the test lets it go.
	"slow": func([]string) {
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, syscall.SIGTERM)
		fmt.Println("up")
		<-asked
		<-heard
		fmt.Println("goodbye")
	},
	"failure": func([]string) {
		fmt.Println("reading the configuration")
		fmt.Fprintln(os.Stderr, "server: \x1b[31mno such table\x1b[0m")
		os.Exit(3)
	},
	"talker": func([]string) {
		fmt.Println("no such table")
		os.Exit(4)
	},
	"deaf": func([]string) {
		fmt.Fprintln(os.Stderr, "loading")
		serve("127.0.0.1:0")
	},
	// Writes a line without an end of 32 MiB, and then as much in lines.
	"flood": func([]string) {
		for range 1 << 10 {
			os.Stderr.WriteString(strings.Repeat("x", 32<<10))
		}
		for i := range 1 << 10 {
			fmt.Fprintf(os.Stderr, "\nline %d %s", i, strings.Repeat("y", 32<<10))
		}
		fmt.Fprint(os.Stderr, "\nthe end")
		os.Exit(7)
	},
	"chatterbox": func(args []string) {
		go func() {
			for i := 0; ; i++ {
				fmt.Fprintln(os.Stderr, "tick", i)
			}
		}()
		serve(args[0])
	},
	"environment": func([]string) {
		dir, _ := os.Getwd()
		fmt.Printf("%s\n%s\n", dir, os.Getenv("PEER_TEST_VALUE"))
	},
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
}

// heard carries what the test says to the child.
var heard = make(chan string, 1)

// holdLifeline keeps a connection to the test open as long as the child lives, and lets no child live longer than its test.
func holdLifeline(role string) {
	address := os.Getenv(lifelineVariable)
	if address == "" {
		return
	}
	c, err := net.Dial("tcp", address)
	must(err)
	fmt.Fprintln(c, role)
	go func() {
		for lines := bufio.NewScanner(c); lines.Scan(); {
			heard <- lines.Text()
		}
		os.Exit(98)
	}()
}

// serve answers every line with itself, but ends with code N at the line "exit N" and with last words at "panic".
func serve(at string) {
	a, err := parseAddress(at)
	must(err)
	l, err := net.Listen(a.network, a.name)
	must(err)
	for {
		c, err := l.Accept()
		must(err)
		go func() {
			lines := bufio.NewScanner(c)
			for lines.Scan() {
				if code, ok := strings.CutPrefix(lines.Text(), "exit "); ok {
					n, err := strconv.Atoi(code)
					must(err)
					os.Exit(n)
				}
				if lines.Text() == "panic" {
					fmt.Fprintln(os.Stderr, strings.Repeat("x", 40<<10)+"\nlast words")
					os.Exit(2)
				}
				fmt.Fprintln(c, lines.Text())
			}
			c.Close()
		}()
	}
}

// lifeline sees children come and go.
type lifeline struct {
	t *testing.T
	l *net.TCPListener
}

func newLifeline(t *testing.T) lifeline {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return lifeline{t, l.(*net.TCPListener)}
}

// options start the test binary in the role.
func (l lifeline) options(role string, args ...string) Options {
	return Options{
		Command: append([]string{os.Args[0]}, args...),
		Env:     []string{roleVariable + "=" + role, lifelineVariable + "=" + l.l.Addr().String()},
	}
}

// server starts the role with an address of its own and waits for it.
func (l lifeline) server(role string, args ...string) Options {
	o := l.options(role, append([]string{"127.0.0.1:{port}"}, args...)...)
	o.URL = "ws://127.0.0.1:{port}/"
	return o
}

// await returns the connection of the next child, which must play the role.
func (l lifeline) await(role string) net.Conn {
	l.t.Helper()
	l.l.SetDeadline(time.Now().Add(patience))
	c, err := l.l.Accept()
	if err != nil {
		l.t.Fatalf("waiting for %s: %v", role, err)
	}
	l.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	if got := make([]byte, len(role)+1); !readFull(c, got) || string(got) != role+"\n" {
		l.t.Fatalf("%q came instead of %s", got, role)
	}
	return c
}

func readFull(c net.Conn, b []byte) bool {
	_, err := io.ReadFull(c, b)
	return err == nil
}

// awaitEnd waits for the end of a child by its connection.
func awaitEnd(t *testing.T, name string, c net.Conn) {
	t.Helper()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Read(make([]byte, 1)); os.IsTimeout(err) || err == nil {
		t.Fatalf("%s still lives", name)
	}
}

// ask sends a line to the server and returns its answer, "" if it hangs up.
func ask(t *testing.T, p *Process, line string) string {
	t.Helper()
	c, err := net.Dial(p.address.network, p.address.name)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	fmt.Fprintln(c, line)
	answer, _ := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSuffix(answer, "\n")
}
