package ws_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

func TestMessageWriter(t *testing.T) {
	k := func(n int) string { return strings.Repeat("k", n<<10) }
	for _, test := range []struct {
		name   string
		write  func(w *ws.MessageWriter)
		frames []protocol.Frame
	}{
		{"nothing", func(*ws.MessageWriter) {}, []protocol.Frame{frame(protocol.Text, "")}},
		{"small portions", func(w *ws.MessageWriter) {
			io.WriteString(w, "Hel")
			io.WriteString(w, "")
			io.WriteString(w, "lo")
		}, []protocol.Frame{frame(protocol.Text, "Hello")}},
		{"flush", func(w *ws.MessageWriter) {
			w.Flush()
			io.WriteString(w, "Hel")
			w.Flush()
			w.Flush()
			io.WriteString(w, "lo")
		}, []protocol.Frame{more(frame(protocol.Text, "Hel")), frame(protocol.Continuation, "lo")}},
		{"gathered", func(w *ws.MessageWriter) {
			io.WriteString(w, k(3))
			io.WriteString(w, k(3))
		}, []protocol.Frame{more(frame(protocol.Text, k(4))), frame(protocol.Continuation, k(2))}},
		{"large portion", func(w *ws.MessageWriter) {
			io.WriteString(w, k(130))
		}, []protocol.Frame{more(frame(protocol.Text, k(64))), more(frame(protocol.Continuation, k(64))), frame(protocol.Continuation, k(2))}},
		{"code point is cut", func(w *ws.MessageWriter) {
			io.WriteString(w, "\xc3")
			w.Flush()
			io.WriteString(w, "\xa9")
		}, []protocol.Frame{more(frame(protocol.Text, "\xc3")), frame(protocol.Continuation, "\xa9")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			near, far := tcp(t)
			p, c := withClient(t, near, far, nil)
			wrote := start(func() error {
				w, err := c.NextWriter(t.Context(), protocol.Text)
				if err != nil {
					return err
				}
				test.write(w)
				return w.Close()
			})
			p.expect(test.frames...)
			if err := <-wrote; err != nil {
				t.Error(err)
			}
			w, err := c.NextWriter(t.Context(), protocol.Binary)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, "next")
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			p.expect(frame(protocol.Binary, "next"))
		})
	}
}

// Other messages wait for the end of one in parts. Pongs do not.
func TestMessageInPartsKeepsOthersOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		frames := make(chan protocol.Frame, 10)
		go func() {
			for f, err := p.next(); err == nil; f, err = p.next() {
				frames <- f
			}
		}()
		w, err := c.NextWriter(t.Context(), protocol.Text)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, "one, ")
		if err := w.Flush(); err != nil {
			t.Error(err)
		}
		whole := start(func() error { return c.WriteMessage(t.Context(), protocol.Text, []byte("whole")) })
		handled := start(func() error { return c.Handle(t.Context(), echo) })
		go p.send(frame(protocol.Ping, "now"), frame(protocol.Text, "echo"))
		synctest.Wait()
		if n := len(frames); n != 2 {
			t.Errorf("%d frames came before the end of the message, want its first part and a Pong", n)
		}
		io.WriteString(w, "two")
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if err := <-whole; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		for _, want := range []string{"one, ", "now", "two"} {
			if f := <-frames; string(f.Payload) != want {
				t.Errorf("got %v, want %q", f, want)
			}
		}
		if a, b := string((<-frames).Payload), string((<-frames).Payload); a+b != "wholeecho" && a+b != "echowhole" {
			t.Errorf("got %q and %q", a, b)
		}
		if err := c.WriteMessage(t.Context(), protocol.Text, []byte("next")); err != nil {
			t.Error(err)
		}
		c.CloseNow()
		<-handled
	})
}

func TestMessageWriterAfterClose(t *testing.T) {
	client, _ := loopback(t, ws.Options{})
	w, err := client.NextWriter(t.Context(), protocol.Text)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := io.WriteString(w, "x"); err == nil {
		t.Error("Write succeeded")
	}
	if err := w.Flush(); err == nil {
		t.Error("Flush succeeded")
	}
	if err := w.Close(); err == nil {
		t.Error("Close succeeded again")
	}
	// The second Close must not have freed what another message holds by now.
	if _, err := client.NextWriter(t.Context(), protocol.Text); err != nil {
		t.Error(err)
	}
}

// A message whose context ends in the middle can only be given up together with the connection.
func TestMessageWriterIsInterrupted(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	ctx, cancel := context.WithCancel(t.Context())
	w, err := c.NextWriter(ctx, protocol.Text)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "begun")
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := w.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	p.expect(more(frame(protocol.Text, "begun")), closing(protocol.InternalError, "a message could not be ended"))
	if err := c.WriteMessage(t.Context(), protocol.Text, nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the next message: %v", err)
	}
	p.send(frame(protocol.Text, "echo?"))
	if err := c.Handle(t.Context(), echo); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Batch.Message: %v", err)
	}
}

// Who waits for the end of a message does not wait for ever.
func TestMessageIsNeverEnded(t *testing.T) {
	client, _ := loopback(t, ws.Options{})
	if _, err := client.NextWriter(t.Context(), protocol.Text); err != nil {
		t.Fatal(err)
	}
	waits := start(func() error { return client.WriteMessage(t.Context(), protocol.Text, nil) })
	client.CloseNow()
	if err := <-waits; !errors.Is(err, ws.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// Text that turns out not to be UTF-8 cannot be ended as if it were whole.
func TestMessageWriterBrokenText(t *testing.T) {
	for _, test := range []struct {
		name          string
		first, second string
		frames        []protocol.Frame
	}{
		{"before anything was sent", "\xff", "", []protocol.Frame{frame(protocol.Text, "next")}},
		{"in the middle", "good", "\xff", []protocol.Frame{more(frame(protocol.Text, "good")), closing(protocol.InternalError, "a message could not be ended")}},
		{"at the end", "good\xc3", "", []protocol.Frame{more(frame(protocol.Text, "good\xc3")), closing(protocol.InternalError, "a message could not be ended")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			near, far := tcp(t)
			p, c := withClient(t, near, far, nil)
			w, err := c.NextWriter(t.Context(), protocol.Text)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, test.first)
			w.Flush()
			io.WriteString(w, test.second)
			w.Flush()
			if err := w.Close(); !errors.Is(err, protocol.ErrEncoding) {
				t.Errorf("got %v", err)
			}
			if err := c.WriteMessage(t.Context(), protocol.Text, []byte("next")); (err == nil) != (len(test.frames) == 1) {
				t.Errorf("the next message: %v", err)
			}
			p.expect(test.frames...)
		})
	}
}
