// Package fakeslack is a Slack for tests: the Web API methods that earshot uses,
// Socket Mode, signed clicks, and everything that goes wrong with them on real
// networks, on demand. It speaks real HTTP and real websockets on loopback.
//
// It is written from Slack's documentation and not from the client, so that it
// does not share the client's misreadings. It must not be used outside tests.
package fakeslack

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The tokens and the secret that are accepted unless Options say otherwise.
const (
	BotToken      = "xoxb-fake-bot-token"
	AppToken      = "xapp-fake-app-token"
	SigningSecret = "fake-signing-secret"
)

// The workspace and the app that the tokens are for.
const (
	Team = "T0000FAKE"
	App  = "A0000FAKE"
)

// Options change what the fake is like. The zero value is a friendly workspace.
type Options struct {
	Channels []Channel     // empty means #mentions, #billing, #pr-war-room and #support-leads
	People   []Person      // empty means Ira, Oleh and Maria
	Groups   []Group       // empty means @oncall-pr, in which Ira is
	Socket   string        // the app of the app token; empty means that of the bot token
	Limit    time.Duration // least time between two posts to one channel, else 429; 0 means no limit
	Burst    int           // posts that may come at once before Limit counts
	Patience time.Duration // how long a click, command or event waits to be acknowledged; 0 means Slack's 3 s
	Org      string        // the organisation that the workspace is in; empty means none
}

// Channel is a channel of the workspace.
type Channel struct {
	ID, Name string
	Private  bool
	Archived bool
	Outside  bool // the app was not invited
	Direct   bool // a direct message
	ByID     bool // not found by its name, as private ones may be
}

// Person is a member of the workspace, or of another one in a shared channel.
type Person struct {
	ID, Handle, Name string
	Locale           string // of their Slack; empty means en-US
	Team             string // empty means ours
	Org              string // the organisation that they are in; empty means none
	Deactivated, Bot bool
	Undisplayed      bool // they chose no name to be shown by: Slack shows the full one
}

// Group is a user group.
type Group struct {
	ID, Handle string
	Users      []string // ids
	Disabled   bool
}

// Message is what stands in a channel.
type Message struct {
	Channel   string          `json:"-"`
	TS        string          `json:"ts"`
	ThreadTS  string          `json:"thread_ts,omitempty"`
	Broadcast bool            `json:"-"`
	Replies   int             `json:"reply_count,omitempty"` // counted when the channel is read
	Type      string          `json:"type"`
	Subtype   string          `json:"subtype,omitempty"`
	User      string          `json:"user"`
	Text      string          `json:"text"`
	Blocks    json.RawMessage `json:"blocks,omitempty"`
	Metadata  *Metadata       `json:"metadata,omitempty"`
	Updates   int             `json:"-"` // how often it was changed
	PostedAt  time.Time       `json:"-"`
}

// Metadata is the metadata of a message.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// AlertID is the alert_id of the message's metadata.
func (m Message) AlertID() string {
	if m.Metadata == nil {
		return ""
	}
	id, _ := m.Metadata.EventPayload["alert_id"].(string)
	return id
}

// Ephemeral is a message only one person sees.
type Ephemeral struct {
	Channel, User, Text, ThreadTS string
	Blocks                        json.RawMessage
	At                            time.Time
}

// Call is one request to the Web API.
type Call struct {
	Method  string
	Channel string
	At      time.Time
	Fault   string // the fault it met; empty when none
	Taken   bool   // a chat.postMessage that is in the channel now
}

// Server is a running fake.
type Server struct {
	opt    Options
	ln     net.Listener
	http   *http.Server
	served sync.WaitGroup

	mu         sync.Mutex
	channels   []Channel
	people     []Person
	userGroups []Group
	messages   []*Message
	ephemerals []Ephemeral
	views      []json.RawMessage
	homes      map[string][]json.RawMessage // by person, the newest last
	calls      []Call
	violations []string
	faults     []*Fault
	silent     map[string]time.Time // by method and channel: a 429 said not before
	lanes      map[string][]time.Time
	lastTS     int64
	ahead      time.Duration // by how much later than now messages stand
	sockets    map[*socket]bool
	tickets    map[string]bool
	acks       map[string]chan Ack
	envelope   int
	botUser    string
	botToken   string
	appToken   string
}

// Start starts a fake. Close stops it.
func Start(opt Options) (*Server, error) {
	if opt.Patience == 0 {
		opt.Patience = 3 * time.Second
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fakeslack: %w", err)
	}
	s := &Server{
		opt: opt, ln: ln, channels: slices.Clone(opt.Channels), people: slices.Clone(opt.People), userGroups: slices.Clone(opt.Groups),
		silent: make(map[string]time.Time), lanes: make(map[string][]time.Time), sockets: make(map[*socket]bool),
		tickets: make(map[string]bool), acks: make(map[string]chan Ack), botUser: botUser, botToken: BotToken, appToken: AppToken,
	}
	if len(s.channels) == 0 {
		s.channels = []Channel{{ID: "C0MENTIONS", Name: "mentions"}, {ID: "C0BILLING", Name: "billing"}, {ID: "C0WARROOM", Name: "pr-war-room"}, {ID: "C0LEADS", Name: "support-leads"}}
	}
	if len(s.people) == 0 {
		s.people = []Person{{ID: "U0000IRA", Handle: "ira", Name: "Ira"}, {ID: "U000OLEH", Handle: "oleh", Name: "Oleh"}, {ID: "U00MARIA", Handle: "maria", Name: "Maria"}}
	}
	if len(s.userGroups) == 0 {
		s.userGroups = []Group{{ID: "S000ONCALL", Handle: "oncall-pr", Users: []string{"U0000IRA"}}}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serveAPI)
	mux.HandleFunc("/socket", s.serveSocket)
	mux.HandleFunc("/response/", s.serveResponse)
	mux.HandleFunc("POST /services/", s.serveHook)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	s.served.Go(func() { _ = s.http.Serve(ln) })
	return s, nil
}

// Close stops the fake and drops every connection.
func (s *Server) Close() {
	s.mu.Lock()
	open := make([]*socket, 0, len(s.sockets))
	for c := range s.sockets {
		open = append(open, c)
	}
	s.mu.Unlock()
	for _, c := range open {
		c.drop()
	}
	_ = s.http.Close()
	s.served.Wait()
}

// URL is the address for slack.api_url; it ends in a slash.
func (s *Server) URL() string { return "http://" + s.ln.Addr().String() + "/api/" }

// Root is the address without the path.
func (s *Server) Root() string { return "http://" + s.ln.Addr().String() }

// Tokens changes which tokens are accepted.
func (s *Server) Tokens(bot, app string) {
	s.mu.Lock()
	s.botToken, s.appToken = bot, app
	s.mu.Unlock()
}

// botUser is who the app is, before Replace.
const botUser = "U000000BOT"

// Replace makes the app anew: what stands in channels is of another app from now on, and cannot be
// changed.
func (s *Server) Replace() {
	s.mu.Lock()
	s.botUser = "U00NEWBOT"
	s.mu.Unlock()
}

// SetChannel adds a channel, or replaces the one with this id.
func (s *Server) SetChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.channels {
		if s.channels[i].ID == c.ID {
			s.channels[i] = c
			return
		}
	}
	s.channels = append(s.channels, c)
}

// Messages returns what stands in a channel (by id or name; "" for all), oldest first, replies
// included.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ""
	if channel != "" {
		c, ok := s.channel(channel)
		if !ok {
			return nil
		}
		id = c.ID
	}
	var out []Message
	for _, m := range s.messages {
		if id == "" || m.Channel == id {
			out = append(out, *m)
		}
	}
	return out
}

// Message returns one message.
func (s *Server) Message(channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.find(channel, ts); m != nil {
		return *m, true
	}
	return Message{}, false
}

// tombstone is the subtype of what is left of a message that was deleted and has a thread.
const tombstone = "tombstone"

// Delete removes a message, as somebody in the channel might. One with replies leaves a
// tombstone, under which they stay.
func (s *Server) Delete(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.find(channel, ts); m != nil && slices.ContainsFunc(s.messages, func(r *Message) bool { return r.Channel == channel && r.ThreadTS == ts && r.TS != ts }) {
		m.Subtype, m.User, m.Text, m.Blocks, m.Metadata = tombstone, "USLACKBOT", "This message was deleted.", nil, nil
		return
	}
	s.messages = slices.DeleteFunc(s.messages, func(m *Message) bool { return m.Channel == channel && m.TS == ts })
}

// Advance lets the messages from now on stand so much later.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// Ephemerals returns what single people were told, oldest first.
func (s *Server) Ephemerals() []Ephemeral {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ephemerals)
}

// Views returns the modals that were opened.
func (s *Server) Views() []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.views)
}

// Homes returns the App Homes that a person was shown, the newest last.
func (s *Server) Homes(user string) []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.homes[user])
}

// Calls returns every request to the Web API, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Violations says what the client did that Slack forbids: calls before a
// Retry-After had passed.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// channel finds a channel by id or name. The lock is held.
func (s *Server) channel(ref string) (Channel, bool) {
	name := strings.TrimPrefix(ref, "#")
	for _, c := range s.channels {
		if c.ID == ref || c.Name == name && !c.ByID {
			return c, true
		}
	}
	return Channel{}, false
}

// find returns a message. The lock is held.
func (s *Server) find(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts {
			return m
		}
	}
	return nil
}

// person is a member of the workspace; the first one when nobody has the id. The lock is held.
func (s *Server) person(id string) Person {
	return s.people[max(slices.IndexFunc(s.people, func(p Person) bool { return p.ID == id }), 0)]
}

// nextTS returns a ts that no message has. The lock is held.
func (s *Server) nextTS() string {
	now := max(time.Now().Add(s.ahead).UnixMicro(), s.lastTS+1)
	s.lastTS = now
	return fmt.Sprintf("%d.%06d", now/1e6, now%1e6)
}
