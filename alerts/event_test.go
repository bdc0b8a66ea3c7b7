package alerts

import (
	"testing"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestHistoryOfSteps: the history says what each step of the desk was, and what opened a complaint again.
func TestHistoryOfSteps(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind         mention.Verb
		detail       string
		want, inRuss string
	}{
		{"escalated", "nudged Ira", "· nudged Ira", "· напоминание: Ira"},
		{"escalated", "released from Ira", "· taken from Ira, open again", "· снято (Ira), снова открыто"},
		{"escalated", "nobody took it: @oncall", "· nobody took it → @oncall", "· никто не взял → @oncall"},
		{"escalated", "nobody took it: told #leads", "· nobody took it → #leads", "· никто не взял → #leads"},
		{"escalated", "nobody took it: said in the thread", "· nobody took it", "· никто не взял"},
		{"escalated", "no answer seen", "· no answer seen on the site", "· ответа на сайте не видно"},
		{mention.Reopen, "answer is gone from the site: Support https://a.example", "· the answer is gone from the site: Support https://a.example", "· ответ исчез с сайта: Support https://a.example"},
		{mention.Reopen, "edited and worse than before", "· worse words than before", "· текст стал хуже"},
		{mention.Wake, "edited and worse than before", "· worse words than before", "· текст стал хуже"},
		{mention.Reopen, "the post is back", "· the post is back", "· публикация снова на сайте"},
		{mention.Reopen, "", "", ""},
		{"woke", "snoozed by Ira", "· snoozed by Ira", "· было отложено (Ira)"},
		{"moved", "the same words under another id: 17 https://a.example/17", "· the same words under another id: 17 https://a.example/17", "· тот же текст под другим номером: 17 https://a.example/17"},
		{"suppressed", "the author is muted until 2026-03-02", "· the author is muted until 2 Mar 2026", "· автор заглушён до 2 марта 2026"},
		{"suppressed", "the same post is known from forum", "· the same post is known from forum", "· та же публикация уже известна: forum"},
		{"suppressed", "the post was told under Old, which is not watched any more", "· told before under Old, which is not watched any more", "· уже сообщалось под именем Old, за которым больше не следят"},
		{"suppressed", "the post is older than the watch", "· written before this was watched", "· написано до того, как за брендом стали следить"},
		{"suppressed", "not_us, as Ira said of the same words before", "· Ira said of the same words before: not us", "· о тех же словах уже сказано: не о нас (Ira)"},
		{"suppressed", "not us, as Ira, as ever said of the same words before", "· Ira, as ever said of the same words before: not us", "· о тех же словах уже сказано: не о нас (Ira, as ever)"},
		{"suppressed", "muted, as nobody says it", "", ""},               // as another earshot may write it
		{mention.Assign, "to Ira from Oleh", "Oleh → Ira", "Oleh → Ira"}, // as an earlier earshot wrote it
		{mention.Assign, "to Ira", "→ Ira", "→ Ira"},
		{mention.Verb(NamesakeAnswered), "Romashka https://a.example", "· Romashka https://a.example", "· Romashka https://a.example"},
	} {
		e := mention.Event{Kind: string(c.kind), Detail: c.detail}
		if en, ru := EventDetail(texts.In("en"), e, time.UTC), EventDetail(texts.In("ru"), e, time.UTC); en != c.want || ru != c.inRuss {
			t.Errorf("%s %q: %q, %q", c.kind, c.detail, en, ru)
		}
		if said := texts.In("ru").Word("web.event", e.Kind); said == e.Kind {
			t.Errorf("%s has no words", e.Kind)
		}
	}
}

// TestMutedUntilIsADayOfTheReader, as the window said that muted.
func TestMutedUntilIsADayOfTheReader(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Europe/Kyiv": "· the author is muted until 3 Mar 2026", "UTC": "· the author is muted until 2 Mar 2026", "Australia/Lord_Howe": "· the author is muted until 3 Mar 2026", "America/New_York": "· the author is muted until 2 Mar 2026"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := EventDetail(texts.In("en"), mention.Event{Kind: "suppressed", Detail: QuietMuted + "2026-03-02T22:30:00Z"}, zone); got != want {
			t.Errorf("in %s: %q, want %q", name, got, want)
		}
	}
}
