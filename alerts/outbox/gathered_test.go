package outbox_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// TestGatheredIsCountedWhenItIsSaid: the message after the quiet hours knows what waits
// for it; no other message asks. Where nothing does, nothing is said.
func TestGatheredIsCountedWhenItIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, asked := &memory{}, []mention.AlertID{}
		m.add("night", mention.Normal, "#x")
		m.add("numbers", mention.Normal, "#x")
		m.add("one", mention.Normal, "#x")
		m.add("empty night", mention.Normal, "#x")
		m.change("night", func(a *mention.Alert) bool { a.Kind, a.MentionID = mention.Digest, ""; return true })
		m.change("empty night", func(a *mention.Alert) bool { a.Kind, a.MentionID = mention.Digest, ""; return true })
		m.change("numbers", func(a *mention.Alert) bool {
			a.Kind, a.MentionID, a.Payload = mention.Digest, "", alerts.Details{Summary: &alerts.Summary{}}.Encode()
			return true
		})
		said := map[mention.AlertID]alerts.Gathered{}
		s := &script{began: time.Now(), post: func(m alerts.Message) error { said[m.Alert.ID] = m.Gathered; return nil }}
		opt := options(m, s)
		opt.Gathered = func(_ context.Context, root mention.AlertID) ([]string, int, mention.ID, error) {
			if root == "empty night" { // what waited for it was told on its own meanwhile
				return nil, 0, "", nil
			}
			asked = append(asked, root)
			return []string{"Bank", "Tea"}, 12, "m", nil
		}
		run(t, opt, 3*time.Second)
		if len(said) != 3 || len(asked) != 1 || asked[0] != "night" {
			t.Fatalf("asked for %v, said %v", asked, said)
		}
		if a, _, _ := m.Alert(t.Context(), "empty night"); a.Status != mention.Posted {
			t.Errorf("the message of a night without complaints is %s", a.Status)
		}
		if g := said["night"]; g.Count != 12 || len(g.Watches) != 2 || g.Loudest.ID != "m" {
			t.Errorf("says %+v", g)
		}
	})
}
