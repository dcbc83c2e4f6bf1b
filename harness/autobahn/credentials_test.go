package autobahn

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	registryapi "github.com/moby/moby/api/types/registry"
)

// configured are surroundings with a configuration of the docker command.
func configured(t *testing.T, config string) surroundings {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_CONFIG", dir)
	return here()
}

// sent is what an engine would be sent for an image.
func sent(t *testing.T, s surroundings, image string) (auth registryapi.AuthConfig) {
	t.Helper()
	text, err := s.credentials(t.Context(), image)
	if err != nil {
		t.Errorf("%s: %v", image, err)
	}
	if text == "" {
		return auth
	}
	decoded, err := base64.URLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(decoded, &auth)
	}
	if err != nil {
		t.Errorf("%s: %v", image, err)
	}
	return auth
}

// TestCredentials: each registry gets its own, whatever form its name has, and nobody else's.
func TestCredentials(t *testing.T) {
	s := configured(t, `{"auths": {
		"https://index.docker.io/v1/": {"auth": "`+base64.StdEncoding.EncodeToString([]byte("me:hub:secret"))+`"},
		"ghcr.io": {"auth": "`+base64.StdEncoding.EncodeToString([]byte("me:gh"))+`"},
		"https://registry.example.org:5000/v2/": {"username": "you", "password": "word"},
		"localhost:5000": {"identitytoken": "token"},
		"empty.example.org": {}
	}}`)
	for image, want := range map[string]registryapi.AuthConfig{
		"crossbario/autobahn-testsuite":           {Username: "me", Password: "hub:secret", ServerAddress: hubKey},
		"autobahn":                                {Username: "me", Password: "hub:secret", ServerAddress: hubKey},
		"docker.io/library/autobahn:1.0":          {Username: "me", Password: "hub:secret", ServerAddress: hubKey},
		"ghcr.io/org/autobahn@sha256:0000":        {Username: "me", Password: "gh", ServerAddress: "ghcr.io"},
		"registry.example.org:5000/autobahn":      {Username: "you", Password: "word", ServerAddress: "registry.example.org:5000"},
		"localhost:5000/autobahn":                 {IdentityToken: "token", ServerAddress: "localhost:5000"},
		"registry.example.org/autobahn":           {},
		"evil.org/ghcr.io/autobahn":               {},
		"empty.example.org/autobahn":              {},
		"ghcr.io.evil.org/autobahn":               {},
		"registry.example.org:5001/autobahn:5000": {},
	} {
		if got := sent(t, s, image); got != want {
			t.Errorf("%s: %+v, want %+v", image, got, want)
		}
	}
	if got := sent(t, surroundings{env: func(string) string { return "" }, home: t.TempDir()}, "ghcr.io/a"); got != (registryapi.AuthConfig{}) {
		t.Errorf("without a configuration: %+v", got)
	}
	if _, err := configured(t, `{"auths": 5}`).credentials(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "config.json") {
		t.Errorf("%v", err)
	}
}

// helper installs a program that keeps credentials.
func helper(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the helper is a script of a Unix shell")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-test"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// TestCredentialHelper: where a program keeps the credentials, it is asked.
func TestCredentialHelper(t *testing.T) {
	helper(t, `read key; test "$1" = get || exit 2
case $key in
https://index.docker.io/v1/) echo '{"ServerURL": "x", "Username": "<token>", "Secret": "t"}';;
ghcr.io) echo '{"Username": "me", "Secret": "gh"}';;
odd.org) echo nonsense;;
locked.org) echo the keychain is locked >&2; exit 1;;
*) echo credentials not found in native keychain; exit 1;;
esac
`)
	store := configured(t, `{"auths": {"ghcr.io": {}}, "credsStore": "test"}`)
	for image, want := range map[string]registryapi.AuthConfig{
		"autobahn":    {IdentityToken: "t", ServerAddress: hubKey},
		"ghcr.io/a":   {Username: "me", Password: "gh", ServerAddress: "ghcr.io"},
		"other.org/a": {},
	} {
		if got := sent(t, store, image); got != want {
			t.Errorf("%s: %+v, want %+v", image, got, want)
		}
	}
	for image, want := range map[string]string{"odd.org/a": "did not answer with the credentials of odd.org", "locked.org/a": "docker-credential-test"} {
		if _, err := store.credentials(t.Context(), image); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", image, err, want)
		}
	}
	one := configured(t, `{"credHelpers": {"ghcr.io": "test", "gone.org": "no-such-helper"}}`)
	if got := sent(t, one, "ghcr.io/a"); got.Password != "gh" {
		t.Errorf("%+v", got)
	}
	if got := sent(t, one, "autobahn"); got != (registryapi.AuthConfig{}) {
		t.Errorf("the helper of another registry was asked: %+v", got)
	}
	if _, err := one.credentials(t.Context(), "gone.org/a"); err == nil || !strings.Contains(err.Error(), "docker-credential-no-such-helper") {
		t.Errorf("%v", err)
	}
}

// TestPullWithCredentials: a private registry gives its image to whoever has logged in.
func TestPullWithCredentials(t *testing.T) {
	r, image := newRegistry(t, runtime.GOARCH)
	r.login = "me:secret"
	configured(t, `{}`)
	if _, err := pullFrom(t, image, PullMissing); err == nil {
		t.Error("pulled without credentials")
	}
	configured(t, `{"auths": {"`+registryOf(image)+`": {"auth": "`+base64.StdEncoding.EncodeToString([]byte(r.login))+`"}}}`)
	if log, err := pullFrom(t, image, PullMissing); err != nil || strings.Contains(strings.Join(log, "\n"), "secret") {
		t.Errorf("%v, said %q", err, log)
	}
	configured(t, `{"credsStore": "no-such-helper"}`)
	log, err := pullFrom(t, image, PullAlways)
	if text := strings.Join(log, "\n"); err == nil || !strings.Contains(text, "pulling it without credentials: docker-credential-no-such-helper") {
		t.Errorf("%v, said %q", err, log)
	}
}
