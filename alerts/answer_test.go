package alerts_test

import (
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// TestAnswerReasons: what earshot says of an answer is said in every language, with the status
// of the site's answer behind it; what the site says stays as it is.
func TestAnswerReasons(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"ru", "uk", "bg"} {
		l := texts.In(code)
		for _, reason := range []string{reply.NoWay, reply.Account, reply.Withdrawn, reply.NotThere, reply.Interrupt, reply.TooLong, reply.Settled, reply.Late, "the site did not take it", "erased"} {
			said := alerts.AnswerReason(l, reason)
			if left := testkit.English(said, "earshot"); len(left) > 0 {
				t.Errorf("%s: %q is said %q", code, reason, said)
			}
			if got := alerts.AnswerReason(l, reason+" (500)"); got != said+" (500)" {
				t.Errorf("%s: with a status %q", code, got)
			}
			if got := alerts.AnswerReason(l, reason+": jq (at 3): x"); got != said+": jq (at 3): x" {
				t.Errorf("%s: with its technical part %q", code, got)
			}
		}
		for _, theirs := range []string{"", "Topic is closed", "(500)", ": x", "the site: closed (by Ira)"} {
			if got := alerts.AnswerReason(l, theirs); got != theirs {
				t.Errorf("%s: the site's %q is said %q", code, theirs, got)
			}
		}
	}
	if got := alerts.AnswerReason(texts.In("en"), reply.NoWay); got != reply.NoWay {
		t.Errorf("in English %q", got)
	}
}

// TestAnswerState: how an answer stands, from the draft on.
func TestAnswerState(t *testing.T) {
	at := time.Now()
	for want, r := range map[string]mention.SiteReply{
		"":                                    {},
		"waits for a colleague to approve it": {Status: mention.ReplyDraft},
		"is about to be published":            {Status: mention.ReplyDraft, ApprovedAt: at},
		"the site took it":                    {Status: mention.ReplySent, Reason: "old"},
		"the site has it and shows it when a moderator agrees":   {Status: mention.ReplySent, Held: true},
		"was not published: closed":                              {Status: mention.ReplyRefused, Reason: "closed"},
		"it is not known whether it is on the site; please look": {Status: mention.ReplyUnclear},
	} {
		state, why := alerts.AnswerState(i18n.Lang{}, r)
		if why != "" {
			state += ": " + why
		}
		if state != want {
			t.Errorf("%+v is said %q, want %q", r, state, want)
		}
	}
	m := alerts.Message{Answer: alerts.Answer{Last: mention.SiteReply{Status: mention.ReplySent, By: mention.Person{Name: "Ira"}}}}
	if got := m.AnswerWords(); got != "Answer by Ira: the site took it" {
		t.Errorf("the message says %q", got)
	}
	if m.Case.AnswerVerified = true; m.AnswerWords() != "" {
		t.Error("the message says it twice")
	}
}
