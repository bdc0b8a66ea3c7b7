package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Web is what earshot answers by HTTP, and to whom.
type Web struct {
	Listen      string   `yaml:"listen" doc:"Address and port of what comes from outside: Slack's signed clicks, hubs, posts that are handed in, and whether earshot is well." example:"127.0.0.1:8080" format:"listen"`
	AdminListen string   `yaml:"admin_listen" doc:"Address and port of what is the operator's alone: the whole /healthz, and /metrics. They are on listen while only this machine reaches it, and on 127.0.0.1:9721 otherwise." example:"127.0.0.1:9721" format:"listen"`
	AdminToken  Secret   `yaml:"admin_token" doc:"Who sends it as Authorization: Bearer gets the operator's pages on listen too; 16 characters or more." example:"${env:EARSHOT_ADMIN_TOKEN}"`
	PublicURL   string   `yaml:"public_url" doc:"How the listener is reached from outside; hubs of feeds announce news there, and its host is the name under which earshot answers." format:"url"`
	Inbox       bool     `yaml:"inbox" doc:"Whether there are pages for people; true when left out. With false only programs are answered."`
	Login       WebLogin `yaml:"login" doc:"Where people prove who they are."`
	Roles       WebRoles `yaml:"roles" doc:"Who may what, by e-mail address, Slack id or user group of Slack (\"@support\"). Everybody who is signed in, where a list is left out."`
	Proxy       WebProxy `yaml:"proxy" doc:"Proxies that stand before listen, and what is taken from them."`
	TLS         WebTLS   `yaml:"tls" doc:"A certificate, where no proxy stands before listen. Its files are read again when they change. admin_listen has it too where other machines reach that."`
}

// WebTLS is a certificate by its two files.
type WebTLS struct {
	Cert string `yaml:"cert" required:"true" doc:"The file of the certificate and those that vouch for it, PEM; a path relative to the watchlist." example:"/etc/earshot/tls/fullchain.pem"`
	Key  string `yaml:"key" required:"true" doc:"The file of its private key, PEM." example:"/etc/earshot/tls/privkey.pem"`

	CertFile string `yaml:"-"` // Cert as a path that can be opened; "" when not set
	KeyFile  string `yaml:"-"` // the same of Key
}

// WebLogin are the providers people sign in with.
type WebLogin struct {
	Slack SlackLogin `yaml:"slack" doc:"Sign in with Slack: everybody of your own workspace."`
	OIDC  OIDCLogin  `yaml:"oidc" doc:"Sign in with another OpenID provider."`
}

// SlackLogin is the Slack app as people sign in with it.
type SlackLogin struct {
	ClientID     string `yaml:"client_id" required:"true" doc:"The app's client id (Basic Information, App Credentials)." example:"\"1234567890.1234567890\""`
	ClientSecret Secret `yaml:"client_secret" required:"true" doc:"Its client secret." example:"${env:SLACK_CLIENT_SECRET}"`
	Team         string `yaml:"team" doc:"The id of your workspace (T…); the bot token says it when left out."`
}

// OIDCLogin is earshot at an OpenID provider.
type OIDCLogin struct {
	Issuer       string   `yaml:"issuer" required:"true" doc:"The provider's address, as its own configuration says it." example:"https://id.romashka.example" format:"url"`
	ClientID     string   `yaml:"client_id" required:"true" doc:"What earshot is called there." example:"earshot"`
	ClientSecret Secret   `yaml:"client_secret" doc:"Its secret there." example:"${env:OIDC_SECRET}"`
	Allow        []string `yaml:"allow" doc:"Who may come in: e-mail addresses, or \"@romashka.example\" for all of a domain. Those who are in your Slack, when left out." format:"members"`
}

// WebRoles say who may what. A list that is nil means everybody.
type WebRoles struct {
	Mute    []string `yaml:"mute" doc:"Who may mute authors." format:"member"`
	Dismiss []string `yaml:"dismiss" doc:"Who may dismiss complaints." format:"member"`
	Reply   []string `yaml:"reply" doc:"Who may send replies from earshot." format:"member"`
	Sources []string `yaml:"sources" doc:"Who may see the sources and poll them." format:"member"`
}

// WebProxy says which callers are proxies of the operator's own.
type WebProxy struct {
	Header string         `yaml:"header" doc:"Where the proxy says whom it let in, when it is the proxy that asks people who they are: an e-mail address or a name." example:"X-Forwarded-Email" format:"header"`
	From   []netip.Prefix `yaml:"from" required:"true" doc:"The networks the proxies call from, as CIDR. From there X-Forwarded-For says who asks; from anywhere else it is ignored." example:"127.0.0.1/32"`
}

// DefaultAdmin is admin_listen where the watchlist says none and listen is for others too.
const DefaultAdmin = "127.0.0.1:9721"

// shortestToken bounds admin_token: guessing takes longer than anybody lives.
const shortestToken = 16

// maxPEM bounds a certificate and a key, in bytes.
const maxPEM = 1 << 20

// Inside reports whether only this machine reaches listen: it is a loopback address, and no
// proxy stands before it, or shows it to others under public_url. The operator's pages may then
// stand there.
func (w Web) Inside() bool {
	return (w.Listen == "" || loopbackAddress(w.Listen)) && len(w.Proxy.From) == 0 && (w.PublicURL == "" || loopbackURL(w.PublicURL))
}

// Admin is the address of the listener for the operator's pages; empty when there is none,
// because they are on listen or nothing listens at all. chosen says that the watchlist
// names it.
func (w Web) Admin() (address string, chosen bool) {
	switch {
	case w.AdminListen != "":
		return w.AdminListen, true
	case w.Listen == "" || w.Inside():
		return "", false
	}
	return DefaultAdmin, false
}

// Loopback reports whether a host, a name or an address, is this machine and nothing else.
func Loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// LocalName reports whether a host is a name that only a local network knows.
func LocalName(host string) bool {
	suffix := host[strings.LastIndexByte(host, '.')+1:]
	return suffix == host || slices.Contains([]string{"localhost", "local", "internal", "lan", "home"}, suffix)
}

// loopbackAddress is Loopback of an address with a port. One without a host is everybody's.
func loopbackAddress(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && Loopback(host)
}

// samePort reports whether one of two addresses takes the other's port: an address without a host
// takes it on all.
func samePort(a, b string) bool {
	everywhere := func(host string) bool { return host == "" || host == "0.0.0.0" || host == "::" }
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	return errA == nil && errB == nil && portA == portB && portA != "0" &&
		(hostA == hostB || everywhere(hostA) || everywhere(hostB) || Loopback(hostA) && Loopback(hostB))
}

// loopbackURL is Loopback of a web address.
func loopbackURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && Loopback(u.Hostname())
}

// checkSignIn looks whether those who reach the pages have a way to come in.
func (d *decoder) checkSignIn(w *Web) {
	// Names that come from outside may not be there where a watchlist is only read.
	written := d.has("web.login.slack.client_id") || d.has("web.login.oidc.issuer") || d.has("web.proxy.header")
	switch signIn := written || d.broken["web.login"] || d.broken["web.proxy"]; {
	case !w.Inbox && d.has("web.login"):
		d.warn(d.place("web.login"), "", "login does nothing with inbox: false")
	case w.Inbox && w.Listen != "" && !loopbackAddress(w.Listen) && !signIn:
		d.wrong(d.place("web.listen"), "write login: {slack: …}, login: {oidc: …} or proxy: {header: …} (docs/web.md#signing-in), or inbox: false for no pages",
			"other machines reach this address, and nobody there could sign in")
	case w.Inbox && w.Listen != "" && w.PublicURL != "" && !signIn && !loopbackURL(w.PublicURL) && !d.broken["web.public_url"]:
		d.warn(d.place("web.public_url"), "write login: {slack: …}, login: {oidc: …} or proxy: {header: …} (docs/web.md#signing-in), or inbox: false for no pages",
			"nobody can sign in at this address: the link of earshot login works on this machine alone")
	}
}

// checkLogin looks at who can come in.
func (d *decoder) checkLogin(c *Config) {
	w := &c.Web
	d.checkSignIn(w)
	bot := d.has("slack.bot_token")
	for _, way := range []string{"slack", "oidc"} {
		if at := "web.login." + way; d.has(at) && w.PublicURL == "" && !d.broken["web.public_url"] && (way == "slack" || !loopbackAddress(w.Listen)) {
			d.wrong(d.place(at), "write public_url: https://…", "%s must know where to send people back to", way)
		}
	}
	if d.has("web.login.slack") && strings.HasPrefix(w.PublicURL, "http:") {
		d.wrong(d.place("web.public_url"), "", "Slack sends people back to https addresses only")
	}
	if d.has("web.login.slack") && !bot && w.Login.Slack.Team == "" && !d.broken["web.login.slack"] {
		d.wrong(d.place("web.login.slack"), "write team: T…, or slack: {bot_token: …}", "which workspace is yours is not known")
	}
	d.checkFilled("web.login.oidc.allow", len(w.Login.OIDC.Allow))
	for key, list := range map[string][]string{"mute": w.Roles.Mute, "dismiss": w.Roles.Dismiss, "reply": w.Roles.Reply, "sources": w.Roles.Sources} {
		d.checkNobody("web.roles."+key, list)
		d.checkGroups(d.place("web.roles."+key), list, bot)
	}
	for _, src := range c.Sources {
		if src.Reply != nil {
			d.checkGroups(position{Pos: src.Reply.Pos}, src.Reply.Allow, bot)
		}
	}
	if d.has("web.login.oidc") && !bot && len(w.Login.OIDC.Allow) == 0 && !d.broken["web.login.oidc"] {
		d.wrong(d.place("web.login.oidc"), `write allow: ["@your-company.example"]`, "everybody whom the provider knows could come in")
	}
}

// checkGroups reports a user group in a list of those who may where nobody can say who is in it.
func (d *decoder) checkGroups(at position, list []string, bot bool) {
	if i := slices.IndexFunc(list, IsGroup); i >= 0 && !bot && !d.broken["slack"] {
		d.wrong(at, "write slack: {bot_token: …}, or e-mail addresses in place of the group", "who is in %s is not known without a bot in your Slack", list[i])
	}
}

func (d *decoder) checkWeb(c *Config) {
	w := &c.Web
	d.checkLogin(c)
	if u, err := url.Parse(w.PublicURL); err == nil && w.Inbox && w.Listen != "" && strings.Trim(u.Path, "/") != "" {
		d.warn(d.place("web.public_url"), "give earshot a name of its own, such as https://earshot.romashka.example", "public_url: the inbox stands at the root of its host and does not work under the path %s", u.Path)
	}
	if token := w.AdminToken.Reveal(); token != "" && len(token) < shortestToken {
		d.wrong(d.place("web.admin_token"), "make one with openssl rand -hex 24", "admin_token: shorter than %d characters", shortestToken)
	}
	switch {
	case w.AdminListen == "":
	case samePort(w.AdminListen, w.Listen):
		d.wrong(d.place("web.admin_listen"), "give it a port of its own, or leave it out", "admin_listen is the same as listen")
	case !loopbackAddress(w.AdminListen) && !d.has("web.admin_token"):
		d.warn(d.place("web.admin_listen"), "write admin_token too", "admin_listen: who reaches this address reads the names and errors of all sources")
	}
	for _, key := range []string{"public_url", "tls", "proxy", "login", "admin_token"} {
		if d.has("web."+key) && !d.has("web.listen") {
			d.warn(d.place("web."+key), "write listen: 127.0.0.1:8080", "%s does nothing without listen", key)
		}
	}
	for i, p := range w.Proxy.From {
		if p.Bits() == 0 && !d.broken["web.proxy.from"] {
			d.wrong(d.place(fmt.Sprintf("web.proxy.from[%d]", i)), "name the networks of your proxies alone", "from: anybody could then say who they are")
		}
	}
	d.checkTLS(&w.TLS)
}

// checkTLS looks at the two files once. They are no part of what the watchlist depends on:
// while they are renewed they do not fit each other, and that is no mistake of the watchlist.
func (d *decoder) checkTLS(t *WebTLS) {
	if t.Cert == "" || t.Key == "" {
		return
	}
	t.CertFile = d.doc.of(d.place("web.tls.cert").Pos).abs(t.Cert)
	t.KeyFile = d.doc.of(d.place("web.tls.key").Pos).abs(t.Key)
	pems := map[string][]byte{"cert": nil, "key": nil}
	for _, file := range [][2]string{{"cert", t.CertFile}, {"key", t.KeyFile}} {
		key, path := file[0], file[1]
		data, err := readBounded(path, maxPEM)
		if err != nil {
			d.wrong(d.place("web.tls."+key), "a path is relative to the watchlist", "%s: the file cannot be read: %s", key, reason(err))
			return
		}
		pems[key] = data
	}
	pair, err := tls.X509KeyPair(pems["cert"], pems["key"])
	if err != nil {
		msg := strings.TrimPrefix(err.Error(), "tls: ")
		d.wrong(d.place("web.tls.cert"), "both files are PEM, the certificate first", "this certificate and its key cannot be used: %s", msg)
		return
	}
	const hint = "look why it was not renewed; new files are taken by themselves"
	switch end, now := pair.Leaf.NotAfter, time.Now(); {
	case !now.Before(end):
		d.warn(d.place("web.tls.cert"), hint, "this certificate has not been valid since %s", end.UTC().Format(time.DateOnly))
	case NotRenewed(pair.Leaf, now):
		d.warn(d.place("web.tls.cert"), hint, "this certificate is valid until %s only", end.UTC().Format(time.DateOnly))
	}
}

// lastDays is how long before its end a certificate must have been renewed; of one that lives
// only days it is a sixth of its life: what renews those does so when a third is left.
const lastDays = 7 * 24 * time.Hour

// NotRenewed reports whether a certificate ends so soon that what renews it seems not to work.
func NotRenewed(c *x509.Certificate, now time.Time) bool {
	return c.NotAfter.Sub(now) < min(lastDays, c.NotAfter.Sub(c.NotBefore)/6)
}
