package watchlist

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
)

const rivalList = `contact: a@example.com
watch:
  - {name: Romashka, terms: ["Ромашка Банк"], rivals: ["Волошка"]}
  - {name: Other, terms: ["Мак"]}
sources: [{feed: "https://news.example/rss"}]
`

// TestAnalyzerOwn: what the owner of a place wrote speaks for the watch of the source, and for those
// that it names.
func TestAnalyzerOwn(t *testing.T) {
	list := check(t, strings.Replace(rivalList, `{feed: "https://news.example/rss"}`, `{feed: "https://shop.example/rss", watch: Romashka}`, 1))
	scorer := builtin(t)
	post := mention.Post{Source: list.Sources[0].Name, Kind: mention.Review, ReplyTo: "1", Own: true, Text: "Олено, кошти повернули сьогодні."}
	for said, want := range map[string][]string{"": {"Romashka"}, " Ваш Мак.": {"Other", "Romashka"}} {
		post.Text += said
		var got []string
		for _, m := range NewAnalyzer(list, scorer, func(mention.Post) []string { return nil }).Analyze(post) {
			if m.Official {
				got = append(got, m.Watch)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q speaks for %q, want %q", post.Text, got, want)
		}
		post.Text = strings.TrimSuffix(post.Text, said)
	}
}

// TestAnalyzer: the verdict knows the kind of the post, where the watch is named and
// where its rivals are, and its evidence points into the whole body.
func TestAnalyzer(t *testing.T) {
	list := check(t, rivalList)
	scorer := builtin(t)
	nobody := func(mention.Post) []string { return nil }
	post := mention.Post{Kind: mention.Forum, IsReply: true, Title: "Ромашка Банк чи Волошка",
		Text: "Волошка загубила мою картку і третій тиждень мовчить, тому я тепер у Ромашка Банку."}
	from := len(post.Title) + 1
	named := NewAnalyzer(list, scorer, nobody).Analyze(post)
	list.Rivals = nil
	unnamed := NewAnalyzer(list, scorer, nobody).Analyze(post)
	if len(named) != 1 || len(unnamed) != 1 || !named[0].Score.Judged() {
		t.Fatalf("mentions %+v, %+v", named, unnamed)
	}
	if a, b := named[0].Score.Complaint, unnamed[0].Score.Complaint; a == b {
		t.Errorf("complaint %.3f with and without the rival", a)
	}
	body := post.Body()
	for _, f := range named[0].Score.Frames {
		if f.Text != "" && (f.Start < from || body[f.Start:f.End] != f.Text) {
			t.Errorf("frame %+v does not stand there", f)
		}
	}
	for _, h := range named[0].Score.Why {
		if h.Start < from || body[h.Start:h.End] != h.Text {
			t.Errorf("evidence %+v does not stand there", h)
		}
	}
	post.Text = "Ромашка Банк знову не відповідає в чаті." // neither surely a complaint nor surely none
	forum := NewAnalyzer(list, scorer, nobody).Analyze(post)
	post.Kind = mention.News
	if news := NewAnalyzer(list, scorer, nobody).Analyze(post); news[0].Score.Complaint == forum[0].Score.Complaint {
		t.Errorf("complaint %.3f in a forum and in the news", news[0].Score.Complaint)
	}
}

// TestAMistakeIsSaidOnce: config and the names both look at the terms, and who mends a watchlist by
// the number of its problems must not count one twice.
func TestAMistakeIsSaidOnce(t *testing.T) {
	text := `contact: a@example.com
watch:
  - {name: A, terms: ["!!"]}
  - {name: B}
  - {name: C, terms: [Zebrix, Zebrix]}
  - {name: D, terms: [Лента, Zebrix], ignore: [Zebrix]}
  - {name: D, terms: [Zebrix Bank], ignore: ["?!"]}
  - {name: E, terms: ["${env:NOPE}"]}
sources: [{feed: "https://news.example/rss"}]
`
	_, err := Check(config.Parse("w.yaml", []byte(text), func(string) (string, bool) { return "", false }, Kinds()))
	var all *config.Errors
	if !errors.As(err, &all) {
		t.Fatalf("err %v", err)
	}
	var got []string
	for _, one := range all.List {
		if one.Hint == "" {
			t.Errorf("%v: nothing says what to do", one)
		}
		got = append(got, one.Pos.String())
	}
	want := []string{"w.yaml:3:23", "w.yaml:4:5", "w.yaml:5:31", "w.yaml:6:23", "w.yaml:6:30", "w.yaml:7:12", "w.yaml:7:46", "w.yaml:8:24"}
	if !slices.Equal(got, want) {
		t.Errorf("said at %v, want %v:\n%v", got, want, err)
	}
}

func TestRivals(t *testing.T) {
	list := check(t, rivalList)
	post := mention.Post{Title: "Т", Text: "Перейшов з Волошки в Ромашка Банк"}
	named := list.Places("Romashka", post, nil)
	if len(named.Rivals) != 1 || named.Rivals[0].Text != "Волошки" {
		t.Fatalf("rivals %+v", named.Rivals)
	}
	if got := list.Places("Other", post, nil); got.Rivals != nil {
		t.Errorf("rivals of a watch that has none: %+v", got)
	}
	in, from := Input(post, named)
	if from != 0 || len(in.Rivals) != 1 || in.Text[in.Rivals[0].Start:in.Rivals[0].End] != "Волошки" {
		t.Errorf("from %d, rivals %+v in %q", from, in.Rivals, in.Text)
	}
	post.IsReply = true
	in, from = Input(post, named)
	if from != len("Т\n") || in.Text[in.Rivals[0].Start:in.Rivals[0].End] != "Волошки" {
		t.Errorf("from %d, rivals %+v in %q", from, in.Rivals, in.Text)
	}
}

// TestAccountsNameTheBrand: who writes to an account of the brand's own people does not tell of somebody else's doings.
func TestAccountsNameTheBrand(t *testing.T) {
	list := check(t, `contact: a@example.com
watch:
  - {name: Romashka, terms: ["Ромашка Банк"], official: ["@romashka_pr", {name: Olena, profile: "@romashka_help@social.example"}, {name: Ivan, profile: "https://social.example/users/7"}]}
  - {name: Other, terms: ["Мак"], official: ["@!!"]}
sources: [{feed: "https://social.example/rss", watch: Romashka}]
`)
	for text, want := range map[string]string{
		"@romashka_help, де моя посилка?":            "@romashka_help",
		"@romashka_pr @romashka_help третій тиждень": "@romashka_pr @romashka_help",
		"@romashka_helpless, у мене теж":             "",
		"Olena, Ivan, де моя посилка?":               "",
	} {
		var got []string
		for _, s := range list.Places("Romashka", mention.Post{Text: text}, nil).Brand {
			got = append(got, s.Text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
	if got := list.Places("Other", mention.Post{Text: "@romashka_help"}, nil); got.Brand != nil {
		t.Errorf("another watch is named by %+v", got.Brand)
	}
	scorer := builtin(t)
	post := mention.Post{Source: list.Sources[0].Name, Kind: mention.Social, Text: "@romashka_help any news on my order from Monday?"}
	ours := NewAnalyzer(list, scorer, func(mention.Post) []string { return nil }).Analyze(post)[0].Score.Complaint
	list.accounts = nil
	if others := NewAnalyzer(list, scorer, func(mention.Post) []string { return nil }).Analyze(post)[0].Score.Complaint; ours <= others {
		t.Errorf("complaint %.2f to our account, %.2f to somebody else's", ours, others)
	}
}

// TestRivalsNameHoldsOurs: a rival whose name holds ours does not name us, whatever went wrong at
// theirs; ours beside it does. What is said of a rival's name is about rivals.
func TestRivalsNameHoldsOurs(t *testing.T) {
	list := check(t, `contact: a@example.com
watch:
  - {name: A, terms: [Bolt, "Ромашка", "Ромашка Плюс Банк"], rivals: ["Bolt Food", "Ромашка Плюс", Uber]}
  - {name: B, terms: ["Мак Банк"], rivals: ["Мак"]}
sources: [{feed: "https://news.example/rss"}]
`)
	for text, want := range map[string]string{
		"Bolt Food never delivered my order": "",
		"Ромашка Плюс третью неделю не возвращает деньги": "",
		"в «Ромашке Плюс» обманули":                       "",
		"Bolt is no better than Bolt Food":                "Bolt",
		"Bolt\nFood was cold and late":                    "Bolt",
		"из Ромашки Плюс ушла в Ромашку":                  "Ромашку",
		"Ромашка Плюс Банк не платит":                     "Ромашка Плюс Банк",
		"Uber was late, so Bolt it is":                    "Bolt",
		"Мак Банк не возвращает деньги":                   "Мак Банк",
	} {
		got := ""
		for _, hit := range list.Mentions(mention.Post{Text: text}) {
			for _, s := range hit.Spans {
				got += s.Text
			}
		}
		if got != want {
			t.Errorf("%q names us by %q, want %q", text, got, want)
		}
	}
	for _, w := range list.Warnings {
		if strings.Contains(w.Msg, `"Uber"`) && strings.Contains(w.Hint, "context") {
			t.Errorf("of a rival: %s", w)
		}
	}
}

// TestOwnedSource: a post of a source that belongs to a watch is a mention of it without
// naming it, once, and of others only when it names them.
func TestOwnedSource(t *testing.T) {
	list := check(t, `contact: a@example.com
watch:
  - {name: Romashka, terms: ["Ромашка Банк"]}
  - {name: Other, terms: ["Мак"]}
sources:
  - {page: "https://reviews.example/romashka", name: own, watch: Romashka}
  - {page: "https://reviews.example/both", name: both, watch: [Romashka, Other]}
  - {feed: "https://news.example/rss", name: news}
`)
	scorer := builtin(t)
	a := NewAnalyzer(list, scorer, func(mention.Post) []string { return nil })
	for _, test := range []struct {
		source, text string
		want         []string // watch, and / behind it when it is named
	}{
		{"own", "Третій день не можу увійти", []string{"Romashka"}},
		{"own", "Ромашка Банк не працює", []string{"Romashka/"}},
		{"own", "У Маку краще", []string{"Other/", "Romashka"}},
		{"both", "Не працює", []string{"Romashka", "Other"}},
		{"news", "Третій день не можу увійти", nil},
		{"", "Не працює", nil},
	} {
		var got []string
		for _, m := range a.Analyze(mention.Post{Source: test.source, Kind: mention.Review, Text: test.text}) {
			name := m.Watch
			if len(m.Spans) > 0 {
				name += "/"
			}
			if !m.Score.Judged() {
				t.Errorf("%s %q: no verdict", test.source, test.text)
			}
			got = append(got, name)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s %q: mentions %q, want %q", test.source, test.text, got, test.want)
		}
	}
}

// TestOwnerless: a page of one company at a review site that belongs to no watch is
// warned of, with the line to write; other sources are not.
func TestOwnerless(t *testing.T) {
	const list = `contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources:
  - {appstore: "123456789"}
  - {otzovik: bank_romashka, watch: Romashka}
  - {feed: "https://news.example/rss"}
`
	var said []string
	for _, w := range check(t, list).Warnings {
		said = append(said, w.Error())
	}
	if len(said) != 1 || !strings.HasPrefix(said[0], "watchlist.yaml:4:6: ") || !strings.Contains(said[0], `watch: "Romashka"`) {
		t.Errorf("warnings %q", said)
	}
}

// TestMistaken: an engine on an address that a preset knows, or that nothing reads, is
// warned of with what to write; one that says how it wants to read is left alone.
func TestMistaken(t *testing.T) {
	for source, want := range map[string]string{
		`feed: "https://www.google.com/alerts/feeds/0123456789/987654321"`: "googlealerts",
		`feed: "https://www.reddit.com/r/ukraine/.rss"`:                    "reddit",
		`feed: "https://meta.forum.example/latest.rss"`:                    "discourse",
		`page: "https://apps.apple.com/ua/app/x/id577439099"`:              `appstore: {id: "577439099", countries: ["ua"]}`,
		`page: "https://www.facebook.com/romashka"`:                        "Facebook cannot be read",
		`page: "https://t.me/s/romashka_chat"`:                             `telegram: "romashka_chat"`,
		`page: "https://otzovik.com/reviews/x/", select: {item: .r}`:       "",
		`feed: "https://news.example/rss"`:                                 "",
		`forum: "https://forum.example/viewforum.php?f=3"`:                 "",
	} {
		var said []string
		for _, w := range check(t, "contact: a@example.com\nwatch: [{name: R, terms: [Romashka]}]\nsources:\n  - {"+source+"}\n").Warnings {
			said = append(said, w.Error())
		}
		if all := strings.Join(said, "\n"); want == "" && all != "" || !strings.Contains(all, want) {
			t.Errorf("%s: warnings %q, want %q", source, all, want)
		}
	}
}
