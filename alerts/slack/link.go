package slack

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/earshot/earshot/mention"
)

// inbox is an address of the inbox, or "" where nobody can open it.
func (n *Notifier) inbox(path string) string {
	if n.opt.Inbox == nil {
		return ""
	}
	return inboxLink(n.opt.Inbox(), path)
}

// inboxLink is the address of a page of the inbox at base; empty without one.
func inboxLink(base, path string) string {
	if base == "" {
		return ""
	}
	return webLink(base + path)
}

func casePath(id mention.ID) string { return "/case/" + url.PathEscape(string(id)) }

// caseLink is a case in the inbox, listLink a list of it.
func (n *Notifier) caseLink(id mention.ID) string {
	return n.inbox(casePath(id))
}

func (n *Notifier) listLink(q mention.Query) string {
	return n.inbox("/inbox?" + url.Values{"status": {"all"}, "q": {q.Text}}.Encode())
}

// webLink returns the address if it is one that may be opened from Slack, in
// plain ASCII, else "". What is not ASCII is written as browsers send it, so that
// no letter of a link looks like another.
func webLink(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return ""
	}
	host := u.Hostname()
	if net.ParseIP(host) == nil {
		if host, err = idna.Lookup.ToASCII(host); err != nil || host == "" {
			return ""
		}
	} else if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host = host
	// JSON makes six characters of an ampersand.
	if link := ascii(u.String()); len(link)+5*strings.Count(link, "&") <= maxURL {
		return link
	}
	return ""
}

// ascii percent-encodes what does not belong into a written address.
func ascii(link string) string {
	var b strings.Builder
	for i := range len(link) {
		if c := link[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"`{}|\\^", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
