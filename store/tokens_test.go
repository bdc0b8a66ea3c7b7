package store

import (
	"strings"
	"testing"
	"time"
)

// testTokens: what is kept is replaced, and one caller at a time may renew where several
// processes share the database.
func testTokens(t *testing.T, open opener) {
	s := open(t)
	want(t, "at first", len(must(s.SealedToken(background, "k:1"))(t)), 0)
	want(t, "a claim", must(s.Claim(background, "k:1", time.Minute))(t), true)
	want(t, "a second claim", must(s.Claim(background, "k:1", time.Minute))(t), !s.Shared())
	want(t, "a claim of another", must(s.Claim(background, "k:2", time.Minute))(t), true)
	for _, sealed := range []string{"one", "\x00\xfftwo" + strings.Repeat("x", 8<<10)} {
		mustDo(t, s.KeepToken(background, "k:1", []byte(sealed), t0))
		want(t, "kept", string(must(s.SealedToken(background, "k:1"))(t)), sealed)
		want(t, "the next claim", must(s.Claim(background, "k:1", time.Minute))(t), true)
	}
	want(t, "the other", len(must(s.SealedToken(background, "k:2"))(t)), 0)

	must(s.Prune(background, Retention{Mentions: t0.Add(-time.Hour)}))(t)
	want(t, "before its age", len(must(s.SealedToken(background, "k:1"))(t)) > 0, true)
	must(s.Prune(background, Retention{Mentions: t0.Add(time.Hour)}))(t)
	want(t, "after its age", len(must(s.SealedToken(background, "k:1"))(t)), 0)
}
