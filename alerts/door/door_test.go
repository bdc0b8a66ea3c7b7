package door_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestAnswers holds every service to the contract of alerts.Notifier: what was surely not
// taken is tried again or refused, what may have been taken is in doubt, each is asked once
// an attempt, and no error shows the address.
func TestAnswers(t *testing.T) {
	for kind, address := range addresses {
		t.Run(kind, func(t *testing.T) {
			own := slices.DeleteFunc(slices.Clone(secretParts), func(s string) bool { return !strings.Contains(address, s) })
			echo := fmt.Sprintf(`{"ok":false,"description":"bot %s was kicked"}`, strings.Join(own, " "))
			for _, c := range []struct {
				name   string
				answer func(w http.ResponseWriter)
				want   string
			}{
				{"taken", status(200, `{"ok":true,"result":{}}`), "taken"},
				{"too many", func(w http.ResponseWriter) { w.Header().Set("Retry-After", "7"); w.WriteHeader(429) }, "again after 7s"},
				{"away", status(503, echo), "again after 30s"},
				{"broken", status(502, echo), "doubt"},
				{"token", status(401, echo), "refused"},
				{"gone", status(404, echo), "refused"},
				{"moved", func(w http.ResponseWriter) { w.Header().Set("Location", "http://127.0.0.1:9/x"); w.WriteHeader(307) }, "refused"},
				{"too large", status(413, echo), "refused, this one"},
				{"cut off", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "doubt"},
			} {
				s := newSink(t, c.answer)
				_, err := open(t, address, s.client).Post(t.Context(), message())
				if got := outcome(err); got != c.want {
					t.Errorf("%s: %s (%v), want %s", c.name, got, err, c.want)
				}
				if n := len(s.taken()); n != 1 {
					t.Errorf("%s: asked %d times: %q", c.name, n, s.taken())
				}
				clean(t, err)
				if c.name == "moved" && (!strings.Contains(err.Error(), "http://127.0.0.1:9") || strings.Contains(err.Error(), ":9/")) {
					t.Errorf("whoever is to mend the address reads %v", err)
				}
			}
			_, err := open(t, address, nobody).Post(t.Context(), message())
			if outcome(err) != "again after 0s" {
				t.Errorf("nobody there: %v", err)
			}
			clean(t, err)
		})
	}
}

func outcome(err error) string {
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	switch {
	case err == nil:
		return "taken"
	case errors.As(err, &again):
		return fmt.Sprintf("again after %s", again.After)
	case errors.As(err, &refused) && refused.One:
		return "refused, this one"
	case errors.As(err, &refused):
		return "refused"
	}
	return "doubt"
}

func clean(t *testing.T, err error) {
	t.Helper()
	for _, secret := range secretParts {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is in the error: %v", err)
		}
	}
}

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

// TestMail is read by a real server: one mail for each recipient, the subject as RFC 2047
// writes what is not English, lines that servers take.
func TestMail(t *testing.T) {
	mail := newMailSink(t, nil)
	m := message()
	m.Mention.Post.Text = strings.Repeat("Не повертають гроші ", 40)
	if _, err := open(t, mail.address("a@romashka.example,b@romashka.example"), nobody).Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := mail.taken()
	if len(got) != 2 || !strings.Contains(got[0], "<a@romashka.example>") || !strings.Contains(got[1], "<b@romashka.example>") {
		t.Fatalf("%d mails: %q", len(got), got)
	}
	for line := range strings.Lines(got[0]) {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	head, body, _ := strings.Cut(got[0], "\r\n\r\n")
	subject := subjectOf(head)
	if subject != "earshot: High · Ромашка Банк · Олена on forum.example" {
		t.Errorf("subject %q in %q", subject, head)
	}
	if !strings.Contains(body, "Не повертають") || !strings.Contains(body, "https://earshot.romashka.example/case/m1") || !strings.Contains(head, `charset="UTF-8"`) {
		t.Errorf("%s\n\n%s", head, body)
	}
}

// TestMailLines: no line of a mail is longer than servers take (RFC 5322), whatever a stranger calls
// himself and however long he holds a key down; an address stays whole.
func TestMailLines(t *testing.T) {
	mail := newMailSink(t, nil)
	m := message()
	m.Mention.Watch, m.Mention.Post.Author = strings.Repeat("Ромашка ", 10), strings.Repeat("Олена ", 13)
	m.Mention.Post.Text = "Верните " + strings.Repeat("а", 690)
	m.Mention.Post.URL = "https://forum.example/" + strings.Repeat("x", 470)
	if _, err := open(t, mail.address("a@romashka.example"), nobody).Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := mail.taken()[0]
	for line := range strings.Lines(got) {
		if len(strings.TrimRight(line, "\r\n")) > 998 {
			t.Errorf("a line of %d bytes: %.80s…", len(line), line)
		}
	}
	head, body, _ := strings.Cut(got, "\r\n\r\n")
	if subject := subjectOf(head); !strings.Contains(subject, "Ромашка Ромашка") || !strings.Contains(subject, "Олена Олена") || !strings.HasSuffix(subject, " on forum.example") {
		t.Errorf("subject %q in %q", subject, head)
	}
	if !strings.Contains(body, m.Mention.Post.URL) || strings.Count(body, "а") < 680 {
		t.Errorf("body %s", body)
	}
}

// subjectOf is the subject as people read it.
func subjectOf(head string) string {
	_, subject, _ := strings.Cut(head, "Subject: ")
	subject, _, _ = strings.Cut(strings.ReplaceAll(subject, "\r\n ", " "), "\r\n")
	subject, _ = (&mime.WordDecoder{}).DecodeHeader(subject)
	return subject
}

// TestMailServers sorts what mail servers say and when they break off.
func TestMailServers(t *testing.T) {
	at := func(command, answer string) func(string) string {
		return func(c string) string {
			if c == command {
				return answer
			}
			return ""
		}
	}
	for name, c := range map[string]struct {
		say  func(string) string
		want string
	}{
		"taken":                      {nil, "taken"},
		"broken farewell":            {at("QUIT", "-"), "taken"},
		"odd farewell":               {at("QUIT", "500 what?"), "taken"},
		"busy":                       {at("MAIL", "451 hunter22 later"), "again after 30s"},
		"no such person":             {at("RCPT", "550 nobody of this name"), "refused"},
		"too large":                  {at(".", "552 too much"), "refused, this one"},
		"its words look like spam":   {at(".", "550 spam message rejected"), "refused, this one"},
		"not for this address":       {at("RCPT", "554 5.7.1 relay access denied"), "refused"},
		"not from this machine":      {at("MAIL", "554 5.7.1 client host blocked"), "refused"},
		"broken at the greeting":     {at("EHLO", "-"), "again after 0s"},
		"broken in the conversation": {at("MAIL", "-"), "again after 0s"},
		"broken after the text":      {at(".", "-"), "doubt"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newMailSink(t, c.say)
			_, err := open(t, strings.Replace(s.address("boss@romashka.example"), "smtp://", "smtp://", 1), nobody).Post(t.Context(), message())
			if got := outcome(err); got != c.want {
				t.Errorf("%s (%v), want %s", got, err, c.want)
			}
		})
	}
	_, err := open(t, "smtp://127.0.0.1:1/?from=a@romashka.example&to=b@romashka.example", nobody).Post(t.Context(), message())
	if outcome(err) != "again after 0s" {
		t.Errorf("nobody there: %v", err)
	}
}

// TestMailUnencrypted: where a mail server cannot be trusted or does not encrypt nothing is sent, and
// it is said why: it is not the line that is bad.
func TestMailUnencrypted(t *testing.T) {
	elsewhere, err := net.Listen("tcp", "127.0.0.2:0") // at "localhost" passwords are sent in the clear
	if err != nil {
		t.Skip("no second address of this machine: ", err)
	}
	plain, secure := newMailSink(t, nil), httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	apart := serveMail(t, elsewhere, nil)
	for name, c := range map[string]struct{ address, want string }{
		"none asked for":      {plain.address("boss@romashka.example") + "&requirestarttls=yes", "no encryption"},
		"for a password":      {strings.Replace(apart.address("boss@romashka.example"), "smtp://", "smtp://pr:hunter22@", 1), "no encryption"},
		"none from the start": {plain.address("boss@romashka.example") + "&encryption=ImplicitTLS", "no encryption"},
		"of somebody else":    {"smtp://" + secure.Listener.Addr().String() + "/?encryption=ImplicitTLS&from=pr@romashka.example&to=boss@romashka.example", "certificate"},
	} {
		_, err := open(t, c.address, nobody).Post(t.Context(), message())
		if outcome(err) != "refused" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %s, %v", name, outcome(err), err)
		}
		clean(t, err)
	}
	if len(plain.taken())+len(apart.taken()) != 0 {
		t.Error("sent")
	}
}

// TestCertificate: a server whose certificate is not trusted got nothing, and it is said why.
func TestCertificate(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	own := &http.Transport{DisableKeepAlives: true}
	_, err := open(t, "mattermost://bot@"+secure.Listener.Addr().String()+"/tokentokentokentokentoken", func(...string) *http.Client { return &http.Client{Transport: own} }).Post(t.Context(), message())
	if outcome(err) != "refused" || !strings.Contains(err.Error(), "mattermost (x509: ") || !strings.Contains(err.Error(), "the certificate of its server is not right") {
		t.Errorf("%s: %v", outcome(err), err)
	}
	clean(t, err)
}

// TestManyRecipients: more recipients than one attempt has time for are told in several, each once.
func TestManyRecipients(t *testing.T) {
	mail := newMailSink(t, func(c string) string {
		if c == "RCPT" {
			time.Sleep(400 * time.Millisecond)
		}
		return ""
	})
	var to []string
	for i := range 12 {
		to = append(to, fmt.Sprintf("p%d@romashka.example", i))
	}
	n := open(t, mail.address(strings.Join(to, ",")), nobody)
	for range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		_, err := n.Post(ctx, message())
		cancel()
		if err == nil {
			break
		}
		var again *alerts.RetryError
		if !errors.As(err, &again) || !again.One {
			t.Errorf("%s: %v", outcome(err), err)
		}
	}
	time.Sleep(time.Second) // what was given up may go on
	got := strings.Join(mail.taken(), "\n")
	for _, one := range to {
		if n := strings.Count(got, "RCPT TO:<"+one); n != 1 {
			t.Errorf("%s was told %d times", one, n)
		}
	}
}

// TestMailServerHangs: the attempt ends in time and is in doubt; the next one does not
// begin while the first hangs, and surely sent nothing.
func TestMailServerHangs(t *testing.T) {
	s := newMailSink(t, func(c string) string { return "hang" })
	n := open(t, s.address("boss@romashka.example"), nobody)
	for i, want := range []string{"doubt", "again after 0s"} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // a busy machine must get as far as the server
		_, err := n.Post(ctx, message())
		cancel()
		if got := outcome(err); got != want {
			t.Errorf("attempt %d: %s (%v), want %s", i, got, err, want)
		}
	}
}

// TestHangs: a service that does not answer in time leaves the message in doubt.
func TestHangs(t *testing.T) {
	for kind, address := range addresses {
		t.Run(kind, func(t *testing.T) {
			t.Parallel() // each waits, and a busy machine must get as far as the service
			release := make(chan struct{})
			s := newSink(t, func(http.ResponseWriter) { <-release })
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			_, err := open(t, address, s.client).Post(ctx, message())
			cancel()
			if outcome(err) != "doubt" || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v", err)
			}
			clean(t, err)
			close(release)
		})
	}
}

// TestPartOfRecipients: who threw the bot out keeps nothing from the others and is named; where all
// of them did, nothing is told.
func TestPartOfRecipients(t *testing.T) {
	s := newSink(t, nil)
	s.set(func(w http.ResponseWriter) {
		if strings.Contains(s.took[len(s.took)-1], `"bad"`) { // under the lock of the sink's own handler is not needed: one request at a time
			w.WriteHeader(403)
			_, _ = io.WriteString(w, `{"ok":false,"description":"Forbidden: bot was kicked from the group chat"}`)
		}
	})
	n := open(t, strings.Replace(addresses["telegram"], "-100200300", "good,bad,late", 1), s.client)
	for range 3 {
		at, err := n.Post(t.Context(), message())
		var part *alerts.PartError
		if !errors.As(err, &part) || part.Who != "telegram bad" || at.TS == "" || !strings.Contains(err.Error(), "telegram bad: status 403 (Forbidden: bot was kicked from the group chat)") {
			t.Fatalf("%+v %v", at, err)
		}
	}
	count := map[string]int{}
	for _, took := range s.taken() {
		for _, chat := range []string{"good", "bad", "late"} {
			if strings.Contains(took, `"`+chat+`"`) {
				count[chat]++
			}
		}
	}
	if count["good"] != 3 || count["late"] != 3 || count["bad"] != 3 {
		t.Errorf("told %v", count)
	}
	n = open(t, strings.Replace(addresses["telegram"], "-100200300", "bad,bad", 1), s.client)
	if at, err := n.Post(t.Context(), message()); outcome(err) != "refused" || at.TS != "" {
		t.Errorf("nobody was told: %+v %v", at, err)
	}
}

// TestOneTakesAllTheTime: a recipient of whom the service says no only after most of an attempt, as
// mail servers do that slow down guessing, keeps nothing from the others, whoever stands first; and
// where it says no of all, that is said.
func TestOneTakesAllTheTime(t *testing.T) {
	for chats, want := range map[string]string{"slow,good,late": "", "slow,slow2": "refused"} {
		s := newSink(t, nil)
		s.set(func(w http.ResponseWriter) {
			if took := s.taken(); strings.Contains(took[len(took)-1], `"slow`) {
				time.Sleep(1500 * time.Millisecond)
				w.WriteHeader(403)
			}
		})
		n := open(t, strings.Replace(addresses["telegram"], "-100200300", chats, 1), s.client)
		for i := range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			at, err := n.Post(ctx, message())
			cancel()
			var again *alerts.RetryError
			if errors.As(err, &again) && again.One && i < 4 {
				continue // the others are next
			}
			var part *alerts.PartError
			if got := errors.As(err, &part); got != (want == "") || got && (at.TS == "" || part.Who != "telegram slow") || !got && outcome(err) != want {
				t.Errorf("%s: %+v %s, %v", chats, at, outcome(err), err)
			}
			break
		}
		told := strings.Join(s.taken(), " ")
		if want == "" && (strings.Count(told, `"good"`) != 1 || strings.Count(told, `"late"`) != 1) {
			t.Errorf("told %s", told)
		}
	}
}

// TestFullMailbox: a message waits six rounds for a mailbox that is full, and then says whom it did not
// reach; the others have it once.
func TestFullMailbox(t *testing.T) {
	asked := 0
	s := newMailSink(t, func(command string) string {
		if command != "RCPT" {
			return ""
		}
		if asked++; asked > 1 { // Ira has it
			return "452 4.2.2 mailbox full"
		}
		return ""
	})
	n := open(t, s.address("ira@romashka.example,oleh@romashka.example"), nobody)
	for range 6 {
		_, err := n.Post(t.Context(), message())
		var again *alerts.RetryError
		if !errors.As(err, &again) || !again.One || again.After != 0 {
			t.Fatalf("%+v", err)
		}
	}
	_, err := n.Post(t.Context(), message())
	var part *alerts.PartError
	if !errors.As(err, &part) || part.Who != "smtp oleh@romashka.example" || !strings.HasSuffix(err.Error(), "smtp oleh@romashka.example: 452 (4.2.2 mailbox full)") {
		t.Errorf("%v", err)
	}
	if mails := s.taken(); len(mails) != 1 || !strings.Contains(mails[0], "ira@") {
		t.Errorf("sent %q", mails)
	}
}

// TestFirstHangs: who may have got a message that took all the time of an attempt is in doubt, and does
// not get it again at once; the others get theirs meanwhile.
func TestFirstHangs(t *testing.T) {
	s, release := newSink(t, nil), make(chan struct{})
	s.set(func(http.ResponseWriter) {
		if took := s.taken(); strings.Contains(took[len(took)-1], `"hangs"`) {
			<-release
		}
	})
	defer close(release)
	n := open(t, strings.Replace(addresses["telegram"], "-100200300", "hangs,good", 1), s.client)
	for i := range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		m := message()
		m.Repeat = i > 0 // as the outbox says of what was in doubt
		_, err := n.Post(ctx, m)
		cancel()
		if outcome(err) != "doubt" {
			t.Errorf("%s: %v", outcome(err), err)
		}
	}
	told := strings.Join(s.taken(), " ")
	if strings.Count(told, `"hangs"`) != 1 || strings.Count(told, `"good"`) != 1 {
		t.Errorf("told %s", told)
	}
	if strings.Contains(told, "may be a repeat") {
		t.Errorf("said to be a repeat to who got nothing before: %s", told)
	}
	m := message()
	m.Repeat = true
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, _ = open(t, strings.Replace(addresses["telegram"], "-100200300", "hangs,good", 1), s.client).Post(ctx, m) // after a restart
	if took := s.taken(); !strings.Contains(took[len(took)-1], "may be a repeat") {
		t.Errorf("not said to be a repeat: %s", took[len(took)-1])
	}
}

// TestInDoubtAgain: of two recipients the one of whom nobody knows whether he has it gets it again as what may
// be a repeat, and the other not at all.
func TestInDoubtAgain(t *testing.T) {
	s := newSink(t, nil)
	s.set(func(w http.ResponseWriter) {
		if took := s.taken(); strings.Contains(took[len(took)-1], `"odd"`) {
			w.WriteHeader(502)
		}
	})
	n := open(t, strings.Replace(addresses["telegram"], "-100200300", "good,odd", 1), s.client)
	for i := range 2 {
		m := message()
		m.Repeat = i > 0
		if _, err := n.Post(t.Context(), m); outcome(err) != "doubt" {
			t.Errorf("%s: %v", outcome(err), err)
		}
	}
	took := s.taken()
	if len(took) != 3 || strings.Contains(took[0]+took[1], "may be a repeat") || !strings.Contains(took[2], `"odd"`) || !strings.Contains(took[2], "may be a repeat") {
		t.Errorf("told %s", strings.Join(took, "\n"))
	}
}

// TestGroupMoved: of a group that became a supergroup Telegram says the new number, and so do we.
func TestGroupMoved(t *testing.T) {
	s := newSink(t, status(400, `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1002003004005}}`))
	_, err := open(t, addresses["telegram"], s.client).Post(t.Context(), message())
	if outcome(err) != "refused" || !strings.Contains(err.Error(), "supergroup chat: chats=-1002003004005)") {
		t.Error(err)
	}
}

// TestOnlyWhatRings: copies, edits and what is gathered stand in threads elsewhere and are
// not told here; an escalation is.
func TestOnlyWhatRings(t *testing.T) {
	s := newSink(t, status(200, "{}"))
	n := open(t, addresses["mattermost"], s.client)
	for _, kind := range []mention.AlertKind{mention.Duplicate, mention.Changed, mention.Complaint} {
		m := message()
		m.Alert.Kind, m.Alert.ThreadOf = kind, "root"
		if at, err := n.Post(t.Context(), m); err != nil || at.TS == "" {
			t.Errorf("%s: %+v %v", kind, at, err)
		}
		if err := n.Update(t.Context(), m); err != nil {
			t.Error(err)
		}
	}
	if got := s.taken(); len(got) != 0 {
		t.Errorf("told: %q", got)
	}
	m := message()
	m.Alert.Kind, m.Alert.ThreadOf, m.Details.Text = mention.Escalation, "root", "Nobody has claimed it for 15 min."
	if _, err := n.Post(t.Context(), m); err != nil || len(s.taken()) != 1 || !strings.Contains(s.taken()[0], "Nobody has claimed it") {
		t.Errorf("the escalation: %v %q", err, s.taken())
	}
	if _, err := n.Find(t.Context(), alerts.Search{}); outcome(err) != "refused" {
		t.Errorf("a history: %v", err)
	}
}

// TestGuard: the host that the address names may be in a private network, and no other: not
// the fixed ones of Telegram, wherever their names lead, and never the platform's.
func TestGuard(t *testing.T) {
	guarded := fetch.New(fetch.Options{Contact: "a@romashka.example", Now: time.Now, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}})
	client := func(own ...string) *http.Client { return guarded.For(own...).StreamClient() }
	s := newSink(t, status(200, "ok"))
	address := "mattermost://bot@" + s.Listener.Addr().String() + "/tokentokentokentokentoken?disabletls=yes"
	if _, err := open(t, address, client).Post(t.Context(), message()); err != nil || len(s.taken()) != 1 {
		t.Errorf("the named host: %v", err)
	}
	other := func(...string) *http.Client { return guarded.StreamClient() }
	if _, err := open(t, address, other).Post(t.Context(), message()); outcome(err) != "refused" || len(s.taken()) != 1 {
		t.Errorf("a host nobody named: %v", err)
	}
	platform := "mattermost://bot@169.254.169.254/tokentokentokentokentoken?disabletls=yes"
	if _, err := open(t, platform, client).Post(t.Context(), message()); outcome(err) != "refused" {
		t.Errorf("the platform's address: %v", err)
	}
}

// TestNothingElseGoesOut by the process's own client.
func TestNothingElseGoesOut(t *testing.T) {
	s := newSink(t, status(200, "ok"))
	resp, err := http.Get(s.URL)
	if err == nil {
		resp.Body.Close()
	}
	if err == nil || len(s.taken()) != 0 {
		t.Errorf("a request went out: %v", err)
	}
	n, err := door.New(door.Options{Name: "night", Address: addresses["telegram"], Client: s.client})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Post(t.Context(), message()); outcome(err) != "refused" || len(s.taken()) != 0 {
		t.Errorf("without an exit: %v", err)
	}
}

// TestCheck tells addresses that cannot be used, and never shows them.
func TestCheck(t *testing.T) {
	for kind, address := range addresses {
		if err := door.Check(address); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if !slices.Contains(door.Services(), kind) {
			t.Errorf("%s is not known", kind)
		}
	}
	for address, want := range map[string]string{
		"pigeon://hunter22@x":                        "does not know",
		"telegram://hunter22@telegram?chats=1":       "looks like telegram://",
		"telegram://123:abc@telegram":                "looks like telegram://",
		"telegram://123:abc@telegram?chats=,,":       "looks like telegram://",
		"smtp://mail.example/?from=a@b.example":      "looks like smtp://",
		"mattermost://chat.example":                  "looks like mattermost://",
		"discord://discord":                          "looks like discord://",
		"teams://hunter22@x/y?host=x.example":        "looks like teams://",
		"generic://hunter22.example":                 "does not know",
		"logger://x":                                 "does not know",
		"smtp://%zz":                                 "looks like smtp://",
		"ntfy://ira:hunter22@ntfy.example/?scheme=x": "looks like ntfy://",
	} {
		err := door.Check(address)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// FuzzCheck: no address makes it panic or show itself.
func FuzzCheck(f *testing.F) {
	for _, address := range addresses {
		f.Add(address)
	}
	f.Add("smtp://a:b@c:99999999/?to=x&from=y&timeout=1")
	f.Add("telegram://1:a@t?chats=" + strings.Repeat("1,", 30))
	f.Add("zulip://a:b@c/")
	f.Add("mattermost?//bot@chat.example/hunter22hunter22hunter22")
	f.Fuzz(func(t *testing.T, address string) {
		if err := door.Check(address); err != nil && len(address) > 40 && strings.Contains(err.Error(), address) {
			t.Errorf("the address is in the error: %v", err)
		}
	})
}
