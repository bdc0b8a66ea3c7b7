package door_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// exit is the process's own client of these tests.
var exit = door.NewExit()

func TestMain(m *testing.M) {
	exit.Install()
	goleak.VerifyTestMain(m)
}

// sink is a service on this machine: every request of a door ends there.
type sink struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(w http.ResponseWriter)
	took   []string // "HOST PATH?QUERY BODY"
}

func newSink(t testing.TB, answer func(w http.ResponseWriter)) *sink {
	t.Helper()
	s := &sink{answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.took = append(s.took, r.Host+" "+r.URL.RequestURI()+" "+string(body))
		answer := s.answer
		s.mu.Unlock()
		answer(w)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) set(answer func(w http.ResponseWriter)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *sink) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.took...)
}

// status answers with a status and words that repeat what was sent.
func status(code int, body string) func(w http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// client sends everything to the sink, whatever host it is for.
func (s *sink) client(...string) *http.Client {
	return &http.Client{Transport: toSink{s.Listener.Addr().String()}}
}

type toSink struct{ addr string }

func (to toSink) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host = r.URL.Host
	r.URL.Scheme, r.URL.Host = "http", to.addr
	return sinkTransport.RoundTrip(r)
}

// sinkTransport keeps no connection, so that none outlives a test.
var sinkTransport = &http.Transport{DisableKeepAlives: true}

// nobody is a client of a place at which nothing listens.
func nobody(...string) *http.Client {
	return &http.Client{Transport: toSink{"127.0.0.1:1"}}
}

// mailSink is an SMTP server. say may answer a command before the server does; "" leaves
// it to the server, "-" ends the connection.
type mailSink struct {
	net.Listener
	say func(command string) string

	mu    sync.Mutex
	mails []string // "TO\nHEADERS\n\nBODY"
	open  map[net.Conn]bool
	done  sync.WaitGroup
}

func newMailSink(t testing.TB, say func(command string) string) *mailSink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveMail(t, l, say)
}

func serveMail(t testing.TB, l net.Listener, say func(command string) string) *mailSink {
	t.Helper()
	s := &mailSink{Listener: l, say: say, open: map[net.Conn]bool{}}
	s.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open[c] = true
			s.mu.Unlock()
			s.done.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for c := range s.open {
			c.Close()
		}
		s.mu.Unlock()
		s.done.Wait()
	})
	return s
}

func (s *mailSink) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	reply := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	reply("220 sink")
	to := ""
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		command := strings.ToUpper(strings.Fields(line + " x")[0])
		if s.say != nil {
			switch said := s.say(command); said {
			case "":
			case "-":
				return
			case "hang":
				_, _ = in.ReadString('\n') // until the connection is closed
				return
			default:
				reply(said)
				continue
			}
		}
		switch command {
		case "RCPT":
			to = strings.TrimSpace(line)
			reply("250 ok")
		case "DATA":
			reply("354 go on")
			var mail strings.Builder
			for {
				part, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if part == ".\r\n" {
					break
				}
				mail.WriteString(part)
			}
			s.mu.Lock()
			s.mails = append(s.mails, to+"\n"+mail.String())
			s.mu.Unlock()
			if s.say != nil {
				if said := s.say("."); said == "-" {
					return
				} else if said != "" {
					reply(said)
					continue
				}
			}
			reply("250 taken")
		case "QUIT":
			reply("221 bye")
			return
		default:
			reply("250 ok")
		}
	}
}

func (s *mailSink) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.mails...)
}

func (s *mailSink) address(to string) string {
	return "smtp://" + s.Addr().String() + "/?from=pr@romashka.example&to=" + url.QueryEscape(to)
}

// secretParts must never be in an error.
var secretParts = []string{"AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr", "tokentokentokentokentoken", "hunter22"}

// addresses are one of each service that is asked by HTTP, with secrets in them.
var addresses = map[string]string{
	"telegram":   "telegram://123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr@telegram?chats=-100200300&parsemode=HTML&title=x",
	"discord":    "discord://tokentokentokentokentoken@123456789?splitlines=yes",
	"mattermost": "mattermost://bot@chat.example/tokentokentokentokentoken",
	"rocketchat": "rocketchat://bot@chat.example/tokentokentokentokentoken/hunter22",
	"googlechat": "googlechat://chat.googleapis.com/v1/spaces/FOO/messages?key=hunter22&token=tokentokentokentokentoken",
	"teams":      "teams://11111111-4444-4444-8444-cccccccccccc@22222222-4444-4444-8444-cccccccccccc/33333333012222222222333333333344/44444444-4444-4444-8444-cccccccccccc/tokentokentokentokentoken?host=romashka.webhook.office.com",
	"ntfy":       "ntfy://ira:hunter22@ntfy.example/earshot",
	"gotify":     "gotify://gotify.example/AAbbCCddEEffGGh",
	"pushover":   "pushover://shoutrrr:tokentokentokentokentoken@userkey",
}

func open(t testing.TB, address string, client func(...string) *http.Client) *door.Notifier {
	t.Helper()
	n, err := door.New(door.Options{Name: "night", Address: address, Inbox: "https://earshot.romashka.example", Client: client, Exit: exit})
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return n
}

func message() alerts.Message {
	return alerts.Message{
		Alert: mention.Alert{ID: "a1", Kind: mention.Complaint, MentionID: "m1", Severity: mention.High},
		Mention: mention.Mention{ID: "m1", Watch: "Ромашка Банк", Post: mention.Post{Source: "forum.example", URL: "https://forum.example/p/1", Author: "Олена", Text: "Не повертають гроші",
			Published: published}, HeardAt: published.Add(time.Minute)},
		Case: mention.Case{Status: mention.Open, Version: 1}, Now: published.Add(3 * time.Minute), Lang: english,
	}
}

var published = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

var english = func() i18n.Lang {
	texts, err := i18n.New()
	if err != nil {
		panic(err)
	}
	return texts.In("en")
}()
