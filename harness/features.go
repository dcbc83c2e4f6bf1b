package harness

import (
	"context"
	"slices"

	"github.com/wsspec/wsspec/protocol"
)

// Features are the optional features that a peer can be required to offer. The caller must not change the slice.
var Features = []string{"permessage-deflate"}

// featureCase has no ID of the catalogue, so that its random choices are its own.
var featureCase = &Case{ID: "probe-features", Checks: []string{messageDelivered}}

// features returns the optional features that the peer accepts, nil if it could not be asked.
func (v conversation) features(ctx context.Context) []string {
	accepted, asked := v.offer(ctx)
	if !asked && v.rest(ctx) { // perhaps it still counts the connection before
		accepted, asked = v.offer(ctx)
	}
	if !asked {
		return nil
	}
	return accepted
}

// offer offers everything in one opening handshake and then closes. It asks for nothing more: whatever the peer answers
// that is not an acceptance, it does not offer the feature.
func (v conversation) offer(ctx context.Context) (accepted []string, asked bool) {
	s := v.session(ctx, featureCase)
	for _, name := range Features {
		s.offers = append(s.offers, protocol.Extension{Name: name})
	}
	hangUp, err := s.connect()
	if err != nil {
		return nil, false
	}
	defer hangUp()
	s.script(func() {
		s.handshake()
		s.CloseNormally()
	})
	for _, e := range s.accepted {
		if slices.Contains(Features, e.Name) {
			accepted = append(accepted, e.Name)
		}
	}
	turned := s.headEnded || turnedAway(s.headError)
	return append([]string{}, accepted...), s.opened || !turned && ctx.Err() == nil
}
