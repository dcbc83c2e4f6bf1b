package autobahn

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// imagined are surroundings with a home directory, variables, and sockets that are said to exist.
func imagined(t *testing.T, env map[string]string, sockets ...string) surroundings {
	home := t.TempDir()
	exists := func(file string) bool {
		_, err := os.Stat(file)
		return err == nil && strings.HasPrefix(file, home) || slices.Contains(sockets, file)
	}
	return surroundings{func(name string) string { return env[name] }, home, exists}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o600))
}

// writeContext makes a context of the docker command, and returns the directory of its certificates.
func writeContext(t *testing.T, config, name, meta string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	write(t, filepath.Join(config, "contexts", "meta", id, "meta.json"), meta)
	return filepath.Join(config, "contexts", "tls", id, "docker")
}

func TestEndpointOfHost(t *testing.T) {
	for in, want := range map[string]string{
		"unix:///run/d.sock":    "unix:///run/d.sock",
		"/run/d.sock":           "unix:///run/d.sock",
		"tcp://engine.test:1":   "tcp://engine.test:1",
		"127.0.0.1:2375":        "tcp://127.0.0.1:2375",
		"npipe:////./pipe/d":    "npipe:////./pipe/d",
		"http://127.0.0.1:2375": "http://127.0.0.1:2375",
	} {
		// The variable wins over a context.
		got, err := imagined(t, map[string]string{"DOCKER_HOST": in, "DOCKER_CONTEXT": "nowhere"}).endpoint()
		if err != nil || got.host != want || got.tls != nil || got.source != "DOCKER_HOST" {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
}

func TestEndpointThatCannotBe(t *testing.T) {
	for in, want := range map[string]string{
		"ssh://me@engine.test": "ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock me@engine.test",
		"ftp://engine.test":    "no address of a container engine",
		"unix://":              "no address of a container engine",
	} {
		_, err := imagined(t, map[string]string{"DOCKER_HOST": in}).endpoint()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), in+" (DOCKER_HOST)") {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestEndpointByDefault(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has one named pipe")
	}
	env := map[string]string{"XDG_RUNTIME_DIR": "/run/user/7"}
	const docker, rootless, user, system = "/var/run/docker.sock", "/run/user/7/docker.sock", "/run/user/7/podman/podman.sock", "/run/podman/podman.sock"
	for _, tt := range []struct {
		sockets []string
		want    string
	}{
		{nil, docker},
		{[]string{docker, rootless, user, system}, docker},
		{[]string{rootless, user, system}, rootless},
		{[]string{user, system}, user},
		{[]string{system}, system},
	} {
		if got, err := imagined(t, env, tt.sockets...).endpoint(); err != nil || got.host != "unix://"+tt.want || got.source != "" {
			t.Errorf("%v: %+v, %v", tt.sockets, got, err)
		}
	}
}

func TestEndpointOfContext(t *testing.T) {
	s := imagined(t, nil)
	config := filepath.Join(s.home, ".docker")
	write(t, filepath.Join(config, "config.json"), `{"auths": {}, "currentContext": "far"}`)
	writeContext(t, config, "far", `{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://far.test:1","SkipTLSVerify":false}}}`)
	got, err := s.endpoint()
	if err != nil || got.host != "tcp://far.test:1" || got.String() != `tcp://far.test:1 (Docker context "far")` || got.tls != nil {
		t.Errorf("%v, %v", got, err)
	}

	writeContext(t, config, "near", `{"Name":"near","Endpoints":{"docker":{"Host":"unix:///near.sock"}}}`)
	s.env = func(name string) string { return map[string]string{"DOCKER_CONTEXT": "near"}[name] }
	if got, err := s.endpoint(); err != nil || got.host != "unix:///near.sock" {
		t.Errorf("%v, %v", got, err)
	}
	s.env = func(name string) string { return map[string]string{"DOCKER_CONTEXT": "default"}[name] }
	if got, err := s.endpoint(); err != nil || got.source != "" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestEndpointOfBrokenConfiguration(t *testing.T) {
	for name, tt := range map[string]struct{ config, meta, want string }{
		"no JSON":         {"{", "", "config.json: "},
		"no such context": {`{"currentContext": "other"}`, "{}", `the Docker context "other", which does not exist: ` + "`docker context ls`"},
		"broken context":  {`{"currentContext": "far"}`, "[", "meta.json: "},
	} {
		s := imagined(t, nil)
		s.env = func(name string) string {
			return map[string]string{"DOCKER_CONFIG": filepath.Join(s.home, "elsewhere")}[name]
		}
		write(t, filepath.Join(s.home, "elsewhere", "config.json"), tt.config)
		writeContext(t, filepath.Join(s.home, "elsewhere"), "far", tt.meta)
		if _, err := s.endpoint(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// certificates writes ca.pem, cert.pem and key.pem into dir: one certificate that stands for itself.
func certificates(t *testing.T, dir string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, filepath.Join(dir, "ca.pem"), certificate)
	write(t, filepath.Join(dir, "cert.pem"), certificate)
	write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})))
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// secureEngine is an engine that answers greetings, over TLS and to clients with a certificate only.
func secureEngine(t *testing.T, pair tls.Certificate) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte("{}"))
	}))
	pool := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(leaf)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	s.StartTLS()
	t.Cleanup(s.Close)
	return "tcp://" + s.Listener.Addr().String()
}

func TestEndpointWithTLS(t *testing.T) {
	home := t.TempDir()
	host := secureEngine(t, certificates(t, filepath.Join(home, "certs")))
	strange := filepath.Join(home, "strange")
	must(t, os.CopyFS(strange, os.DirFS(filepath.Join(home, "certs"))))
	certificates(t, filepath.Join(home, "other"))
	must(t, os.Rename(filepath.Join(home, "other", "ca.pem"), filepath.Join(strange, "ca.pem")))
	for name, env := range map[string]map[string]string{
		"verified":     {"DOCKER_CERT_PATH": filepath.Join(home, "certs"), "DOCKER_TLS_VERIFY": "1"},
		"not verified": {"DOCKER_CERT_PATH": strange},
		"default path": {"DOCKER_CONFIG": filepath.Join(home, "certs"), "DOCKER_TLS_VERIFY": "1"},
	} {
		t.Run(name, func(t *testing.T) {
			env := maps.Clone(env)
			env["DOCKER_HOST"] = host
			greeted(t, imagined(t, env))
		})
	}
	t.Run("context", func(t *testing.T) {
		s := imagined(t, map[string]string{"DOCKER_CONTEXT": "far"})
		dir := writeContext(t, filepath.Join(s.home, ".docker"), "far", `{"Endpoints":{"docker":{"Host":"`+host+`"}}}`)
		must(t, os.CopyFS(dir, os.DirFS(filepath.Join(home, "certs"))))
		greeted(t, s)
	})
	for name, dir := range map[string]string{"no certificate": t.TempDir(), "strange authority": strange} {
		t.Run(name, func(t *testing.T) {
			at, err := imagined(t, map[string]string{"DOCKER_HOST": host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": dir}).endpoint()
			must(t, err)
			engine, err := dial(at)
			must(t, err)
			_, err = greet(t.Context(), engine, at)
			troubled(t, err, NoEngine, "certificate")
		})
	}
}

func greeted(t *testing.T, s surroundings) {
	t.Helper()
	at, err := s.endpoint()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := dial(at)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	if _, err := greet(t.Context(), engine, at); err != nil {
		t.Error(err)
	}
}

func TestEndpointWithBadCertificates(t *testing.T) {
	dir := t.TempDir()
	env := map[string]string{"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_CERT_PATH": dir, "DOCKER_TLS_VERIFY": "1"}
	write(t, filepath.Join(dir, "ca.pem"), "nonsense")
	if _, err := imagined(t, env).endpoint(); err == nil || !strings.Contains(err.Error(), "ca.pem holds no certificate") {
		t.Error(err)
	}
	certificates(t, dir)
	write(t, filepath.Join(dir, "key.pem"), "nonsense")
	if _, err := imagined(t, env).endpoint(); err == nil || !strings.Contains(err.Error(), "the client certificate in "+dir) {
		t.Error(err)
	}
}

func TestEndpointOnThisMachine(t *testing.T) {
	for host, want := range map[string]bool{
		"unix:///var/run/docker.sock": true, "npipe:////./pipe/docker_engine": true, "tcp://127.0.0.1:2375": true, "tcp://localhost:2376": true,
		"tcp://[::1]:2375": true, "tcp://engine.test:2375": false, "tcp://192.168.1.2:2375": false,
	} {
		if got := (endpoint{host: host}).onThisMachine(); got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}
