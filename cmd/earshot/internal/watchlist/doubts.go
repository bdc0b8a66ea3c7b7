package watchlist

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/crawlers/push"
)

// This file finds addresses that are addresses, and not what somebody meant: all of them were
// taken, and failed at their first poll or were polled twice.

// sourceWarnings are what each look at the sources finds: allowed, and probably not meant.
func sourceWarnings(cfg *config.Config) (warnings []config.Error) {
	for _, look := range []func(*config.Config, config.Source) (msg, hint string){ownerless, unreachable, mistaken, unfilled, walled} {
		for _, src := range cfg.Sources {
			if msg, hint := look(cfg, src); msg != "" {
				warnings = append(warnings, cfg.Doubt(src.Section.Pos(), msg, hint))
			}
		}
	}
	return append(warnings, onePlace(cfg)...)
}

// ownerless finds pages of one company or product that no watch owns: on such a page
// most people do not write the name.
func ownerless(cfg *config.Config, src config.Source) (msg, hint string) {
	kind, _ := presets.Lookup(src.Kind)
	if !kind.Subject || len(src.Watches) > 0 {
		return "", ""
	}
	hint = "write watch: with the name of the watch beside it"
	if len(cfg.Watches) == 1 {
		hint = fmt.Sprintf("write watch: %q beside it", cfg.Watches[0].Name)
	}
	return "people who write there seldom write the name, and only posts that do are heard", hint
}

// unreachable finds push sources that nobody can hand posts to.
func unreachable(cfg *config.Config, src config.Source) (msg, hint string) {
	if src.Kind != push.Name || cfg.Web.Listen != "" {
		return "", ""
	}
	return "nobody can hand posts in: earshot does not listen", `write web: {listen: "127.0.0.1:8080"}`
}

// discourseFeed is how the feeds of Discourse forums look.
var discourseFeed = regexp.MustCompile(`/(?:latest|posts|top)\.rss$|/t/[^/]+/\d+\.rss$|/c/[^?]+\.rss$`)

// mistaken finds sources of an engine whose address says that another kind reads the
// place better, or that nothing can.
func mistaken(cfg *config.Config, src config.Source) (msg, hint string) {
	if src.Address == "" || !engine(src) || src.Section.Has("select") {
		return "", ""
	}
	if name, why, instead, ok := presets.Unreadable(src.Address); ok {
		return name + " cannot be read: " + why, instead
	}
	if place, ok := presets.Recognize(src.Address, cfg.Watches[0].Name); ok {
		return src.Kind + " reads this place badly: earshot has " + place.Kind.Name + " for it", "write " + strings.ReplaceAll(place.Block(""), "\n", " ")
	}
	if src.Kind == "feed" && discourseFeed.MatchString(src.Address) {
		return "this looks like a feed of a Discourse forum, which holds the beginning of some posts only", "write discourse: with the forum's address, if it is one"
	}
	return "", ""
}

// blanksToFill are what instructions and other programs leave for a reader to fill in.
var blanksToFill = regexp.MustCompile(`\{\{?\s*[\pL_][\pL\d_ -]*\s*\}?\}|<[\pL_][\pL\d_ -]*>|\[[\pL_][\pL_ -]*\]|%[sd](?:[/?&#.]|$)|…`)

// unfilled finds the address of an engine in which something still stands for something.
func unfilled(_ *config.Config, src config.Source) (msg, hint string) {
	if !engine(src) {
		return "", ""
	}
	if blank := blanksToFill.FindString(src.Address); blank != "" {
		return fmt.Sprintf("nothing is filled in for %s: the site is asked for it as it stands", blank), "write the address as the browser shows it"
	}
	return "", ""
}

// engine reports whether a source is read at an address that people write, without a kind of its own.
func engine(src config.Source) bool {
	return src.Kind == "feed" || src.Kind == "page" || src.Kind == "forum"
}

// walled finds addresses of private networks that nothing allows: they are never asked.
func walled(cfg *config.Config, src config.Source) (msg, hint string) {
	u, err := url.Parse(cmp.Or(src.Base, src.Address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", ""
	}
	host := strings.ToLower(u.Hostname())
	ip, err := netip.ParseAddr(host)
	if err != nil && config.Loopback(host) { // by its name
		host = "127.0.0.1"
		ip, err = netip.ParseAddr(host)
	}
	const msgOf = "this stands in a private network, which is not asked"
	switch allowed := cfg.Fetch.AllowPrivate; {
	case err == nil && (ip.IsLoopback() || ip.IsPrivate()):
		if !slices.ContainsFunc(allowed, func(n netip.Prefix) bool { return n.Contains(ip.Unmap()) }) {
			return msgOf, fmt.Sprintf("write fetch: {allow_private: [%q]}", host)
		}
	case err == nil, len(allowed) > 0: // of a name the network is known when it is asked
	case config.LocalName(host):
		return msgOf, `write its network: fetch: {allow_private: ["10.1.0.0/16"]}`
	}
	return "", ""
}

// onePlace finds sources whose addresses differ in nothing but how they are written: each is polled,
// and what is known of one is not known of the other. The very same address under two names is meant.
func onePlace(cfg *config.Config) (warnings []config.Error) {
	first := map[string]config.Source{}
	for _, src := range cfg.Sources {
		key := src.Kind + " " + src.Base + " " + plainAddress(src.Address)
		other, known := first[key]
		switch {
		case plainAddress(src.Address) == "" || src.Section.Has("body"):
		case !known:
			first[key] = src
		case other.Address != src.Address:
			warnings = append(warnings, cfg.Doubt(src.Section.Pos(), fmt.Sprintf("this is the place of line %d, written in another way, and both are polled", other.Pos.Line), "delete one of the two"))
		}
	}
	return warnings
}

// followers are what is put behind an address to follow who clicks on it.
var followers = regexp.MustCompile(`^(?:utm_\w+|fbclid|gclid|yclid|mc_[ce]id|igshid)$`)

// plainAddress is a web address without what no reader sees a difference in; "" for what is none.
func plainAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || config.Refers(address) {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host = net.JoinHostPort(host, port)
	}
	query := u.Query()
	for key := range query {
		if followers.MatchString(key) {
			query.Del(key)
		}
	}
	return host + strings.TrimRight(u.EscapedPath(), "/") + "?" + query.Encode()
}
