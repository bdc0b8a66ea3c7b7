package fetch

import (
	"bytes"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// A challenge page wants proof of a browser or a human. It is recognised to stop
// politely, never to be solved. Signs that ordinary pages also carry (a captcha
// on a comment form, the word Cloudflare) count only together with a refusing status.

// challengeTitles are whole titles of pages that are nothing but a gate.
var challengeTitles = []struct{ title, why string }{
	{"just a moment...", "a Cloudflare challenge"},
	{"attention required! | cloudflare", "a Cloudflare block"},
	{"ddos-guard", "a DDoS-Guard challenge"},
	{"making sure you're not a bot!", "an Anubis challenge"},
	{"are you not a robot?", "a captcha"},
	{"вы не робот?", "a captcha"},
	{"ви не робот?", "a captcha"},
	{"ой!", "a captcha"}, // Yandex; with a sign below only
	{"human verification", "a captcha"},
	{"please verify you are a human", "a captcha"},
	{"security check", "a captcha"},
	{"доступ ограничен", "an access gate"},
}

// challengeSigns are pieces of script and form that gates are made of.
var challengeSigns = []struct{ sign, why string }{
	{"_cf_chl_opt", "a Cloudflare challenge"},
	{"/cdn-cgi/challenge-platform/h/", "a Cloudflare challenge"},
	{"cf-error-details", "a Cloudflare block"},
	{"/.well-known/ddos-guard/", "a DDoS-Guard challenge"},
	{"/.within.website/x/cmd/anubis/", "an Anubis challenge"},
	{"captcha-delivery.com", "a DataDome captcha"},
	{"px-captcha", "a PerimeterX captcha"},
	{"_incapsula_resource", "an Incapsula challenge"},
	{"sucuri_cloudproxy_js", "a Sucuri challenge"},
	{"awswafcookiedomainlist", "an AWS WAF challenge"},
}

// captchaSigns stand on ordinary pages, too: in a contact form, at a login.
var captchaSigns = []struct{ sign, why string }{
	{"checkboxcaptcha", "a captcha"},
	{"smartcaptcha", "a captcha"},
	{"g-recaptcha", "a captcha"},
	{"h-captcha", "a captcha"},
	{"hcaptcha.com", "a captcha"},
	{"captcha", "a captcha"},
}

var titleElement = regexp.MustCompile(`(?is)<title[^>]{0,200}>(.{0,200}?)</title`)

// challengeHead is how much of a page is looked at: gates are small and open
// with their signs.
const challengeHead = 32 << 10

// challenge names the gate that an answer is, or "".
func challenge(status int, header http.Header, body []byte) string {
	if v := header.Get("Cf-Mitigated"); v != "" {
		return "a Cloudflare challenge"
	}
	if strings.EqualFold(header.Get("X-Amzn-Waf-Action"), "captcha") || strings.EqualFold(header.Get("X-Amzn-Waf-Action"), "challenge") {
		return "an AWS WAF challenge"
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInsufficientStorage:
	default:
		if status < 200 || status > 299 || len(body) > challengeHead {
			return ""
		}
	}
	gate := gateTitle(body[:min(len(body), titleHead)])
	if status < 400 && gate == "" {
		// Nearly every answer comes this way: the title decides before anything
		// else is looked at.
		return ""
	}
	signs := challengeSigns
	pause := (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && header.Get("Retry-After") != ""
	if gate != "" || !pause { // repairs that say how long they take are no gate
		signs = slices.Concat(signs, captchaSigns)
	}
	head := bytes.ToLower(body[:min(len(body), challengeHead)])
	for _, s := range signs {
		if bytes.Contains(head, []byte(s.sign)) {
			if status < 400 {
				return gate
			}
			return s.why
		}
	}
	return ""
}

// titleHead is where a gate has its title.
const titleHead = 4 << 10

// gateTitle names the gate that a page's title announces, or "".
func gateTitle(head []byte) string {
	m := titleElement.FindSubmatch(head)
	if m == nil {
		return ""
	}
	title := strings.ToLower(strings.TrimSpace(html.UnescapeString(string(m[1]))))
	for _, t := range challengeTitles {
		if strings.HasPrefix(title, t.title) {
			return t.why
		}
	}
	return ""
}
