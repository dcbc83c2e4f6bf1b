package ws_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pool        *x509.CertPool
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "test authority"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	a.certificate, a.key = a.sign(t, template)
	a.pool.AddCert(a.certificate)
	return a
}

// sign issues a certificate, by itself if there is none yet.
func (a *authority) sign(t testing.TB, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

// server is a TLS configuration for a name, until a time.
func (a *authority) server(t testing.TB, name string, until time.Time) *tls.Config {
	t.Helper()
	certificate, key := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2),
		DNSNames:     []string{name},
		NotBefore:    time.Now().Add(-2 * time.Hour),
		NotAfter:     until,
	})
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}}}
}

// secure returns a client and a server over TLS.
func secure(t testing.TB, options ws.Options) (client, server *ws.Conn, name string) {
	t.Helper()
	a := newAuthority(t)
	near, far := tcp(t)
	config := a.server(t, "example.com", time.Now().Add(time.Hour))
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		name = hello.ServerName
		return nil, nil
	}
	served := start(func() error {
		var err error
		server, _, err = ws.Serve(t.Context(), tls.Server(far, config), &ws.AcceptOptions{Options: options})
		return err
	})
	client, _, err := ws.Dial(t.Context(), "wss://example.com/", &ws.DialOptions{Options: options, TLS: &tls.Config{RootCAs: a.pool}, Dial: always(near)})
	if err := errors.Join(err, <-served); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.CloseNow()
		server.CloseNow()
	})
	return client, server, name
}

func TestTLS(t *testing.T) {
	client, server, name := secure(t, ws.Options{})
	if name != "example.com" {
		t.Errorf("the server name was %q", name)
	}
	if _, ok := client.NetConn().(*tls.Conn); !ok {
		t.Errorf("the transport is %T", client.NetConn())
	}
	served := start(func() error { return server.Handle(t.Context(), echo) })
	if err := client.WriteMessage(t.Context(), protocol.Text, []byte("Hello")); err != nil {
		t.Error(err)
	}
	expectMessages(t, client, "Hello")
	if err := client.Close(protocol.NormalClosure, ""); err != nil {
		t.Error(err)
	}
	expectClose(t, <-served, protocol.NormalClosure)
}

// TLS says goodbye in order, too: otherwise the peer could not tell the end from an attack.
func TestTLSCloseNotify(t *testing.T) {
	client, server, _ := secure(t, ws.Options{})
	closed := start(func() error { return server.Close(protocol.NormalClosure, "") })
	expectClose(t, reading(t.Context(), client), protocol.NormalClosure)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	for _, c := range []*ws.Conn{client, server} {
		if _, err := c.NetConn().Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("without close_notify: %v", err)
		}
	}
}

// CloseNow says no goodbye, for which a peer that does not read would have to be waited for.
func TestTLSCloseNow(t *testing.T) {
	a := newAuthority(t)
	config := a.server(t, "example.com", time.Now().Add(time.Hour))
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		served := start(func() *ws.Conn {
			c, _, err := ws.Serve(t.Context(), tls.Server(far, config), nil)
			if err != nil {
				t.Error(err)
			}
			return c
		})
		client, _, err := ws.Dial(t.Context(), "wss://example.com/", &ws.DialOptions{TLS: &tls.Config{InsecureSkipVerify: true}, Dial: always(near)})
		if err != nil {
			t.Fatal(err)
		}
		server := <-served
		if took := elapsed(server.CloseNow); took != 0 {
			t.Errorf("CloseNow took %v", took)
		}
		client.CloseNow()
	})
}

func TestTLSReadIsInterrupted(t *testing.T) {
	client, server, _ := secure(t, ws.Options{})
	for _, text := range []string{"one", "two", "three"} {
		ctx, cancel := context.WithCancel(t.Context())
		read := start(func() error { return reading(ctx, server) })
		cancel()
		if err := <-read; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if err := client.WriteMessage(t.Context(), protocol.Text, []byte(text)); err != nil {
			t.Error(err)
		}
		expectMessages(t, server, text)
	}
}

func TestTLSRefusals(t *testing.T) {
	a := newAuthority(t)
	later := time.Now().Add(time.Hour)
	good := a.server(t, "example.com", later)
	for _, test := range []struct {
		name   string
		server *tls.Config
		client *tls.Config
		want   string
	}{
		{"wrong host name", a.server(t, "example.org", later), &tls.Config{RootCAs: a.pool}, "certificate is valid for example.org, not example.com"},
		{"expired", a.server(t, "example.com", time.Now().Add(-time.Minute)), &tls.Config{RootCAs: a.pool}, "expired"},
		{"unknown authority", good, nil, "unknown authority"},
		{"other name expected", good, &tls.Config{RootCAs: a.pool, ServerName: "example.net"}, "not example.net"},
		{"no TLS", nil, &tls.Config{RootCAs: a.pool}, "does not look like a TLS handshake"},
	} {
		t.Run(test.name, func(t *testing.T) {
			near, far := tcp(t)
			served := start(func() error {
				if test.server == nil {
					_, err := io.WriteString(far, "HTTP/1.1 400 Bad Request\r\n\r\n")
					return err
				}
				_, _, err := ws.Serve(t.Context(), tls.Server(far, test.server), nil)
				if err == nil {
					t.Error("the server was not told")
				}
				return nil
			})
			_, _, err := ws.Dial(t.Context(), "wss://example.com/", &ws.DialOptions{TLS: test.client, Dial: always(near)})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "TLS handshake") {
				t.Errorf("got %v; want %q", err, test.want)
			}
			if _, err := near.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("the transport is not closed: %v", err)
			}
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}

// A server that prefers HTTP/2 is not led into temptation.
func TestTLSWithoutHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ws.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		c.Handle(r.Context(), echo)
		c.CloseNow()
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	config := s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	config.NextProtos = []string{"h2", "http/1.1"}
	c, _, err := ws.Dial(t.Context(), "wss"+strings.TrimPrefix(s.URL, "https"), &ws.DialOptions{TLS: config})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.WriteMessage(t.Context(), protocol.Text, []byte("Hello")); err != nil {
		t.Error(err)
	}
	expectMessages(t, c, "Hello")
	if err := c.Close(protocol.NormalClosure, ""); err != nil {
		t.Error(err)
	}
}
