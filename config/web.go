package config

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Web is what earshot answers by HTTP, and to whom.
type Web struct {
	Listen      string   `yaml:"listen" doc:"Address and port of what comes from outside: Slack's signed clicks, hubs, posts that are handed in, and whether earshot is well." example:"127.0.0.1:8080" format:"listen"`
	AdminListen string   `yaml:"admin_listen" doc:"Address and port of what is the operator's alone: the whole /healthz, and /metrics. They are on listen while only this machine reaches it, and on 127.0.0.1:9721 otherwise." example:"127.0.0.1:9721" format:"listen"`
	AdminToken  Secret   `yaml:"admin_token" doc:"Who sends it as Authorization: Bearer gets the operator's pages on listen too; 16 characters or more." example:"${env:EARSHOT_ADMIN_TOKEN}"`
	PublicURL   string   `yaml:"public_url" doc:"How the listener is reached from outside; hubs of feeds announce news there, and its host is the name under which earshot answers." format:"url"`
	Proxy       WebProxy `yaml:"proxy" doc:"Proxies that stand before listen, and what is taken from them."`
	TLS         WebTLS   `yaml:"tls" doc:"A certificate, where no proxy stands before listen. Its files are read again when they change."`
}

// WebTLS is a certificate by its two files.
type WebTLS struct {
	Cert string `yaml:"cert" required:"true" doc:"The file of the certificate and those that vouch for it, PEM; a path relative to the watchlist." example:"/etc/earshot/tls/fullchain.pem"`
	Key  string `yaml:"key" required:"true" doc:"The file of its private key, PEM." example:"/etc/earshot/tls/privkey.pem"`

	CertFile string `yaml:"-"` // Cert as a path that can be opened; "" when not set
	KeyFile  string `yaml:"-"` // the same of Key
}

// WebProxy says which callers are proxies of the operator's own.
type WebProxy struct {
	From []netip.Prefix `yaml:"from" required:"true" doc:"The networks the proxies call from, as CIDR. From there X-Forwarded-For says who asks; from anywhere else it is ignored." example:"127.0.0.1/32"`
}

// DefaultAdmin is admin_listen where the watchlist says none and listen is for others too.
const DefaultAdmin = "127.0.0.1:9721"

// shortestToken bounds admin_token: guessing takes longer than anybody lives.
const shortestToken = 16

// maxPEM bounds a certificate and a key, in bytes.
const maxPEM = 1 << 20

// Inside reports whether only this machine reaches listen: it is a loopback address, and no
// proxy shows it to others under public_url. The operator's pages may then stand there.
func (w Web) Inside() bool {
	if w.Listen != "" && !loopbackAddress(w.Listen) {
		return false
	}
	u, err := url.Parse(w.PublicURL)
	return w.PublicURL == "" || err == nil && Loopback(u.Hostname())
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

// loopbackAddress is Loopback of an address with a port. One without a host is everybody's.
func loopbackAddress(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && Loopback(host)
}

func (d *decoder) checkWeb(c *Config) {
	w := &c.Web
	if token := w.AdminToken.Reveal(); token != "" && len(token) < shortestToken {
		d.wrong(d.place("web.admin_token"), "make one with openssl rand -hex 24", "admin_token: shorter than %d characters", shortestToken)
	}
	switch {
	case w.AdminListen == "":
	case w.AdminListen == w.Listen:
		d.wrong(d.place("web.admin_listen"), "give it a port of its own, or leave it out", "admin_listen is the same as listen")
	case !loopbackAddress(w.AdminListen) && !d.has("web.admin_token"):
		d.warn(d.place("web.admin_listen"), "write admin_token too", "admin_listen: who reaches this address reads the names and errors of all sources")
	}
	if w.Listen == "" {
		for _, key := range []string{"public_url", "tls"} {
			if d.has("web."+key) && !d.has("web.listen") {
				d.warn(d.place("web."+key), "write listen: 127.0.0.1:8080", "%s does nothing without listen", key)
			}
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
	t.CertFile, t.KeyFile = d.doc.abs(t.Cert), d.doc.abs(t.Key)
	pems := map[string][]byte{"cert": nil, "key": nil}
	for key, path := range map[string]string{"cert": t.CertFile, "key": t.KeyFile} {
		data, err := readBounded(path, maxPEM)
		if err != nil {
			d.wrong(d.place("web.tls."+key), "a path is relative to the watchlist", "%s: the file cannot be read: %s", key, reason(err))
			return
		}
		pems[key] = data
	}
	if _, err := tls.X509KeyPair(pems["cert"], pems["key"]); err != nil {
		msg := strings.TrimPrefix(err.Error(), "tls: ")
		d.wrong(d.place("web.tls.cert"), "both files are PEM, the certificate first", "this certificate and its key cannot be used: %s", msg)
	}
}
