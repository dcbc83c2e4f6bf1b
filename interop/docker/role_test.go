package docker

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"
)

// roleVariable makes the test binary play the role of a peer instead of running tests.
const roleVariable = "DOCKER_TEST_ROLE"

var roles = map[string]func(args []string){
	"client":         func(args []string) { runCases(args[0], args[1], func(b []byte) []byte { return b }) },
	"shoutingClient": func(args []string) { runCases(args[0], args[1], func(b []byte) []byte { return append(b, '!') }) },
	"mortalServer":   func(args []string) { dieAfter(args[0], 5) },
}

// runCases asks a fuzzing server for its cases, one after the other, with a library that nobody here wrote.
func runCases(url, agent string, answer func([]byte) []byte) {
	url = strings.TrimSuffix(url, "/")
	count := dial(url + "/getCaseCount")
	_, text, err := count.ReadMessage()
	must(err)
	n, err := strconv.Atoi(string(text))
	must(err)
	for i := range n {
		echo(dial(fmt.Sprintf("%s/runCase?case=%d&agent=%s", url, i+1, agent)), answer)
	}
	echo(dial(url+"/updateReports?agent="+agent), answer)
}

func dial(url string) *websocket.Conn {
	dialer := *websocket.DefaultDialer
	c, _, err := dialer.Dial(url, nil)
	must(err)
	return c
}

func echo(c *websocket.Conn, answer func([]byte) []byte) {
	defer c.Close()
	for {
		kind, message, err := c.ReadMessage()
		if err != nil || c.WriteMessage(kind, answer(message)) != nil {
			return
		}
	}
}

// dieAfter is an echo server that ends in the middle of the connection of this number.
func dieAfter(port string, connections int) {
	upgrader := websocket.Upgrader{}
	seen := make(chan int, 1)
	seen <- 0
	must(http.ListenAndServe("127.0.0.1:"+port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		n := <-seen + 1
		if seen <- n; n == connections {
			os.Exit(1)
		}
		echo(c, func(b []byte) []byte { return b })
	})))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
}
