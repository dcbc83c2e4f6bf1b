package autobahn

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// endpoint is where an engine is spoken to.
type endpoint struct {
	host   string      // such as unix:///var/run/docker.sock
	tls    *tls.Config // nil for none
	source string      // what named it, such as "DOCKER_HOST"; "" for the default
}

// String gives the address, and what named it.
func (e endpoint) String() string {
	if e.source == "" {
		return e.host
	}
	return e.host + " (" + e.source + ")"
}

// onThisMachine tells whether a port that the engine publishes is one of this machine.
func (e endpoint) onThisMachine() bool {
	u, err := url.Parse(e.host)
	return e.local() || err == nil && loopback(u.Hostname())
}

// local tells whether the engine is reached by a socket of this machine, not over a network.
func (e endpoint) local() bool {
	return strings.HasPrefix(e.host, "unix://") || strings.HasPrefix(e.host, "npipe://")
}

// surroundings are what the choice of an endpoint depends on.
type surroundings struct {
	env    func(string) string
	home   string
	exists func(file string) bool
}

func here() surroundings {
	home, _ := os.UserHomeDir()
	exists := func(file string) bool {
		_, err := os.Stat(file)
		return err == nil
	}
	return surroundings{os.Getenv, home, exists}
}

// endpoint finds the engine as the docker command does: DOCKER_HOST, then the context that DOCKER_CONTEXT or the
// configuration names, then the default.
func (s surroundings) endpoint() (endpoint, error) {
	e, err := s.named()
	if err != nil {
		return endpoint{}, err
	}
	e.host = withScheme(e.host)
	return e, e.check()
}

func (s surroundings) named() (endpoint, error) {
	if host := s.env("DOCKER_HOST"); host != "" {
		return s.fromHost(host)
	}
	name, source := s.env("DOCKER_CONTEXT"), "DOCKER_CONTEXT"
	if name == "" {
		source = filepath.Join(s.config(), "config.json")
		var err error
		if name, err = currentContext(source); err != nil {
			return endpoint{}, err
		}
	}
	if name == "" || name == "default" {
		return endpoint{host: s.defaultHost()}, nil
	}
	return s.fromContext(name, source)
}

// config is the directory of the docker command's configuration.
func (s surroundings) config() string {
	if dir := s.env("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	return filepath.Join(s.home, ".docker")
}

func (s surroundings) fromHost(host string) (endpoint, error) {
	e := endpoint{host: host, source: "DOCKER_HOST"}
	dir, verify := s.env("DOCKER_CERT_PATH"), s.env("DOCKER_TLS_VERIFY") != ""
	if strings.HasPrefix(host, "unix://") || dir == "" && !verify {
		return e, nil
	}
	if dir == "" {
		dir = s.config()
	}
	var err error
	e.tls, err = tlsFiles(dir, !verify)
	return e, err
}

// currentContext reads the name of the context that `docker context use` chose. No file means none, and so does one that is not
// this user's, as after a change of user that keeps the home directory.
func currentContext(file string) (string, error) {
	var config struct{ CurrentContext string }
	err := readJSON(file, &config)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", nil
	}
	return config.CurrentContext, err
}

func readJSON(file string, v any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// fromContext reads a context of the docker command: its description, and the certificates beside it.
func (s surroundings) fromContext(name, source string) (endpoint, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	var meta struct {
		Endpoints map[string]struct {
			Host          string
			SkipTLSVerify bool
		}
	}
	err := readJSON(filepath.Join(s.config(), "contexts", "meta", id, "meta.json"), &meta)
	if errors.Is(err, fs.ErrNotExist) {
		return endpoint{}, fmt.Errorf("%s names the Docker context %q, which does not exist: `docker context ls` lists them", source, name)
	}
	if err != nil {
		return endpoint{}, err
	}
	docker := meta.Endpoints["docker"]
	e := endpoint{host: docker.Host, source: fmt.Sprintf("Docker context %q", name)}
	if e.host == "" {
		e.host = s.defaultHost()
	}
	certificates := filepath.Join(s.config(), "contexts", "tls", id, "docker")
	if docker.SkipTLSVerify || s.exists(certificates) {
		e.tls, err = tlsFiles(certificates, docker.SkipTLSVerify)
	}
	return e, err
}

// defaultHost is where Docker listens, or where a rootless Docker or Podman does if it does not.
func (s surroundings) defaultHost() string {
	if runtime.GOOS == "windows" {
		return "npipe:////./pipe/docker_engine"
	}
	const standard = "/var/run/docker.sock"
	sockets := []string{standard, filepath.Join(s.home, ".docker/run/docker.sock")}
	if dir := s.env("XDG_RUNTIME_DIR"); dir != "" {
		sockets = append(sockets, filepath.Join(dir, "docker.sock"), filepath.Join(dir, "podman/podman.sock"))
	}
	for _, socket := range append(sockets, "/run/podman/podman.sock") {
		if s.exists(socket) {
			return "unix://" + socket
		}
	}
	return "unix://" + standard
}

func withScheme(host string) string {
	switch {
	case strings.Contains(host, "://"):
		return host
	case strings.HasPrefix(host, "/"):
		return "unix://" + host
	}
	return "tcp://" + host
}

// check says what to do where the address is of a kind that is not spoken here.
func (e endpoint) check() error {
	scheme, rest, _ := strings.Cut(e.host, "://")
	switch {
	case scheme == "ssh":
		return fmt.Errorf("%s: wsspec does not speak ssh itself; run `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock %s` beside it, "+
			"and set DOCKER_HOST=unix:///tmp/docker.sock", e, rest)
	case scheme != "unix" && scheme != "tcp" && scheme != "npipe" && scheme != "http" && scheme != "https", rest == "":
		return fmt.Errorf("%s: this is no address of a container engine: write unix:///path, or tcp://host:port", e)
	}
	return nil
}

// tlsFiles reads the certificates of a directory, each of which may be missing.
func tlsFiles(dir string, insecure bool) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: insecure}
	authority, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err == nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(authority) {
			return nil, fmt.Errorf("%s holds no certificate", filepath.Join(dir, "ca.pem"))
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	switch {
	case err == nil:
		config.Certificates = []tls.Certificate{pair}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the client certificate in %s: %w", dir, err)
	}
	return config, nil
}
