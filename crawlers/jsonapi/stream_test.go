package jsonapi

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
)

// BenchmarkStream measures what an event costs that nobody watches: the network
// sends some fifty a second.
func BenchmarkStream(b *testing.B) {
	src, err := os.ReadFile("../presets/bluesky.yaml")
	if err != nil {
		b.Fatal(err)
	}
	var preset struct{ Source StreamOptions }
	if err := yaml.Unmarshal(src, &preset); err != nil {
		b.Fatal(err)
	}
	env := crawlers.Env{Now: time.Now, Interest: func(_, text string) bool { return strings.Contains(text, "ромашка") }}
	st, err := NewStream(env, preset.Source, poll.Values{}, config.Section{})
	if err != nil {
		b.Fatal(err)
	}
	data := []byte(`{"did":"did:plc:ganna","time_us":1795255200000000,"kind":"commit","commit":{"rev":"r","operation":"create","collection":"app.bsky.feed.post","rkey":"aa",` +
		`"record":{"$type":"app.bsky.feed.post","createdAt":"2026-11-21T10:00:00Z","langs":["uk"],"text":"Something that no watch is about, as nearly all posts of a network are."}}}`)
	r := streamReading{st: st, began: time.Now(), quiet: time.NewTimer(time.Hour)}
	r.ctx, r.cancel = context.WithCancel(b.Context())
	defer r.cancel()
	b.ReportAllocs()
	for b.Loop() {
		r.take("", data)
	}
}
