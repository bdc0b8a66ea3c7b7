package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/page"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/store"
)

// problemLine is a problem as config's expected outputs have it.
var problemLine = regexp.MustCompile(`(?m)^[\w.-]+\.yaml(?::\d+:\d+)?: (?:warning: )?(.*)$`)

// TestMistakesAreTranslated: every mistake of config's own cases is known by a code and said
// in each language, its remedy too.
func TestMistakesAreTranslated(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	mistakes := texts.Phrases([]string{"within"}, "mistake", "remedy")
	files, err := filepath.Glob("../../config/testdata/*valid/*.want")
	if err != nil || len(files) < 50 {
		t.Fatalf("only %d cases (%v)", len(files), err)
	}
	seen, known := 0, map[string]bool{}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range problemLine.FindAllStringSubmatch(string(raw), -1) {
			msg, hint, _ := strings.Cut(found[1], " — ")
			seen++
			for _, english := range []string{msg, hint} {
				if english == "" {
					continue
				}
				for _, code := range []string{"uk", "ru", "bg"} {
					said, key := mistakes.In(texts.In(code), english)
					if key == "" {
						t.Errorf("%s: not in the catalogue: %q", filepath.Base(path), english)
						break
					}
					known[key] = true
					if said == english && len(testkit.English(english)) > 3 || strings.Contains(said, "{1}") && !strings.Contains(english, "{1}") {
						t.Errorf("%s: %q is said %q", code, english, said)
					}
				}
			}
		}
	}
	if seen < 100 || len(known) < 100 {
		t.Errorf("%d problems, %d texts: are the cases still read?", seen, len(known))
	}
	t.Logf("%d problems, %d texts of the catalogue", seen, len(known))
}

// TestAnswerMistakesAreTranslated: what is wrong with reply: is known to those who make the
// sentences alone, and said in each language.
func TestAnswerMistakesAreTranslated(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	mistakes := texts.Phrases([]string{"within"}, "mistake", "remedy")
	for _, source := range []string{
		`feed: "https://news.example/rss", reply: {as: x}`,
		`wordpress: "https://blog.example/", reply: {as: x}`,
	} {
		path := filepath.Join(t.TempDir(), "watchlist.yaml")
		text := "contact: a@romashka.example\nwatch: [{name: Romashka, terms: [Romashka]}]\nsources: [{" + source + "}]\n"
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.LoadForReading([]string{path}, noEnv, watchlist.Kinds())
		_, err = watchlist.Check(cfg, err)
		found := ""
		for _, line := range strings.Split(fmt.Sprint(err), "\n") {
			if i := strings.Index(line, ": reply: "); i >= 0 {
				found = line[i+2:]
			}
		}
		for _, code := range []string{"ru", "uk", "bg"} {
			if said, key := mistakes.In(texts.In(code), found); found == "" || !strings.HasPrefix(key, "mistake.reply_") || said == found {
				t.Errorf("%s: %q is said %q (%v)", code, found, said, err)
			}
		}
	}
}

// TestSummaryCountsAll: the last line of a check counts the mistakes that are too many to be listed,
// in every language.
func TestSummaryCountsAll(t *testing.T) {
	_, err := config.Parse("w.yaml", []byte("contact: a@romashka.example\nwatch: [{name: A, terms: [Romashka]}]\nsources: [{feed: \"https://news.example/rss\"}]\nroutes: [{watch: ["+strings.Repeat("X, ", 300)+"X], to: console}]\n"), noEnv, watchlist.Kinds())
	var wrong *config.Errors
	if !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	if wrongs, _ := wrong.Count(); wrongs != 301 {
		t.Fatalf("%d mistakes", wrongs)
	}
	for _, lang := range []string{"en", "ru", "uk", "bg"} {
		if said := (languageFlag{Lang: lang}).speech(noEnv).summary(wrong); !strings.Contains(said, "301") {
			t.Errorf("%s: %s", lang, said)
		}
	}
}

// TestSpeech: the flag decides, then the environment as programs know it; English is the
// default and what is said for languages that nobody translated.
func TestSpeech(t *testing.T) {
	for _, c := range []struct {
		flag string
		env  map[string]string
		want string
	}{
		{"", nil, "en"},
		{"bg", map[string]string{"LANG": "uk_UA.UTF-8"}, "bg"},
		{"", map[string]string{"LANG": "uk_UA.UTF-8"}, "uk"},
		{"", map[string]string{"LC_ALL": "C.UTF-8", "LANG": "uk_UA.UTF-8"}, "en"},
		{"", map[string]string{"LC_ALL": "", "LC_MESSAGES": "ru_RU", "LANG": "bg_BG"}, "ru"},
		{"", map[string]string{"LANG": "de_DE.UTF-8"}, "en"},
		{"", map[string]string{"LANG": "x"}, "en"},
	} {
		s := languageFlag{Lang: c.flag}.speech(withEnv(c.env))
		if s.Code() != c.want {
			t.Errorf("%q in %v: %s, want %s", c.flag, c.env, s.Code(), c.want)
		}
	}
}

// TestCommandsAreTranslated: what add, mutes, match, score, login, backup, erase and the file of init say
// has no English word left but names, addresses and what must be typed.
func TestCommandsAreTranslated(t *testing.T) {
	const typed = "earshot init check add ADDRESS slack manifest docs md SQLite PostgreSQL store.database Ctrl item web listen inbox false sources page select crawl probe watch author NAME profile URL url mutes lift store database against alert_below w yaml Enter Redis uk http ssh"
	for _, code := range []string{"uk", "ru", "bg"} {
		s := speaks(code)
		var out strings.Builder
		say := func(err error) { out.WriteString(err.Error() + "\n") }
		a := &adder{path: "w.yaml", says: s, term: terminal{out: &out, err: &out, in: strings.NewReader(""), lookup: noEnv}}
		at := time.Now().Add(-time.Hour)
		a.show(found{seen: &polled{batch: crawlers.Batch{Posts: []mention.Post{{Text: "Де гроші?"}}, Observed: crawlers.Observation{Newest: at}}}})
		for _, what := range []string{"2 reviews (JSON-LD and select)", "phpBB, 25 threads", "RSS 2.0, 1 post", "unknown engine, one thread", "a web page without a feed"} {
			a.show(found{seen: &polled{batch: crawlers.Batch{Observed: crawlers.Observation{What: what, Notes: []string{"the thread goes on after page 5; the next poll reads on", "found by itself: 7"}}}}})
		}
		for _, address := range []string{"https://www.facebook.com/romashka", "https://t.me/+7"} {
			if _, err := a.look(t.Context(), address); !errors.Is(err, errSaid) {
				t.Errorf("%s: %v", address, err)
			}
		}
		exporting := &exportCmd{subjectFlags: subjectFlags{Author: "Олег"}}
		exporting.print(&out, s, store.Kept{})
		exporting.print(&out, s, store.Kept{Posts: []mention.Post{{Source: "форум", Text: "Де гроші?"}}, Events: []mention.Event{{Kind: string(mention.Claim)}}, Lessons: []mention.Feedback{{Text: "7"}},
			Mentions: []mention.MentionRecord{{Mention: mention.Mention{Watch: "Ромашка", Score: mention.Score{Label: mention.Negative}}, Case: mention.Case{Status: mention.Open}}},
			Replies:  []mention.SiteReply{{Account: "Ромашка", Status: mention.ReplySent}}, Mutes: []mention.Mute{{Author: "Олег", Source: "форум"}}, Repeated: []string{"7"}})
		a.show(found{seen: &polled{err: errors.New("500")}})
		for _, f := range []found{{needs: []presets.Option{{Name: "id", Doc: "7"}}, key: "7"}, {seen: &polled{err: errors.New("500")}}} {
			if err := a.write(f); !errors.Is(err, errSaid) {
				t.Errorf("%s: %v", code, err)
			}
		}
		_, err := newAdder([]string{"w.yaml"}, a.term, s)
		say(err)
		say(s.liftMute(t.Context(), nil, &out, nil, "7"))
		say(s.liftMute(t.Context(), nil, &out, []mention.Mute{{MentionID: "71"}, {MentionID: "72"}}, "7"))
		if err := s.printMutes(&out, []mention.Mute{{MentionID: "71", Author: "Олег", Source: "форум"}}, time.UTC); err != nil {
			t.Fatal(err)
		}
		for _, f := range []subjectFlags{{}, {Author: "Гость"}} {
			_, err := f.subject(s)
			say(err)
		}
		out.WriteString(s.Plural("link.open", 10) + "\n")
		for _, w := range []config.Web{{}, {Listen: "127.0.0.1:0"}, {Listen: "127.0.0.1:0", Inbox: true}} {
			_, err := s.localAddress(w)
			say(err)
		}
		copied := store.Copied{Path: "7", Bytes: 2_500_000, Posts: 21, Mentions: 3, OpenCase: 1}
		if err := s.printBackup(&out, copied); err != nil {
			t.Fatal(err)
		}
		s.printRestored(&out, store.Restored{Copied: copied, Old: "7"})
		for _, moved := range []store.Moved{{}, {Already: true}} {
			for _, shared := range []bool{true, false} {
				if err := s.printMoved(&out, moved, shared); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.printTown(&out, "http://127.0.0.1:7", "7", true)
		s.printTrial(&out, page.Trial{Items: 3, First: [][]page.TriedPart{{
			{Part: "7", Selector: "7", Elements: 2, Read: "2026-11-02, the day only"}, {Part: "7", Selector: "7", Elements: 21, Read: "4 of 5"},
			{Trouble: "finds nothing"}, {Trouble: "no date that can be read"}, {Trouble: "no rating that can be read"}, {Trouble: "is empty"}, {Trouble: "no answer that people read there"},
		}}}, "7")
		erased := store.Erased{Posts: 1, Mentions: 2}
		for _, c := range []eraseCmd{{subjectFlags: subjectFlags{Author: "Олег", Source: "форум"}}, {DryRun: true}} {
			c.print(&out, s, erased, store.Swept{Clean: true})
			c.print(&out, s, store.Erased{}, store.Swept{Why: "7"})
		}
		s.printExplanation(&out, match.Explanation{Watch: "Ромашка", Steps: []match.Step{{Span: mention.Span{Text: "Ромашка", Term: "Ромашка"}, Reason: "7", Rule: 1}}}, true)
		s.printExplanation(&out, match.Explanation{Watch: "Ромашка", Named: true}, false)
		say(s.replay(t.Context(), nil, "e", a.term))
		scorer, err := watchlist.NewScorer("", "")
		if err != nil {
			t.Fatal(err)
		}
		const complaint = "Третій тиждень Ромашка Банк не повертає мої гроші, підтримка мовчить."
		score := scorer.Score(sentiment.Input{Text: complaint, Stars: 5})
		for _, one := range []mention.Score{score, {Label: mention.Neutral}} {
			if err := s.explainScore(&out, complaint, one, false); err != nil {
				t.Fatal(err)
			}
		}
		for _, kind := range []mention.PostKind{"", mention.Forum, mention.Review} {
			out.WriteString(s.decision(alerts.Rules{AlertBelow: map[mention.PostKind]float64{mention.Review: -0.5}}, kind, score) + "\n")
		}
		file := interviewed{name: "Ромашка", terms: []string{"Ромашка"}, sources: []string{"7"}, later: []string{"7\n7"}, channel: "7"}.watchlist(s)
		for _, line := range strings.Split(file, "\n") {
			if _, comment, ok := strings.Cut(line, "#"); ok && strings.Contains(line, "# ") {
				out.WriteString(comment + "\n")
			}
		}
		if left := testkit.English(out.String(), typed, "context ignore official matching UTC phpBB RSS JSON Facebook facebookpage Google Alerts Telegram push schema lang watchlist json language server"); len(left) > 0 {
			t.Errorf("%s: not in the catalogue: %q in\n%s", code, left, out.String())
		}
	}
}

// TestKeysAreTranslated: the key that a kind needs has words in every language, in English the
// kind's own, and no words stand for a kind that needs none.
func TestKeysAreTranslated(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	needed := map[string]bool{}
	for _, kind := range presets.Kinds() {
		if kind.Key == "" {
			continue
		}
		needed[kind.Name] = true
		for _, code := range []string{"en", "ru", "uk", "bg"} {
			said := texts.In(code).Word("kind_key", kind.Name)
			if said == kind.Name || (code == "en") != (said == kind.Key) {
				t.Errorf("%s: kind_key.%s is %q, the kind says %q", code, kind.Name, said, kind.Key)
			}
		}
	}
	if len(needed) < 10 {
		t.Errorf("only %d kinds need a key", len(needed))
	}
	for _, code := range []string{"en", "ru", "uk", "bg"} {
		for line := range strings.Lines(readFile(t, "../../internal/i18n/cli."+code+".tsv")) {
			key, _, _ := strings.Cut(line, "\t")
			if kind, ok := strings.CutPrefix(key, "kind_key."); ok && !needed[kind] {
				t.Errorf("%s: %s is of no kind that needs a key", code, key)
			}
		}
	}
}

// TestKeyIsSaidInTheLanguage: add, init and check say in the language of who asks which key a
// kind needs.
func TestKeyIsSaidInTheLanguage(t *testing.T) {
	const address = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
	kind, ok := presets.Lookup("youtube")
	if !ok {
		t.Fatal("no kind youtube")
	}
	for code, want := range map[string]string{"en": "an API key of", "ru": "бесплатно в пределах", "uk": "безкоштовно в межах", "bg": "безплатно в рамките"} {
		s := speaks(code)
		var added, checked strings.Builder
		term := terminal{out: &added, err: &added, in: strings.NewReader(""), lookup: noEnv}
		path := filepath.Join(t.TempDir(), "watchlist.yaml")
		text := "contact: a@romashka.example\nwatch: [{name: Romashka, terms: [Romashka]}]\nsources: [{youtube: UCromashkaromashkaromash, key: \"${env:KEY}\"}]\nroutes: [{to: console}]\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.LoadForReading([]string{path}, func(string) (string, bool) { return "7", true }, watchlist.Kinds())
		if err != nil {
			t.Fatal(err)
		}
		keysNeeded(&checked, s, cfg.Sources)
		add, err := newAdder([]string{path}, term, s)
		if err != nil {
			t.Fatal(err)
		}
		f, err := add.look(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		if err := add.write(f); !errors.Is(err, errSaid) {
			t.Error(err)
		}
		a := interviewed{name: "Romashka", terms: []string{"Romashka"}}
		a.places(address, s, &added)
		for command, said := range map[string]string{"add": added.String(), "check": checked.String(), "init": a.watchlist(s)} {
			if !strings.Contains(said, want) || strings.Contains(said, kind.Key) != (code == "en") {
				t.Errorf("%s in %s says %q", command, code, said)
			}
		}
		var refused strings.Builder
		a.places("https://www.facebook.com/romashka", s, &refused)
		if strings.Contains(refused.String(), "forbids programs") != (code == "en") {
			t.Errorf("init in %s says of a place that cannot be read %q", code, refused.String())
		}
	}
}

var (
	verdictReason = regexp.MustCompile(`verdict\{\d+, "([^"]*)"\}`)
	signReason    = regexp.MustCompile(`(?m)^\tsign[A-Z]\w+: +"([^"]*)",`)
)

// TestReasonsAreTranslated: whatever match says of a place is said in each language, and so is
// every feature by which the scorer decides.
func TestReasonsAreTranslated(t *testing.T) {
	files, err := filepath.Glob("../../match/*.go")
	if err != nil {
		t.Fatal(err)
	}
	const here = "a form of the term stands here"
	reasons := []string{"the term stands here", here, "“Ромашко” is another word, not a form of “Ромашка”", "it stands inside the ignored phrase “Ромашка”",
		"all asks for what does not count in the post: “Ромашка”", "none forbids what stands in the post: “Ромашка”"}
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range verdictReason.FindAllStringSubmatch(string(src), -1) {
			reasons = append(reasons, found[1])
		}
		for _, found := range signReason.FindAllStringSubmatch(string(src), -1) {
			reasons = append(reasons, here+"; no context word is near, but "+found[1])
		}
	}
	scorer, err := sentiment.New(sentiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	features := append(scorer.FeatureNames(), "taken together") // the last is learned
	places := placesOf(t)
	if len(reasons) < 40 || len(features) < 80 {
		t.Fatalf("%d reasons and %d features: are they still found?", len(reasons), len(features))
	}
	for _, code := range []string{"uk", "ru", "bg"} {
		s := speaks(code)
		for _, reason := range reasons {
			if said := s.reason(reason); len(testkit.English(said, "ignore context all any none")) > 0 {
				t.Errorf("%s: %q is said %q", code, reason, said)
			}
		}
		for _, place := range places {
			if _, key := s.seen().In(s.Lang, place); key == "" {
				t.Errorf("%s: not in the catalogue: %q", code, place)
			}
		}
		for _, feature := range features {
			if said := s.feature(feature); len(testkit.English(said)) > 0 || said == feature {
				t.Errorf("%s: the feature %q is said %q", code, feature, said)
			}
		}
	}
}

// unreadableRow is a place that presets cannot read: its name, why, and what to do instead.
var unreadableRow = regexp.MustCompile("(?m)^\t\t\\{regexp\\.MustCompile\\(`[^`]*`\\), \"([^\"]*)\",\n\t\t\t\"([^\"]*)\",\n\t\t\t\"([^\"]*)\"\\}")

// placesOf is what presets say that the places are which they read, and which they do not.
func placesOf(t *testing.T) (said []string) {
	t.Helper()
	files, err := filepath.Glob("../../crawlers/presets/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			if about, ok := strings.CutPrefix(line, "about: "); ok {
				said = append(said, strings.TrimSpace(about))
			}
		}
	}
	src, err := os.ReadFile("../../crawlers/presets/recognize.go")
	if err != nil {
		t.Fatal(err)
	}
	rows := unreadableRow.FindAllStringSubmatch(string(src), -1)
	for _, row := range rows {
		if first, _ := utf8.DecodeRuneInString(row[1]); unicode.IsLower(first) { // no proper name
			said = append(said, row[1])
		}
		said = append(said, row[2], row[3])
	}
	if len(files) < 30 || len(said) < len(files)+20 || len(rows) < 10 {
		t.Fatalf("%d presets, %d places that cannot be read: are they still found?", len(files), len(rows))
	}
	return said
}

// TestOffUntil: what rests is said in the language of the rest of a check, with its end.
func TestOffUntil(t *testing.T) {
	until := config.Rest{PausedUntil: config.Pause{Until: time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC)}}
	cfg := &config.Config{Watches: []config.Watch{{Name: "W", Rest: until}}, Sources: []config.Source{{Name: "s", Rest: until}}}
	for code, want := range map[string]string{
		"en": "watch W: off until 24 Dec 2026 09:00 UTC\nsource s: off until 24 Dec 2026 09:00 UTC\n",
		"ru": "бренд W: выключен до 24 дек. 2026, 09:00 UTC\nисточник s: выключен до 24 дек. 2026, 09:00 UTC\n",
		"uk": "бренд W: вимкнено до 24 груд. 2026, 09:00 UTC\nджерело s: вимкнено до 24 груд. 2026, 09:00 UTC\n",
		"bg": "марка W: изключена до 24 дек. 2026, 09:00 UTC\nизточник s: изключен до 24 дек. 2026, 09:00 UTC\n",
	} {
		s := speaks(code)
		var out strings.Builder
		restingEntries(&out, s, cfg, until.Until().Add(-time.Hour))
		if out.String() != want {
			t.Errorf("%s:\n%s\nwant:\n%s", code, out.String(), want)
		}
	}
}

// TestUnservedIsTranslated: the notes of check --probe are in the language, also where the system
// says why: what stands before the advice, and in it.
func TestUnservedIsTranslated(t *testing.T) {
	away := &store.AwayError{Err: errors.New("dial tcp 127.0.0.1:9: connect: connection refused")}
	asked := &url.Error{Op: "Post", URL: "http://127.0.0.1:9/api/auth.test", Err: away.Err}
	for _, lang := range []string{"ru", "uk", "bg"} {
		s := speaks(lang)
		for _, err := range []error{
			&alerts.Advice{What: away.Error() + " — ", Key: "way.redis", Err: away},
			&alerts.Advice{What: "slack: auth.test: ", Key: "way.unreachable", Pairs: []any{"why", asked}, Err: asked},
		} {
			if left := testkit.English(s.unserved(err), "slack: auth.test: Redis store.redis"); len(left) > 0 {
				t.Errorf("%s: English is left, %q: %s", lang, left, s.unserved(err))
			}
		}
	}
}

// TestWhatTheDatabaseWasDoing: what a full disk stopped is said in the language, too.
func TestWhatTheDatabaseWasDoing(t *testing.T) {
	for _, lang := range []string{"ru", "uk", "bg"} {
		s := speaks(lang)
		for doing, known := range map[string]string{"migrate to schema 7": "7", "open /var/lib/e.db": "/var/lib/e.db"} {
			said := s.said(s.faults, doing+": the disk is full; free some space and it goes on by itself (database or disk is full (13))")
			before, _, _ := strings.Cut(said, ": ")
			if left := testkit.English(strings.ReplaceAll(before, known, ""), ""); len(left) > 0 || !strings.Contains(before, known) {
				t.Errorf("%s: %q leaves %q", lang, said, left)
			}
		}
	}
}
