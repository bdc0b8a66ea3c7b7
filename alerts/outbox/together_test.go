package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// failing adds notices of six sources that fail for one cause: of one at once, of the others soon after.
func (m *memory) failing() {
	notice := func(i int) {
		id := fmt.Sprint("s", i)
		m.add(id, mention.Normal, "#ops")
		m.change(mention.AlertID(id), func(a *mention.Alert) bool {
			a.Kind, a.MentionID = mention.Notice, ""
			a.Payload = alerts.Details{Text: id, Same: &alerts.Same{Name: id, What: "failing", Why: "no_way"}}.Encode()
			return true
		})
	}
	notice(0)
	time.AfterFunc(10*time.Second, func() {
		for i := range 5 {
			notice(i + 1)
		}
	})
}

// stoodFor makes alerts posted for which another one stands.
func (m *memory) stoodFor(list []mention.Alert) {
	for _, a := range list {
		m.change(a.ID, func(a *mention.Alert) bool { a.Status = mention.Posted; return true })
	}
}

// TestJoinedForAPartOfThePeople: a way out that reaches a part of its people alone is not away: what
// says the same is told as one.
func TestJoinedForAPartOfThePeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := &memory{}, &script{began: time.Now()}
		m.failing()
		var troubles []string
		opt, joined, after := options(m, gone{s}), 0, time.Duration(0)
		opt.Join = func(_ context.Context, list []mention.Alert) (bool, error) {
			m.stoodFor(list)
			joined, after = joined+len(list), time.Since(s.began)
			return true, nil
		}
		opt.Trouble = func(route string, err error) { troubles = append(troubles, fmt.Sprint(route, " ", err)) }
		run(t, opt, 5*time.Minute)
		if joined != 5 || after != 2*time.Minute || len(troubles) != 1 || troubles[0] != "#ops left" {
			t.Errorf("%d were joined after %s, troubles %q", joined, after, troubles)
		}
	})
}

// gone is a channel that one of its people left.
type gone struct{ *script }

func (g gone) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	place, err := g.script.Post(ctx, m)
	return place, errors.Join(err, &alerts.PartError{Who: "boss", Each: []error{errors.New("left")}})
}

// TestNothingIsJoinedForAChannelThatIsAway: while the channel of staff is away as well, what waits for it
// stays apart, so that it goes when it is not true any more; one alone is tried. When it is back the others
// go as one.
func TestNothingIsJoinedForAChannelThatIsAway(t *testing.T) {
	const away = 20*time.Minute + 5*time.Second
	for name, well := range map[string]bool{"the sources are back before it": true, "they are not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, s := &memory{}, &script{began: time.Now()}
				m.failing()
				tried := map[mention.AlertID]bool{}
				s.post = func(msg alerts.Message) error {
					if time.Since(s.began) < away {
						tried[msg.Alert.ID] = true
						return &alerts.RetryError{Err: errors.New("dial")}
					}
					return nil
				}
				opt := options(m, s)
				opt.Join = func(_ context.Context, list []mention.Alert) (bool, error) {
					m.stoodFor(list)
					one := alerts.Together(i18n.Lang{}, list, "/healthz")
					m.add("together", one.Severity, one.Route)
					return m.change("together", func(a *mention.Alert) bool { a.Kind, a.Payload = mention.Notice, one.Payload; return true }), nil
				}
				if well {
					time.AfterFunc(away-time.Second, func() { // what EnqueueInstead does to what nobody was told of
						for i := range 6 {
							m.change(mention.AlertID(fmt.Sprint("s", i)), func(a *mention.Alert) bool {
								if a.Status == mention.Pending {
									a.Status = "gone"
								}
								return true
							})
						}
					})
				}
				run(t, opt, away+5*time.Minute)
				var told []string
				for _, a := range m.list(func(a *mention.Alert) bool { return a.TS != "" }) {
					told = append(told, string(a.ID))
				}
				want := "s0 together"
				if well {
					want = ""
				}
				if got := strings.Join(told, " "); got != want || len(tried) != 1 {
					t.Errorf("staff are told %q, want %q; %d were tried", got, want, len(tried))
				}
			})
		})
	}
}
