package door_test

import (
	"context"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

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

// TestMailServerHangs: the attempt ends in time and is in doubt; the next one does not
// begin while the first hangs, and surely sent nothing.
func TestMailServerHangs(t *testing.T) {
	t.Parallel()
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
