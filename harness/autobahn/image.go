package autobahn

import (
	"context"
	"fmt"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// pullPauses are the pauses between the attempts to pull an image.
var pullPauses = []time.Duration{time.Second, 3 * time.Second}

// emulated is the platform for which an image is pulled that has none for the engine's own: that of the testsuite's image. The
// engines on desktops can run it.
var emulated = ocispec.Platform{OS: "linux", Architecture: "amd64"}

// prepare has the engine get the image.
func (c *Container) prepare(ctx context.Context) error {
	if c.options.Pull == PullAlways {
		return c.pull(ctx)
	}
	_, err := c.engine.ImageInspect(ctx, c.options.Image)
	switch {
	case gone(err) && c.options.Pull == PullNever:
		return &EngineError{NoImage, c.options.Image, nil}
	case gone(err):
		return c.pull(ctx)
	case noName(err):
		return fmt.Errorf("%q is no name of an image: %w", c.options.Image, err)
	}
	return refusal(err, Refused, c.options.Image)
}

// pull tries several times: registries are far away.
func (c *Container) pull(ctx context.Context) error {
	c.options.Log("pulling the image " + c.options.Image)
	auth, err := here().credentials(ctx, c.options.Image)
	if err != nil {
		c.options.Log(fmt.Sprintf("pulling it without credentials: %v", err))
	}
	var platforms []ocispec.Platform
	for attempt := 0; ; attempt++ {
		err := c.pullOnce(ctx, client.ImagePullOptions{Platforms: platforms, RegistryAuth: auth})
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case noName(err):
			return fmt.Errorf("%q is no name of an image: %w", c.options.Image, err)
		case platforms == nil && foreign(err):
			c.options.Log("there is none for the platform of this engine: pulling that for linux/amd64")
			platforms = []ocispec.Platform{emulated}
			continue
		case attempt >= len(pullPauses), answered(err):
			return refusal(err, PullFailed, c.options.Image)
		}
		c.options.Log(fmt.Sprintf("pulling failed: %v; trying again", err))
		if err := pause(ctx, pullPauses[attempt]); err != nil {
			return err
		}
	}
}

// noName tells whether the name of an image is none to the client or to the engine. Podman sends nothing for it but words.
func noName(err error) bool {
	return err != nil && (cerrdefs.IsInvalidArgument(err) || strings.Contains(err.Error(), "invalid reference format"))
}

// foreign recognises by their words, Docker's and Podman's, that there is an image, but for none but other platforms.
func foreign(err error) bool {
	text := err.Error()
	return strings.Contains(text, "no matching manifest") || strings.Contains(text, "no image found in")
}

// answered tells whether a failure to pull is the answer to the question, which asking again does not change.
func answered(err error) bool {
	if cerrdefs.IsNotFound(err) || cerrdefs.IsUnauthorized(err) || cerrdefs.IsPermissionDenied(err) || noSpace(err) || foreign(err) {
		return true
	}
	text := strings.ToLower(err.Error())
	for _, words := range []string{"not found", "denied", "unauthorized", "manifest unknown", "no basic auth credentials"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (c *Container) pullOnce(ctx context.Context, o client.ImagePullOptions) error {
	answer, err := c.engine.ImagePull(ctx, c.options.Image, o)
	if err != nil {
		return err
	}
	defer answer.Close()
	var p pullProgress
	for m, err := range answer.JSONMessages(ctx) {
		if err != nil {
			return err
		}
		if m.Error != nil {
			return m.Error
		}
		if m.Progress == nil {
			if m.ID == "" || m.Status != "" && strings.HasPrefix(m.Status, "Pulling from") {
				c.options.Log(m.Status)
			}
			continue
		}
		if m.Status == "Downloading" {
			if line := p.add(m.ID, m.Progress.Current, m.Progress.Total, time.Now()); line != "" {
				c.options.Log(line)
			}
		}
	}
	return nil
}

// progressPause is how often the progress of a pull is told.
const progressPause = 2 * time.Second

// pullProgress adds up the layers of an image that are being fetched.
type pullProgress struct {
	layers map[string][2]int64 // bytes that are here, and bytes in all
	told   time.Time
}

// add notes how much of a layer is here, and returns a line where one is due.
func (p *pullProgress) add(layer string, current, total int64, now time.Time) string {
	if p.layers == nil {
		p.layers = map[string][2]int64{}
	}
	p.layers[layer] = [2]int64{current, max(current, total)}
	if now.Sub(p.told) < progressPause {
		return ""
	}
	p.told = now
	var here, all int64
	for _, l := range p.layers {
		here, all = here+l[0], all+l[1]
	}
	return fmt.Sprintf("fetched %.1f of %.1f MB", float64(here)/1e6, float64(all)/1e6)
}
