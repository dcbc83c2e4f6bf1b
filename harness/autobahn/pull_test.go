package autobahn

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
)

// registry is a small one, which has one image under any name and tag, for one platform. Engines take registries on 127.0.0.1
// without TLS.
type registry struct {
	mu        sync.Mutex
	asked     int // how often for a manifest
	troubled  bool
	denies    bool
	login     string              // that it asks for, as "user:password"; "" for none
	manifests map[string]document // by tag or digest
	blobs     map[string]document
}

type document struct {
	kind string
	text []byte
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

const (
	manifestType = "application/vnd.docker.distribution.manifest.v2+json"
	listType     = "application/vnd.docker.distribution.manifest.list.v2+json"
	configType   = "application/vnd.docker.container.image.v1+json"
	layerType    = "application/vnd.docker.image.rootfs.diff.tar.gzip"
)

// newRegistry serves an image for the architecture. It returns its name.
func newRegistry(t *testing.T, architecture string) (*registry, string) {
	t.Helper()
	layer := archiveOf(map[string]string{"file": t.Name()})
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(layer)
	z.Close()
	config := encode(map[string]any{
		"os": "linux", "architecture": architecture, "rootfs": map[string]any{"type": "layers", "diff_ids": []string{digest(layer)}},
	})
	manifest := encode(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": map[string]any{"mediaType": configType, "size": len(config), "digest": digest(config)},
		"layers": []any{map[string]any{"mediaType": layerType, "size": zipped.Len(), "digest": digest(zipped.Bytes())}},
	})
	list := encode(map[string]any{"schemaVersion": 2, "mediaType": listType, "manifests": []any{map[string]any{
		"mediaType": manifestType, "size": len(manifest), "digest": digest(manifest),
		"platform": map[string]string{"os": "linux", "architecture": architecture},
	}}})
	r := &registry{
		manifests: map[string]document{"latest": {listType, list}, digest(list): {listType, list}, digest(manifest): {manifestType, manifest}},
		blobs:     map[string]document{digest(config): {configType, config}, digest(zipped.Bytes()): {layerType, zipped.Bytes()}},
	}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	return r, strings.TrimPrefix(s.URL, "http://") + "/image"
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

func (s *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); s.login != "" && user+":"+password != s.login {
		w.Header().Set("WWW-Authenticate", `Basic realm="here"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v2/"), "/")
	if len(parts) < 3 {
		return // the root, which says that this is a registry
	}
	of := s.blobs
	if parts[1] == "manifests" {
		if of = s.manifests; s.refuse(w, r.Method) {
			return
		}
	}
	d, ok := of[parts[2]]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", d.kind)
	w.Header().Set("Docker-Content-Digest", digest(d.text))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(d.text))
}

func (s *registry) refuse(w http.ResponseWriter, method string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked++; s.denies {
		w.WriteHeader(http.StatusForbidden)
		w.Write([]byte(`{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`))
		return true
	}
	if s.troubled {
		http.Error(w, "later", http.StatusServiceUnavailable)
		return true
	}
	return false
}

// recover ends the troubles.
func (s *registry) recover() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.troubled = false
}

// pullFrom pulls an image, which is removed afterwards.
func pullFrom(t *testing.T, image string, policy Pull) (log []string, err error) {
	t.Helper()
	err = pullAndTell(t, image, policy, func(line string) { log = append(log, line) })
	return log, err
}

func pullAndTell(t *testing.T, image string, policy Pull, tell func(string)) error {
	t.Helper()
	engine := realEngine(t)
	t.Cleanup(func() { engine.ImageRemove(context.Background(), image, client.ImageRemoveOptions{Force: true}) })
	_, err := NewContainer(t.Context(), ContainerOptions{Engine: engine, Image: image, Pull: policy, Log: tell})
	return err
}

func TestPull(t *testing.T) {
	r, image := newRegistry(t, engineArchitecture(t))
	log, err := pullFrom(t, image, PullMissing)
	if err != nil || log[0] != "pulling the image "+image || !slices.ContainsFunc(log, func(s string) bool { return strings.Contains(s, "Downloaded newer image") }) {
		t.Errorf("%q, %v", log, err)
	}
	asked := r.asked
	if log, err := pullFrom(t, image, PullMissing); err != nil || len(log) > 0 || r.asked != asked {
		t.Errorf("what is there was pulled again: %q, %v", log, err)
	}
	if log, err := pullFrom(t, image, PullAlways); err != nil || r.asked == asked {
		t.Errorf("what is there was not pulled again: %q, %v", log, err)
	}
}

func engineArchitecture(t *testing.T) string {
	t.Helper()
	v, err := realEngine(t).ServerVersion(t.Context(), client.ServerVersionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return v.Arch
}

// hasten takes away the pauses between attempts.
func hasten(t *testing.T) {
	pauses := pullPauses
	pullPauses = make([]time.Duration, len(pauses))
	t.Cleanup(func() { pullPauses = pauses })
}

func TestPullIsTriedAgain(t *testing.T) {
	r, image := newRegistry(t, engineArchitecture(t))
	hasten(t)
	r.troubled = true
	tries := 0
	err := pullAndTell(t, image, PullMissing, func(line string) {
		if strings.Contains(line, "trying again") {
			tries++
			r.recover()
		}
	})
	if err != nil || tries != 1 {
		t.Errorf("%d more tries, %v", tries, err)
	}
}

func TestPullFails(t *testing.T) {
	hasten(t)
	t.Run("for good", func(t *testing.T) {
		r, image := newRegistry(t, engineArchitecture(t))
		r.troubled = true
		log, err := pullFrom(t, image, PullMissing)
		troubled(t, err, PullFailed, image, "docker load -i", "--pull never")
		if n := strings.Count(strings.Join(log, "\n"), "trying again"); n != len(pullPauses) {
			t.Errorf("tried again %d times", n)
		}
	})
	t.Run("denied", func(t *testing.T) {
		r, image := newRegistry(t, engineArchitecture(t))
		r.denies = true
		log, err := pullFrom(t, image, PullMissing)
		troubled(t, err, PullFailed, "denied")
		if strings.Contains(strings.Join(log, "\n"), "trying again") {
			t.Errorf("an answer was not believed: %q", log)
		}
	})
	t.Run("no such tag", func(t *testing.T) {
		_, image := newRegistry(t, engineArchitecture(t))
		log, err := pullFrom(t, image+":absent", PullAlways)
		troubled(t, err, PullFailed, ":absent")
		if strings.Contains(strings.Join(log, "\n"), "trying again") {
			t.Errorf("an answer was not believed: %q", log)
		}
	})
	t.Run("no registry", func(t *testing.T) {
		_, err := pullFrom(t, "127.0.0.1:1/image", PullMissing)
		troubled(t, err, PullFailed, "127.0.0.1:1", "connection refused")
	})
	t.Run("no name", func(t *testing.T) {
		_, err := pullFrom(t, "No Image", PullAlways)
		var e *EngineError
		if err == nil || errors.As(err, &e) || !strings.Contains(err.Error(), `"No Image" is no name of an image`) {
			t.Errorf("%T %v", err, err)
		}
	})
}

// TestPullForAnotherPlatform pulls an image that there is for none but a foreign platform, as on computers with ARM.
func TestPullForAnotherPlatform(t *testing.T) {
	own := engineArchitecture(t)
	if own == emulated.Architecture {
		emulated.Architecture = "arm64"
		defer func() { emulated.Architecture = own }()
	}
	_, image := newRegistry(t, emulated.Architecture)
	log, err := pullFrom(t, image, PullMissing)
	if err != nil || !strings.Contains(strings.Join(log, "\n"), "none for the platform of this engine") {
		t.Errorf("%q, %v", log, err)
	}
}

func TestPullProgress(t *testing.T) {
	var p pullProgress
	now := time.Now()
	if got := p.add("a", 1e6, 4e6, now); got != "fetched 1.0 of 4.0 MB" {
		t.Error(got)
	}
	if got := p.add("b", 0, 6e6, now.Add(time.Second)); got != "" {
		t.Error(got)
	}
	if got := p.add("a", 4e6, 4e6, now.Add(2*time.Second)); got != "fetched 4.0 of 10.0 MB" {
		t.Error(got)
	}
}
