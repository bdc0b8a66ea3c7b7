package desk_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// spoken are rules by which people read one language, and those whom escalations reach
// another.
func spoken(t *testing.T, rules alerts.Rules, ours, leads string) alerts.Rules {
	t.Helper()
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	rules.Language, rules.Spoken = texts.In(ours), map[string]i18n.Lang{"#leads": texts.In(leads)}
	return rules
}

// TestSaidInTheLanguageOfTheRoute: what is said in a thread is in the language of its
// channel, and what another channel is told in that one's.
func TestSaidInTheLanguageOfTheRoute(t *testing.T) {
	r := newWorld(t, spoken(t, deadlineRules(), "uk", "bg"))
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.says(r.after(5*time.Minute), "#mentions @oncall: Цю скаргу вже 5 хв ніхто не бере.")
	r.says(r.after(5*time.Minute), "#leads: В #mentions вече 10 мин никой не поема това оплакване.")
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(20*time.Minute), "#mentions U1: Ira, ви взяли цю скаргу 20 хв тому, а публічної відповіді не видно.")
	r.says(r.after(5*time.Minute), "#mentions @oncall: Скарга була в роботі 25 хв, відповіді немає (Ira). Вона знову відкрита.")
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(72 * time.Hour)})
	r.says(r.after(72*time.Hour), "#mentions U1: Скаргу було відкладено на 3 дні (Ira). Вона знову відкрита.")
	r.Do(m, mention.Action{Verb: mention.Assign, To: mention.Person{ID: "slack:U2", Name: "Oleh"}})
	r.says(r.Shown(), "#mentions U2: Тепер скаргою займається Oleh (призначає Ira).")
	r.Do(m, mention.Action{Verb: mention.TakeOver, From: "slack:U2"})
	r.says(r.Shown(), "#mentions U2: Тепер скаргою займається Ira (раніше — Oleh).")
	r.Do(m, mention.Action{Verb: mention.Reply})
	r.says(r.after(time.Hour), "#mentions: 1 год тому позначено, що на скаргу відповіли (Ira), але на сайті вашої відповіді не видно.")
}

// TestHistoryOfHands: the history says who gave a complaint to whom, whatever people are called.
func TestHistoryOfHands(t *testing.T) {
	r := newWorld(t, spoken(t, deadlineRules(), "en", "en"))
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	support, sales := mention.Person{ID: "slack:U7", Name: "Ira from Support"}, mention.Person{ID: "slack:U8", Name: "Al from\nSales"}
	r.Do(m, mention.Action{Verb: mention.Assign, To: support})
	r.Do(m, mention.Action{Verb: mention.Assign, From: support.ID, To: sales})
	r.Do(m, mention.Action{Verb: mention.TakeOver, From: sales.ID})
	file, err := r.Store.CaseFile(t.Context(), rig.ID(m))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range file.History[len(file.History)-3:] {
		said = append(said, alerts.EventDetail(i18n.Lang{}, e, time.UTC))
		if e.By.ID != "slack:U1" || !e.At.Equal(r.Now) {
			t.Errorf("%s by %s at %s", e.Kind, e.By.ID, e.At)
		}
	}
	if want := []string{"→ Ira from Support", "Ira from Support → Al from Sales", "← Al from Sales"}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
}

// TestEverythingIsTranslated lets a storm come and go in another language, and looks at all
// that is said of it by its letters.
func TestEverythingIsTranslated(t *testing.T) {
	languages := []string{"uk"} // that the others have every text, the catalogue's own test says
	if os.Getenv("EARSHOT_DRILL") == "full" {
		languages = []string{"uk", "ru", "bg"}
	}
	for _, code := range languages {
		r := newWorld(t, spoken(t, stormRules(), code, code))
		for i := range 24 {
			r.Poll(rig.Said(rig.Forum, rig.Numbered(i), "автор "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6))
			r.Now = r.Now.Add(-55 * time.Second)
		}
		said := map[mention.AlertKind][]string{}
		for range 14 {
			for _, kind := range []mention.AlertKind{mention.Burst, mention.Escalation, mention.Notice} {
				words, _ := r.waiting(kind)
				said[kind] = append(said[kind], words...)
			}
			r.Shown()
			r.step(6 * time.Minute)
		}
		for kind, least := range map[mention.AlertKind]int{mention.Burst: 1, mention.Escalation: 2, mention.Notice: 1} {
			if len(said[kind]) < least {
				t.Errorf("%s: said of kind %s: %q", code, kind, said[kind])
			}
			for _, words := range said[kind] {
				if left := testkit.English(words, "#mentions #leads #billing @oncall @billing"); len(left) > 0 {
					t.Errorf("%s: not in the catalogue: %q in %q", code, left, words)
				}
				if slices.Contains(strings.Fields(words), "{n}") {
					t.Errorf("%s: %q", code, words)
				}
			}
		}
	}
}
