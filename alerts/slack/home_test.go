package slack_test

import (
	"encoding/json"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// homeShows reports whether the newest Home of a person holds the words.
func (w *world) homeShows(user, words string) bool {
	homes := w.fake.Homes(user)
	if len(homes) == 0 {
		return false
	}
	var view struct{ Blocks json.RawMessage }
	if err := json.Unmarshal(homes[len(homes)-1], &view); err != nil {
		w.t.Fatal(err)
	}
	return shows(fakeslack.Message{Blocks: view.Blocks}, words)
}

// opens opens a person's Home.
func (w *world) opens(user string) {
	w.t.Helper()
	w.connected()
	if err := w.fake.Event(opened(user)); err != nil {
		w.t.Fatal(err)
	}
}

func opened(user string) map[string]any {
	return map[string]any{"type": "app_home_opened", "user": user, "tab": "home"}
}

// TestHome: who opens the Home sees their own and what nobody has, claims there, and sees it
// redrawn after a click, wherever that was made; a loser reads there who was faster.
func TestHome(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund), complaint("2", "Кур'єр нахамив. "+refund))
	all := w.posted(2)
	w.opens(ira)
	eventually(t, "the Home", func() bool {
		return w.homeShows(ira, "Нічиї скарги: 2") && w.homeShows(ira, "Ви взяли: 0")
	})
	if err := w.fake.PressHome(ira, "claim", buttonValue(t, all[0])); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the Home after a claim in it", func() bool {
		return w.homeShows(ira, "Ви взяли: 1") && w.homeShows(ira, "Нічиї скарги: 1")
	})
	w.press(fakeslack.Click{Channel: all[1].Channel, TS: all[1].TS, Action: "claim", User: ira})
	eventually(t, "the Home after a claim in a channel", func() bool { return w.homeShows(ira, "Ви взяли: 2") })
	if len(w.fake.Homes(oleh)) != 0 {
		t.Error("a Home is drawn for one who never opened it")
	}
	w.quiet()
	if m, _ := w.fake.Message(all[0].Channel, all[0].TS); !shows(m, "Ira has it") {
		t.Error("the message in the channel does not name the owner")
	}
	if err := w.fake.PressHome(ira, "release", buttonValue(t, all[0])); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the Home after a release", func() bool { return w.homeShows(ira, "Ви взяли: 1") })
	w.press(fakeslack.Click{Channel: all[0].Channel, TS: all[0].TS, Action: "claim", Value: buttonValue(t, all[0]), User: oleh})
	if err := w.fake.PressHome(ira, "claim", buttonValue(t, all[0])); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the loser reads who has it", func() bool { return w.homeShows(ira, "Oleh") })
	if len(w.fake.Ephemerals()) != 0 {
		t.Errorf("told elsewhere: %+v", w.fake.Ephemerals())
	}
}

// TestHomeAfterARestart: a Home stays open in Slack while earshot starts anew, or another replica gets
// the press. What is pressed in it shows there all the same, and so does who was faster.
func TestHomeAfterARestart(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund), complaint("2", "Кур'єр нахамив. "+refund))
	all := w.posted(2)
	w.opens(ira)
	eventually(t, "the Home", func() bool { return w.homeShows(ira, "Ви взяли: 0") })
	for i, m := range all {
		w.stop()
		eventually(t, "Slack sees the old socket close", func() bool { return w.fake.Connections() == 0 }) // or it presses there
		w.start()
		w.connected()
		if i == 1 {
			w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: oleh})
			w.quiet()
		}
		if err := w.fake.PressHome(ira, "claim", buttonValue(t, m)); err != nil {
			t.Fatal(err)
		}
		want := []string{"Ви взяли: 1", "Oleh"}[i]
		eventually(t, "the Home says "+want, func() bool { return w.homeShows(ira, want) })
	}
}

// TestHomeByHTTP: signed events draw it, Slack's question about the address is answered,
// and what is not for us, not signed or about another tab draws nothing.
func TestHomeByHTTP(t *testing.T) {
	w := newWorld(t, worldOptions{http: true, fake: fakeslack.Options{People: []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira", Locale: "bg-BG"}, {ID: oleh, Handle: "oleh", Name: "Oleh", Team: "T000OTHER"}}}})
	srv := httptest.NewServer(w.slack.Interactions())
	defer srv.Close()
	send := func(secret string, event map[string]any) (int, string) {
		status, answer, err := w.fake.EventHTTP(srv.Client(), srv.URL, secret, event)
		if err != nil {
			t.Fatal(err)
		}
		return status, answer
	}
	if status, answer := send(fakeslack.SigningSecret, map[string]any{"type": "url_verification", "challenge": "3eZbrw1a"}); status != 200 || answer != "3eZbrw1a" {
		t.Errorf("the question about the address is answered %d %q", status, answer)
	}
	if status, _ := send("another", opened(ira)); status != 401 {
		t.Errorf("a forged event is answered %d", status)
	}
	other := opened(ira)
	other["api_app_id"] = "A000OTHER"
	send(fakeslack.SigningSecret, other)
	messages := opened(ira)
	messages["tab"] = "messages"
	send(fakeslack.SigningSecret, messages)
	if status, _ := send(fakeslack.SigningSecret, opened(oleh)); status != 200 {
		t.Error("an event is not acknowledged")
	}
	eventually(t, "an outsider reads why there is nothing", func() bool { return w.homeShows(oleh, "іншого робочого простору") })
	if n := len(w.fake.Homes(ira)); n != 0 {
		t.Errorf("%d Homes for what is not for us", n)
	}
	send(fakeslack.SigningSecret, opened(ira))
	eventually(t, "the Home in the person's language", func() bool { return w.homeShows(ira, "Поети от Вас: 0") })
}

// TestHomeOfWhomSlackDoesNotName: the event itself names our workspace also where somebody of
// another company opens the Home; who cannot be looked up just now sees no complaints.
func TestHomeOfWhomSlackDoesNotName(t *testing.T) {
	w := newWorld(t, worldOptions{fake: fakeslack.Options{People: []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira"}, {ID: oleh, Handle: "oleh", Name: "Oleh", Team: "T000OTHER"}}}})
	w.fake.Break(fakeslack.Fault{Method: "users.info", Kind: fakeslack.RateLimit, After: 1e9, Times: 100})
	w.opens(oleh)
	eventually(t, "a Home", func() bool { return len(w.fake.Homes(oleh)) > 0 })
	if !w.homeShows(oleh, "Відкрийте цю вкладку") {
		t.Errorf("shown: %s", w.fake.Homes(oleh)[0])
	}
}

// TestHomesAreBounded: two hundred openings of ten people at once are few calls.
func TestHomesAreBounded(t *testing.T) {
	t.Parallel()
	people := []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira"}}
	for i := range 10 {
		people = append(people, fakeslack.Person{ID: "U000000P0" + string(rune('0'+i)), Handle: "p" + string(rune('0'+i)), Name: "P"})
	}
	w := newWorld(t, worldOptions{fake: fakeslack.Options{People: people}})
	w.connected()
	var all sync.WaitGroup
	began := time.Now()
	for i := range 200 {
		all.Go(func() {
			if err := w.fake.Event(opened("U000000P0" + string(rune('0'+i%10)))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	eventually(t, "a Home for each", func() bool {
		for i := range 10 {
			if len(w.fake.Homes("U000000P0"+string(rune('0'+i)))) == 0 {
				return false
			}
		}
		return true
	})
	// Slack allows a hundred a minute: ten at once, and three in two seconds after that.
	if n, most := calls(w, "views.publish"), max(40, 11+int(1.5*time.Since(began).Seconds())); n > most {
		t.Errorf("%d calls of views.publish, want %d at most", n, most)
	}
}

// TestHomeWaitsForSlack: where Slack asks for silence the Home comes afterwards.
func TestHomeWaitsForSlack(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.fake.Break(fakeslack.Fault{Method: "views.publish", Kind: fakeslack.RateLimit, After: 1e9, Times: 1})
	w.opens(ira)
	eventually(t, "the Home", func() bool { return len(w.fake.Homes(ira)) == 1 })
	if v := w.fake.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

// TestHomesOfOthers: a Home that was opened shows soon what a colleague pressed, in a
// channel or in the inbox, and many presses are few calls.
func TestHomesOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund), complaint("2", "Кур'єр нахамив. "+refund))
	all := w.posted(2)
	w.opens(oleh)
	eventually(t, "the Home", func() bool { return w.homeShows(oleh, "Нічиї скарги: 2") })
	w.press(fakeslack.Click{Channel: all[0].Channel, TS: all[0].TS, Action: "claim", User: ira})
	eventually(t, "the Home after a colleague's claim", func() bool { return w.homeShows(oleh, "Нічиї скарги: 1") })
	before := len(w.fake.Homes(oleh))
	id, by := mention.ID(buttonValue(t, all[1])), mention.Person{ID: "slack:" + ira, Name: "Ira"}
	for range 20 {
		for _, verb := range []mention.Verb{mention.Claim, mention.Release} {
			if _, err := w.desk.Do(t.Context(), id, mention.Action{Verb: verb, By: by}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := w.desk.Do(t.Context(), id, mention.Action{Verb: mention.Claim, By: by}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the Home after the last change", func() bool { return w.homeShows(oleh, "Нічиї скарги: 0") })
	if n := len(w.fake.Homes(oleh)) - before; n >= 41 {
		t.Errorf("41 changes drew a Home %d times", n)
	}
	if len(w.fake.Homes(ira)) != 0 {
		t.Error("a Home is drawn for one who never opened it")
	}
}

// TestHomeAndStatusCountTheSame: what nobody has, without what is put off or gone from its site, is one number.
func TestHomeAndStatusCountTheSame(t *testing.T) {
	w := newWorld(t, worldOptions{})
	gone := complaint("1", refund)
	w.hear(gone, complaint("2", "Кур'єр нахамив. "+refund))
	w.posted(2)
	gone.Post.Deleted, gone.Post.Text = true, ""
	w.hear(gone)
	w.opens(oleh)
	eventually(t, "the Home", func() bool { return w.homeShows(oleh, "Нічиї скарги: 1") })
	if c, err := w.store.Counts(t.Context(), time.Now()); err != nil || c.Open != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}
