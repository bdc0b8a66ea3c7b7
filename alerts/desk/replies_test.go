package desk_test

import (
	"testing"

	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestAnswerSentFromHere: an answer that the site took closes its complaint for who wrote it; whoever has the complaint
// keeps it, and what is closed stays so. Who wrote what the site did not take, or may not have, is named, once. What
// has no message has no thread to say that in.
func TestAnswerSentFromHere(t *testing.T) {
	const refused = "#mentions U2: Oleh, your answer was not published: the watchlist does not let this source be answered any more"
	const unclear = "#mentions U2: Oleh, it is not known whether your answer is on the site. Please look, and say so in the inbox: earshot does not send it again by itself."
	for name, c := range map[string]struct {
		praise    bool
		before    mention.Verb
		ended     mention.ReplyStatus
		is        mention.Status
		owner, by string
		said      []string
	}{
		"taken":                      {false, "", mention.ReplySent, mention.Replied, "Oleh", "Oleh", nil},
		"taken, and somebody has it": {false, mention.Claim, mention.ReplySent, mention.Replied, "Ira", "Oleh", nil},
		"taken, and dismissed":       {false, mention.Dismiss, mention.ReplySent, mention.Dismissed, "Ira", "", nil},
		"taken, under praise":        {true, "", mention.ReplySent, mention.Quiet, "", "", nil},
		"refused":                    {false, "", mention.ReplyRefused, mention.Open, "", "", []string{refused}},
		"refused, under praise":      {true, "", mention.ReplyRefused, mention.Quiet, "", "", nil},
		"unclear":                    {false, mention.Claim, mention.ReplyUnclear, mention.Claimed, "Ira", "", []string{unclear}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newWorld(t, deadlineRules())
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
			if c.praise {
				rig.Judge(&m, 0.9)
			}
			r.Poll(m)
			r.Shown()
			if c.before != "" {
				r.Do(m, mention.Action{Verb: c.before, Reason: mention.Spam})
			}
			ended := mention.SiteReply{ID: "K1", MentionID: rig.ID(m), Status: c.ended, By: mention.Person{ID: "slack:U2", Name: "Oleh"}, EndedAt: r.Now,
				Reason: "the watchlist does not let this source be answered any more"}
			var said []string
			var version int64
			for range 2 {
				if err := r.desk().ReplyEnded(t.Context(), ended); err != nil {
					t.Fatal(err)
				}
				said = append(said, r.Shown()...)
				_, k := r.State(m)
				if k.Status != c.is || k.Owner.Name != c.owner || k.RepliedBy != c.by || version != 0 && k.Version != version {
					t.Errorf("after version %d the case is %+v", version, k)
				}
				version = k.Version
			}
			r.says(said, c.said...)
		})
	}
}
