package slack_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/i18n"
)

// TestAnsweredInTheLanguageOfTheMessage: who presses a button is answered in the language of
// the message, whichever process takes the press and whatever the watchlist says by then.
func TestAnsweredInTheLanguageOfTheMessage(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	rules := alerts.Rules{Language: texts.In("uk"), Spoken: map[string]i18n.Lang{"#billing": texts.In("bg")},
		Routes: []alerts.Route{{Topics: []string{"billing"}, To: "#billing"}}}
	w := newWorld(t, worldOptions{rules: rules})
	other := complaint("2", "Двічі списали кошти за одну поїздку, гаряча лінія не відповідає")
	other.Score.Topics = []string{"billing"}
	w.hear(complaint("1", refund), other)
	byLanguage := map[string]fakeslack.Message{}
	for _, m := range w.posted(2) {
		for _, label := range []string{"Взяти", "Поемам"} {
			if shows(m, label) {
				byLanguage[label] = m
			}
		}
	}
	if len(byLanguage) != 2 {
		t.Fatalf("the messages are not in two languages: %v", byLanguage)
	}
	rules.Language = i18n.Lang{}
	w.planner.Use(rules) // the language of the watchlist changes; the messages stand as they were
	told := func(click fakeslack.Click) string {
		t.Helper()
		before := len(w.fake.Ephemerals())
		w.press(click)
		eventually(t, "an answer", func() bool { return len(w.fake.Ephemerals()) > before })
		return w.fake.Ephemerals()[before].Text
	}
	for _, c := range []struct{ label, block, lost, mute, noMoment string }{
		{"Взяти", "desk uk", "Цією скаргою вже займається Ira: взято", "Приглушити до", "Виберіть, до якого часу відкласти"},
		{"Поемам", "desk bg", "Вече е поето преди", "Заглушаване до", "Изберете до кога да се отложи"},
	} {
		m := byLanguage[c.label]
		at := fakeslack.Click{Channel: m.Channel, TS: m.TS}
		snooze := at
		snooze.Action, snooze.Option, snooze.User = "more", "snooze_for", ira
		w.window(snooze)
		before := len(w.fake.Ephemerals())
		w.submit(ira, in("length", "selected_option", chosen("own")))
		eventually(t, "a refusal", func() bool { return len(w.fake.Ephemerals()) > before })
		if got := w.fake.Ephemerals()[before].Text; !strings.HasPrefix(got, c.noMoment) {
			t.Errorf("without a moment: %q", got)
		}
		mute := at
		mute.Action, mute.Option, mute.User = "more", "mute", ira
		if view := w.window(mute); !strings.Contains(view, c.mute) {
			t.Errorf("the window is %s", view)
		}
		claim := at
		claim.Action, claim.User = "claim", ira
		w.press(claim)
		claim.User, claim.Value, claim.Block = oleh, buttonValue(t, m), c.block
		if got := told(claim); !strings.HasPrefix(got, c.lost) {
			t.Errorf("the loser reads %q", got)
		}
		w.quiet()
	}
}
