package door

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/discord"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/googlechat"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/mattermost"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/rocketchat"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/teams"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/gotify"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/ntfy"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/pushover"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/earshot/earshot/internal/text"
)

// This file knows the services of shoutrrr that are doors: those through which a request
// can be watched and, but for e-mail, dialled under the guard. Of the others, matrix,
// signal, lark and wecom bring clients of their own that nothing can replace; zulip panics
// when it reaches nobody; generic is what webhooks: is for; slack has its own way.

// service is one of them.
type service struct {
	name    string
	example string // of an address
	// open makes it from its address, its options set so that what strangers write stays text.
	open func(address *url.URL, log types.StdLogger) (types.Service, error)
	// use lets it send through the client; nil when it uses the process's client.
	use func(s types.Service, c *http.Client)
	// host is where it sends to by the process's client.
	host func(s types.Service) string
	// own reports whether the address names the host that is dialled.
	own bool
	// recipients is the key of the query that lists them, its other names behind it.
	recipients []string
	// title is the parameter of a line that stands apart; empty: the text begins with it.
	title string
	// slow is for services that bear a message in three seconds only, as Telegram's groups do: 20 messages a
	// minute (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
	slow bool
	mail bool
	// most is how many characters of text it takes in one piece; 0: more than maxText has.
	most int
}

func (s service) pace() (perSecond float64, burst int) {
	if s.slow {
		return 1.0 / 3, 3
	}
	return 1, 5
}

// services are all of them, by the scheme of their addresses.
func services() map[string]service {
	out := map[string]service{}
	for _, s := range []service{
		{name: smtp.Scheme, example: "smtp://USER:PASSWORD@HOST:587/?from=A@EXAMPLE&to=B@EXAMPLE", open: openMail, recipients: []string{"toaddresses", "to"}, title: "subject", mail: true},
		{name: telegram.Scheme, example: "telegram://TOKEN@telegram?chats=ID", open: openTelegram, host: func(types.Service) string { return "api.telegram.org" }, recipients: []string{"chats", "channels"}, slow: true},
		{name: teams.Scheme, example: "teams://GROUP@TENANT/ALTID/GROUPOWNER/EXTRAID?host=NAME.webhook.office.com", open: opened(func() *teams.Service { return &teams.Service{} }), host: teamsHost, title: "title"},
		{name: googlechat.Scheme, example: "googlechat://chat.googleapis.com/v1/spaces/SPACE/messages?key=KEY&token=TOKEN", open: opened(func() *googlechat.Service { return &googlechat.Service{} }), host: googleHost},
		{name: discord.Scheme, example: "discord://TOKEN@WEBHOOKID", open: openDiscord, use: useDiscord, title: "title", most: 2000},
		{name: mattermost.Scheme, example: "mattermost://NAME@HOST/TOKEN", open: opened(func() *mattermost.Service { return &mattermost.Service{} }), use: useMattermost, own: true},
		{name: rocketchat.Scheme, example: "rocketchat://NAME@HOST/TOKENA/TOKENB", open: opened(func() *rocketchat.Service { return &rocketchat.Service{} }), use: useRocketchat, own: true},
		{name: ntfy.Scheme, example: "ntfy://USER:PASSWORD@HOST/TOPIC", open: opened(func() *ntfy.Service { return &ntfy.Service{} }), use: useNtfy, own: true},
		{name: gotify.Scheme, example: "gotify://HOST/TOKEN", open: opened(func() *gotify.Service { return &gotify.Service{} }), use: useGotify, own: true, title: "title"},
		{name: pushover.Scheme, example: "pushover://shoutrrr:TOKEN@USERKEY", open: opened(func() *pushover.Service { return &pushover.Service{} }), use: usePushover, title: "title", most: 1024},
	} {
		out[s.name] = s
	}
	return out
}

// Services lists the services that may be a door.
func Services() []string { return slices.Sorted(maps.Keys(services())) }

// UnknownError means that earshot does not know the service of an address.
type UnknownError struct{ Service string }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("earshot does not know the service %q", e.Service)
}

// IncompleteError means that the service cannot be reached by this address.
type IncompleteError struct{ Example string } // of an address of the service

func (e *IncompleteError) Error() string {
	return "the address is not complete: it looks like " + e.Example
}

// CrowdedError means that an address names more recipients than one door has.
type CrowdedError struct{ Most int }

func (e *CrowdedError) Error() string {
	return fmt.Sprintf("more than %d recipients in one door", e.Most)
}

// Check reports what is wrong with the address of a door: an *UnknownError, an
// *IncompleteError or a *CrowdedError. None shows the address.
func Check(address string) error {
	svc, all, err := parse(address)
	if err != nil {
		return err
	}
	for _, one := range all {
		if _, err := newTarget(svc, one, Options{Client: func(...string) *http.Client { return &http.Client{} }}); err != nil {
			return err
		}
	}
	return nil
}

// Service returns the service of an address, as its scheme says it.
func Service(address string) string {
	kind, _, _ := strings.Cut(address, ":")
	// Of an address without "://" that would be all of it, with what is secret in it.
	if end := strings.IndexFunc(kind, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }); end >= 0 {
		kind = kind[:end]
	}
	return strings.ToLower(kind[:min(len(kind), longestName)])
}

// longestName bounds what is shown of the word an address begins with, in bytes.
const longestName = 20

// maxRecipients bounds the recipients of one door: a message goes to each by itself.
const maxRecipients = 20

// recipient is whom an address names that parse made for one. That is no secret: a mail and a chat
// show it.
func (s service) recipient(u *url.URL) string {
	for _, key := range s.recipients {
		if one := u.Query().Get(key); one != "" {
			return text.Line(one, maxName)
		}
	}
	return ""
}

// parse returns the service of an address, and the address for each recipient alone: what
// one of them takes is not sent to him again because another does not.
func parse(address string) (svc service, each []*url.URL, err error) {
	kind := Service(address)
	svc, ok := services()[kind]
	if !ok {
		return svc, nil, &UnknownError{kind}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return svc, nil, &IncompleteError{svc.example}
	}
	u.Scheme = kind
	query, key := u.Query(), ""
	for _, k := range svc.recipients {
		if query.Has(k) {
			key = k
		}
	}
	if key == "" {
		return svc, []*url.URL{u}, nil
	}
	for _, one := range strings.Split(query.Get(key), ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		alone, q := *u, u.Query()
		q.Set(key, one)
		alone.RawQuery = q.Encode()
		each = append(each, &alone)
	}
	switch {
	case len(each) == 0:
		return svc, nil, &IncompleteError{svc.example}
	case len(each) > maxRecipients:
		return svc, nil, &CrowdedError{maxRecipients}
	}
	return svc, each, nil
}

// newTarget makes the service for one recipient.
func newTarget(svc service, address *url.URL, opt Options) (t *target, err error) {
	t = &target{name: svc.name, service: svc, turn: make(chan struct{}, 1), exit: opt.Exit, hide: hidden(address)}
	defer func() {
		if recover() != nil { // of the library, over an address it did not expect
			t, err = nil, &IncompleteError{svc.example}
		}
	}()
	if t.sender, err = svc.open(address, &t.log); err != nil {
		return nil, &IncompleteError{svc.example}
	}
	var own []string
	if svc.own {
		own = []string{"https://" + address.Host, "http://" + address.Host}
	}
	t.client = opt.Client(own...)
	if svc.use != nil {
		svc.use(t.sender, &http.Client{Transport: t})
	}
	if svc.host != nil {
		t.host = svc.host(t.sender)
	}
	return t, nil
}

// hidden takes what is secret in an address out of what a service answers.
func hidden(u *url.URL) *strings.Replacer {
	pw, _ := u.User.Password()
	var pairs []string
	for _, values := range u.Query() {
		for _, value := range values {
			if len(value) >= 8 {
				pairs = append(pairs, value, "…")
			}
		}
	}
	for _, part := range append([]string{pw, u.User.Username() + ":" + pw, u.User.Username(), u.Host}, strings.Split(u.Path, "/")...) {
		if len(part) >= 4 {
			pairs = append(pairs, part, "…")
		}
	}
	return strings.NewReplacer(pairs...)
}

// opened makes a service as its address says.
func opened[S types.Service](empty func() S) func(*url.URL, types.StdLogger) (types.Service, error) {
	return func(address *url.URL, log types.StdLogger) (types.Service, error) {
		s := empty()
		return s, s.Initialize(address, log)
	}
}

// mailTimeout bounds looking a mail server up and connecting to it.
const mailTimeout = 5 * time.Second

func openMail(address *url.URL, log types.StdLogger) (types.Service, error) {
	s := &smtp.Service{}
	if err := s.Initialize(address, log); err != nil {
		return nil, err
	}
	if s.Config.FromAddress == "" || len(s.Config.ToAddresses) == 0 {
		return nil, errors.New("nobody to write to")
	}
	s.Config.FromName = mime.QEncoding.Encode("utf-8", cmp.Or(s.Config.FromName, "earshot"))
	s.Config.UseHTML, s.Config.Timeout = false, mailTimeout
	return s, nil
}

func openTelegram(address *url.URL, log types.StdLogger) (types.Service, error) {
	s := &telegram.Service{}
	if err := s.Initialize(address, log); err != nil {
		return nil, err
	}
	s.Config.ParseMode, s.Config.Title, s.Config.Preview = telegram.ParseModes.None, "", false
	return s, nil
}

func openDiscord(address *url.URL, log types.StdLogger) (types.Service, error) {
	s := &discord.Service{}
	if err := s.Initialize(address, log); err != nil {
		return nil, err
	}
	s.Sleeper = awake{}
	s.Config.SplitLines, s.Config.JSON = false, false
	return s, nil
}

// awake waits for nothing: the outbox says when something is tried again.
type awake struct{}

func (awake) Sleep(time.Duration) {}

func teamsHost(s types.Service) string { return s.(*teams.Service).Config.Host }

func googleHost(s types.Service) string { return s.(*googlechat.Service).Config.Host }

func useDiscord(s types.Service, c *http.Client) { s.(*discord.Service).HTTPClient = c }

func useMattermost(s types.Service, c *http.Client) { *s.(*mattermost.Service).GetHTTPClient() = *c }

func useRocketchat(s types.Service, c *http.Client) { s.(*rocketchat.Service).Client = c }

func useNtfy(s types.Service, c *http.Client) { s.(*ntfy.Service).SetHTTPClient(c) }

func useGotify(s types.Service, c *http.Client) { *s.(*gotify.Service).GetHTTPClient() = *c }

func usePushover(s types.Service, c *http.Client) { s.(*pushover.Service).Client = c }
