package autobahn

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	registryapi "github.com/moby/moby/api/types/registry"
)

// An engine keeps no passwords: whoever has it pull sends those for the registry along. They are where `docker login` left them.

// hub is the registry of images whose names have none, and the name under which its credentials are kept.
const (
	hub    = "index.docker.io"
	hubKey = "https://index.docker.io/v1/"
)

// registryOf is the host of the registry that an image comes from.
func registryOf(image string) string {
	host, _, found := strings.Cut(image, "/")
	if !found || host != "localhost" && !strings.ContainsAny(host, ".:") || host == "docker.io" {
		return hub
	}
	return host
}

// keyOf is the name under which a registry's credentials are kept.
func keyOf(host string) string {
	if host == hub {
		return hubKey
	}
	return host
}

// logins is what the docker command's configuration tells about registries.
type logins struct {
	Auths       map[string]registryapi.AuthConfig // by keys, which may have a scheme and a path
	CredsStore  string                            // the program that knows all others
	CredHelpers map[string]string                 // those that know one registry each
}

// credentials are what is to be sent along for an image, as engines take it; "" if nobody has logged in. A configuration that is
// not this user's is none.
func (s surroundings) credentials(ctx context.Context, image string) (string, error) {
	var known logins
	err := readJSON(filepath.Join(s.config(), "config.json"), &known)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	host := registryOf(image)
	auth := known.kept(host)
	if helper := cmp.Or(known.CredHelpers[host], known.CredsStore); helper != "" {
		if auth, err = askHelper(ctx, helper, keyOf(host)); err != nil {
			return "", err
		}
	}
	if auth == (registryapi.AuthConfig{}) {
		return "", nil
	}
	auth.ServerAddress = keyOf(host)
	text, err := json.Marshal(auth)
	return base64.URLEncoding.EncodeToString(text), err
}

// kept is what the configuration itself holds of a registry.
func (l *logins) kept(host string) registryapi.AuthConfig {
	for key, auth := range l.Auths {
		_, rest, found := strings.Cut(key, "://")
		if !found {
			rest = key
		}
		if at, _, _ := strings.Cut(rest, "/"); at != host {
			continue
		}
		if both, err := base64.StdEncoding.DecodeString(auth.Auth); err == nil && len(both) > 0 {
			auth.Username, auth.Password, _ = strings.Cut(strings.TrimRight(string(both), "\x00"), ":")
		}
		auth.Auth = ""
		return auth
	}
	return registryapi.AuthConfig{}
}

// helperLimit is how long a helper may take: it may ask its user.
const helperLimit = time.Minute

// tokenUser is the name by which helpers say that the secret is a token.
const tokenUser = "<token>"

// askHelper asks a program that keeps credentials, as the docker command does. One that has none for the registry fails, and says
// so on its output.
func askHelper(ctx context.Context, helper, key string) (registryapi.AuthConfig, error) {
	ctx, cancel := context.WithTimeout(ctx, helperLimit)
	defer cancel()
	name := "docker-credential-" + helper
	cmd := exec.CommandContext(ctx, name, "get")
	cmd.Stdin = strings.NewReader(key)
	output, err := cmd.Output()
	if err != nil && bytes.Contains(output, []byte("credentials not found")) {
		return registryapi.AuthConfig{}, nil
	}
	if err != nil {
		return registryapi.AuthConfig{}, fmt.Errorf("%s, which keeps the credentials of %s, failed: %w", name, key, err)
	}
	var told struct{ Username, Secret string }
	if json.Unmarshal(output, &told) != nil {
		return registryapi.AuthConfig{}, fmt.Errorf("%s did not answer with the credentials of %s", name, key)
	}
	if told.Username == tokenUser {
		return registryapi.AuthConfig{IdentityToken: told.Secret}, nil
	}
	return registryapi.AuthConfig{Username: told.Username, Password: told.Secret}, nil
}
