package door_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestWords: what people get says how loud, about whom, where, the words, the post and the
// way into the inbox.
func TestWords(t *testing.T) {
	for kind, address := range addresses {
		s := newSink(t, status(200, "{}"))
		m := message()
		m.Repeat, m.Mention.Post.Rating = true, &mention.Rating{Value: 1, Best: 5}
		if _, err := open(t, address, s.client).Post(t.Context(), m); err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		said := unescaped(s.taken()[0])
		for _, want := range []string{"High · Ромашка Банк · Олена on forum.example", "Не повертають гроші", "https://forum.example/p/1", "https://earshot.romashka.example/case/m1", "may be a repeat", alerts.Stars(english, m.Mention.Post.Rating) + " · 3 min ago"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: no %q in %s", kind, want, said)
			}
		}
	}
}

// TestLinksStay: however much there is to say, the links by which somebody can act are there, and
// nothing is longer than the service takes: Pushover 1,024 characters, the others 4,096 bytes.
func TestLinksStay(t *testing.T) {
	for name, words := range map[string]string{"letters": strings.Repeat("Не повертають гроші вже третій тиждень. ", 40), "faces": strings.Repeat("😡😡 ", 400)} {
		for kind, address := range addresses {
			s := newSink(t, status(200, "{}"))
			m := message()
			m.Alert.Kind, m.Details.Text = mention.Escalation, words
			m.Mention.Post.Author, m.Mention.Post.Text = "Олена "+strings.Repeat("ї", 60), words
			m.Mention.Post.URL = "https://forum.example/p/" + strings.Repeat("a", 300)
			if _, err := open(t, address, s.client).Post(t.Context(), m); err != nil {
				t.Errorf("%s of %s: %v", kind, name, err)
				continue
			}
			said := unescaped(s.taken()[0])
			for _, want := range []string{m.Mention.Post.URL, "https://earshot.romashka.example/case/m1", words[:20]} {
				if !strings.Contains(said, want) {
					t.Errorf("%s of %s: no %.60q in %s", kind, name, want, said)
				}
			}
			if n := utf8.RuneCountInString(said); len(said) > 4400 || kind == "pushover" && n > 1024+250+80 {
				t.Errorf("%s of %s: %d characters, %d bytes", kind, name, n, len(said))
			}
		}
	}
}

// unescaped is a body as people read it.
func unescaped(body string) string {
	_, rest, _ := strings.Cut(body, " ")
	_, rest, _ = strings.Cut(rest, " ")
	var in any
	if json.Unmarshal([]byte(rest), &in) == nil {
		var b strings.Builder
		var walk func(any)
		walk = func(v any) {
			switch v := v.(type) {
			case string:
				b.WriteString(v + "\n")
			case []any:
				for _, x := range v {
					walk(x)
				}
			case map[string]any:
				for _, x := range v {
					walk(x)
				}
			}
		}
		walk(in)
		return b.String()
	}
	if strings.Contains(rest, "%D0") {
		req, err := http.NewRequest(http.MethodPost, "/", strings.NewReader(rest))
		if err == nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if req.ParseForm() == nil {
				var all []string
				for _, v := range req.PostForm {
					all = append(all, v...)
				}
				return strings.Join(all, "\n")
			}
		}
	}
	return rest
}

// TestStrangersCallNobody: words of a post neither call people nor hide a link nor end a
// header, in any service; the line of the post stays the address alone.
func TestStrangersCallNobody(t *testing.T) {
	m := message()
	m.Mention.Post.Author = "@everyone\r\nBcc: all@evil.example"
	m.Mention.Post.Text = "@all @channel <!channel> <https://evil.example|our bank> [our bank](https://evil.example) <b>x</b> #general ~town `x` \x1b[31m \u202e"
	for kind, address := range addresses {
		s := newSink(t, status(200, "{}"))
		if _, err := open(t, address, s.client).Post(t.Context(), m); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		said := unescaped(s.taken()[0])
		for _, bad := range []string{"@all", "@everyone", "@channel", "<!", "<http", "[our bank", "<b>", "\x1b", "\u202e", "\r\nBcc", "\nBcc"} {
			if strings.Contains(said, bad) {
				t.Errorf("%s: %q in %q", kind, bad, said)
			}
		}
	}
	mail := newMailSink(t, nil)
	if _, err := open(t, mail.address("boss@romashka.example"), nobody).Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(mail.taken()[0], "\r\n\r\n")
	if strings.Contains(head, "\nBcc") {
		t.Errorf("a header of a stranger: %q", head)
	}
}

// TestLinkOfAnAccount: where the address of a post names its author, as in Mastodon, the link is there;
// but no address calls a room, or looks like one of another site.
func TestLinkOfAnAccount(t *testing.T) {
	for link, want := range map[string]bool{
		"https://mastodon.example/@olena/115":         true,
		"https://mastodon.example/@olena@b.example/1": true,
		"https://chat.example/@everyone/1":            false,
		"https://chat.example/x@here":                 false,
		"https://chat.example/@Channel?all":           false,
		"https://chat.example/@all.":                  false,
		"https://romashka.example@evil.example/":      false,
		"https://romashka.example@evil.example":       false,
	} {
		for kind, address := range addresses {
			s := newSink(t, status(200, "{}"))
			m := message()
			m.Mention.Post.URL = link
			if _, err := open(t, address, s.client).Post(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if said := unescaped(s.taken()[0]); strings.Contains(said, link) != want {
				t.Errorf("%s: %s: want %v in %s", kind, link, want, said)
			}
		}
	}
}

// TestSitesCallNobody: a message about earshot itself repeats what a site says of its trouble.
func TestSitesCallNobody(t *testing.T) {
	for _, kind := range []mention.AlertKind{mention.Notice, mention.Digest, mention.Burst, mention.Escalation} {
		m := message()
		m.Alert.Kind, m.Mention = kind, mention.Mention{}
		m.Details = alerts.Details{Text: "the site says (400): @everyone @channel <!channel> [our bank](https://evil.example)"}
		for service, address := range addresses {
			s := newSink(t, status(200, "{}"))
			if _, err := open(t, address, s.client).Post(t.Context(), m); err != nil {
				t.Fatalf("%s: %v", service, err)
			}
			said := unescaped(s.taken()[0])
			for _, bad := range []string{"@everyone", "@channel", "<!", "[our bank"} {
				if strings.Contains(said, bad) {
					t.Errorf("%s: %s: %q in %q", kind, service, bad, said)
				}
			}
		}
	}
}

// TestStormThroughADoor: a door has neither threads nor buttons, and is told of none, also where it
// speaks another language than the channel that it stands in for.
func TestStormThroughADoor(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	m := message()
	for code, channel := range map[string]string{"en": "", "uk": "", "ru": "", "bg": "uk"} {
		m.Lang = texts.In(code)
		l := texts.In(cmp.Or(channel, code))
		thread := l.Text("storm.thread")
		m.Alert.Kind, m.Mention = mention.Burst, mention.Mention{}
		m.Details = alerts.Details{Text: l.Plural("storm.begins", 21, "watch", "Ромашка", "usually", l.Text("storm.usually_none")) + " " + thread}
		if channel != "" {
			m.Details.Thread = thread
		}
		s := newSink(t, status(200, "{}"))
		if _, err := open(t, addresses["mattermost"], s.client).Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		said := unescaped(s.taken()[0])
		if strings.Contains(said, thread) || !strings.Contains(said, m.Lang.Text("storm.door")) || !strings.Contains(said, "Ромашка") {
			t.Errorf("%s: %s", code, said)
		}
	}
}
