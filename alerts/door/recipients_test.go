package door_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
)

// TestManyRecipients: more recipients than one attempt has time for are told in several, each once.
func TestManyRecipients(t *testing.T) {
	t.Parallel()
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
