package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// This file checks the way out: routes, digests, Slack, webhooks,
// and the few limits of store and network.

// maxRoutes bounds the work of comparing each route with those before it.
const maxRoutes = 1000

// names are the names that other keys choose by, by what has them.
func (c *Config) names() map[string][]string {
	watches, sources := make([]string, len(c.Watches)), make([]string, len(c.Sources))
	for i, w := range c.Watches {
		watches[i] = w.Name
	}
	for i, s := range c.Sources {
		sources[i] = s.Name
	}
	return map[string][]string{"watch": watches, "source": sources}
}

func (d *decoder) checkSeverity(c *Config) {
	names := c.names()
	rest := -1
	for i, r := range c.Severity {
		path := fmt.Sprintf("severity[%d]", i)
		d.checkConditions(path, names, map[string][]string{"watch": r.Watch, "source": r.Source, "topic": r.Topic, "kind": r.Kind, "lang": r.Lang})
		if d.broken[path] {
			continue
		}
		if d.has(path+".stars") && (r.Stars < 1 || r.Stars > 5) {
			d.wrong(d.place(path+".stars"), "write a number from 1 to 5", "stars: no author gives %v of five", r.Stars)
		}
		switch least, most := slices.Index(Severities(), r.AtLeast), slices.Index(Severities(), r.AtMost); {
		case r.AtLeast == "" && r.AtMost == "":
			d.wrong(d.place(path), "write at_least: high, or at_most: low", "this rule does not say how loud")
		case r.AtMost != "" && least > most:
			d.wrong(d.place(path+".at_most"), "", "at_most: %s is less loud than at_least: %s", r.AtMost, r.AtLeast)
		}
		if rest >= 0 {
			d.wrong(d.place(path), "put it before that one", "this rule is never reached: the one in %s fits everything", d.place(path).toward(c.Severity[rest].Pos))
		} else if len(r.Watch)+len(r.Source)+len(r.Topic)+len(r.Kind)+len(r.Lang) == 0 && !d.has(path+".stars") {
			rest = i
		}
	}
}

func (d *decoder) checkRoutes(c *Config) {
	names := c.names()
	var hooks []string
	for _, w := range c.Webhooks {
		hooks = append(hooks, w.Name)
	}
	rest, reachable := false, []int{}
	if len(c.Routes) > maxRoutes {
		d.wrong(d.place(fmt.Sprintf("routes[%d]", maxRoutes)), "", "more than %d routes", maxRoutes)
		return
	}
	for i, r := range c.Routes {
		path := fmt.Sprintf("routes[%d]", i)
		d.checkConditions(path, names, map[string][]string{"watch": r.Watch, "source": r.Source, "topic": r.Topic, "severity": r.Severity, "kind": r.Kind, "lang": r.Lang})
		d.checkHook(r.To, path+".to", hooks)
		if d.broken[path] {
			rest = true // what it was meant to take is not known
			continue
		}
		if j := slices.IndexFunc(reachable, func(j int) bool { return covers(c.Routes[j], r) }); j >= 0 {
			d.wrong(d.place(path), "put it before that one, or delete it",
				"this route is never reached: the one in %s takes all of it", d.place(path).toward(c.Routes[reachable[j]].Pos))
			continue
		}
		d.checkLanguage(c.Routes[:i], r, path)
		reachable = append(reachable, i)
		rest = rest || covers(r, Route{})
	}
	if len(c.Routes) > 0 && !rest {
		last := d.place(fmt.Sprintf("routes[%d]", len(c.Routes)-1))
		d.warn(last, `end with - to: "#mentions"`, "no route takes the rest: what fits none of these goes where the last one goes")
	}
	d.checkHook(c.Deadlines.EscalateTo, "deadlines.escalate_to", hooks)
	for severity, dl := range c.Deadlines.Severity {
		d.checkHook(dl.EscalateTo, "deadlines.severity."+severity+".escalate_to", hooks)
	}
	d.checkHook(c.Digest.To, "digest.to", hooks)
	d.checkUnusedHooks(c)
}

// checkLanguage checks that one place is written to in one language: whoever reads one of
// its messages reads them all.
func (d *decoder) checkLanguage(before []Route, r Route, path string) {
	for _, other := range before {
		if r.Language != "" && other.Language != "" && other.To == r.To && other.Language != r.Language {
			d.wrong(d.place(path+".language"), "write the same language in both, or in one of them", "%s has another language in line %d: %s", r.To, other.Pos.Line, other.Language)
			return
		}
	}
}

// checkConditions checks the lists by which a rule or a route chooses, by their keys.
func (d *decoder) checkConditions(path string, names, by map[string][]string) {
	d.checkTopics(by["topic"], path+".topic")
	for _, what := range []string{"watch", "source"} {
		for i, name := range by[what] {
			d.checkKnown(name, d.place(fmt.Sprintf("%s.%s[%d]", path, what, i)), what, names[what])
		}
	}
	for key, list := range by {
		d.checkFilled(path+"."+key, len(list))
	}
}

// checkKnown checks a name that must exist elsewhere in the file.
func (d *decoder) checkKnown(name string, m position, what string, known []string) {
	if slices.Contains(known, name) {
		return
	}
	hint := fmt.Sprintf("write its name as it stands under %s", map[string]string{"watch": "watch", "source": "sources"}[what])
	if meant := d.near(name, known); meant != "" {
		if hint = meantFor(name, meant); hint != didYouMean(meant) { // which of the two is the wrong one?
			hint = "a letter of another alphabet is in one of the two: type both anew"
		}
	}
	d.wrong(m, hint, "there is no %s %q", what, name)
}

// checkHook checks that a webhook: destination exists.
func (d *decoder) checkHook(to, path string, hooks []string) {
	name, ok := strings.CutPrefix(to, "webhook:")
	if !ok || slices.Contains(hooks, name) {
		return
	}
	hint := "write it under webhooks: with its name and url"
	if meant := d.near(name, hooks); meant != "" {
		hint = meantFor(to, "webhook:"+meant)
	}
	d.wrong(d.place(path), hint, "there is no webhook %q", name)
}

// destinations are all the ways out that something goes to.
func (c *Config) destinations() map[string]bool {
	used := map[string]bool{c.Deadlines.EscalateTo: true, c.Digest.To: true, c.Fallback.To: true}
	for _, r := range c.Routes {
		used[r.To], used[r.Fallback.To] = true, true
	}
	for _, dl := range c.Deadlines.Severity {
		used[dl.EscalateTo] = true
	}
	return used
}

// checkUnusedHooks warns of webhooks nothing goes to.
func (d *decoder) checkUnusedHooks(c *Config) {
	used := c.destinations()
	for i, w := range c.Webhooks {
		if w.Name != "" && !used["webhook:"+w.Name] {
			d.warn(d.place(fmt.Sprintf("webhooks[%d].name", i)), fmt.Sprintf("add a route with to: webhook:%s", w.Name), "nothing is sent to the webhook %q", w.Name)
		}
	}
}

// covers reports whether route a takes everything that route b could get.
func covers(a, b Route) bool {
	takes := func(a, b, all []string) bool {
		if len(a) == 0 {
			return true
		}
		has := func(s string) bool { return slices.Contains(a, s) }
		if len(b) == 0 {
			b = all
		}
		return len(b) > 0 && !slices.ContainsFunc(b, func(s string) bool { return !has(s) })
	}
	return takes(a.Watch, b.Watch, nil) && takes(a.Source, b.Source, nil) && takes(a.Topic, b.Topic, nil) &&
		takes(a.Lang, b.Lang, nil) && takes(a.Kind, b.Kind, PostKinds()) && takes(a.Severity, b.Severity, Severities())
}

func (d *decoder) checkDigest(c *Config) {
	g := c.Digest
	if !d.has("digest") {
		return
	}
	if (!g.Daily.IsZero() || !g.Weekly.IsZero()) && !d.has("digest.to") && !d.excused("to") {
		d.wrong(d.place("digest"), `write to: "#pr-digest"`, "the digest says when, but not where to")
	}
	if !d.has("digest.daily") && !d.has("digest.weekly") && d.has("digest.to") {
		d.wrong(d.place("digest"), "write daily: 09:00 Europe/Kyiv, or weekly: Mon 09:00 Europe/Kyiv", "the digest says where to, but not when")
	}
	if g.Daily.Weekly() {
		d.wrong(d.place("digest.daily"), "write the time alone, or use weekly", "daily: a day of the week")
	}
	if !g.Weekly.IsZero() && !g.Weekly.Weekly() {
		d.wrong(d.place("digest.weekly"), "write the day too: Mon 09:00 Europe/Kyiv", "weekly: on which day?")
	}
}

func (d *decoder) checkWebhooks(c *Config) {
	seen := map[string]Pos{}
	for i, w := range c.Webhooks {
		d.checkName(w.Name, fmt.Sprintf("webhooks[%d].name", i), "webhook", seen)
	}
}

// checkDesk warns where complaints are told by a door and nowhere is anything decided of them.
func (d *decoder) checkDesk(c *Config) {
	toDoor := slices.IndexFunc(c.Routes, func(r Route) bool { return strings.HasPrefix(r.To, DoorRoute) })
	elsewhere := func(r Route) bool { return !strings.HasPrefix(r.To, DoorRoute) } // Slack may be on its way
	if toDoor >= 0 && !slices.ContainsFunc(c.Routes, elsewhere) && (!d.has("web.listen") || !c.Web.Inbox) {
		d.warn(d.place(fmt.Sprintf("routes[%d].to", toDoor)), "set web.listen: the inbox is where it is done", "a door brings no buttons: nobody can take or close a complaint")
	}
}

var (
	botToken = regexp.MustCompile(`^xox[a-z](?:\.xox[a-z])?-[\w.-]+$`)
	appToken = regexp.MustCompile(`^xapp-[\w.-]+$`)
)

// checkToken warns of a token that Slack never made, such as what an example has in its place.
func (d *decoder) checkToken(token Secret, key string, form *regexp.Regexp, hint string) {
	if m := d.place("slack." + key); token.IsSet() && !form.MatchString(strings.Trim(token.Reveal(), ` "'`)) && !d.reported(m) {
		d.warn(m, hint, "%s: no token of Slack looks like this", key)
	}
}

func (d *decoder) checkSlack(c *Config) {
	if !d.has("slack") {
		d.checkDesk(c)
		return
	}
	s := c.Slack
	if strings.HasPrefix(s.BotToken.Reveal(), "xapp-") {
		d.wrong(d.place("slack.bot_token"), "the bot token begins with xoxb-: see docs/slack.md#tokens", "bot_token: this is an app token")
	}
	if strings.HasPrefix(s.AppToken.Reveal(), "xox") {
		d.wrong(d.place("slack.app_token"), "the app token begins with xapp-: see docs/slack.md#tokens", "app_token: this is a bot or user token")
	}
	d.checkToken(s.BotToken, "bot_token", botToken, "the bot token begins with xoxb-: see docs/slack.md#tokens")
	d.checkToken(s.AppToken, "app_token", appToken, "the app token begins with xapp-: see docs/slack.md#tokens")
	bot, app, signed, hook := d.has("slack.bot_token"), d.has("slack.app_token"), d.has("slack.signing_secret"), d.has("slack.webhook_url")
	switch {
	case (app || signed) && !bot:
		key := "app_token"
		if !app {
			key = "signing_secret"
		}
		d.wrong(d.place("slack."+key), "write bot_token too", "%s is of no use without a bot token", key)
	case bot && hook:
		d.warn(d.place("slack.webhook_url"), "delete one of the two", "webhook_url is not used when there is a bot token")
	case hook && (!d.has("web.listen") || !c.Web.Inbox):
		d.warn(d.place("slack.webhook_url"), "set web.listen: the inbox is where it is done", "a webhook brings no buttons: nobody can take or close a complaint")
	case bot && !app && !signed && !d.broken["slack.bot_token"]:
		d.warn(d.place("slack.bot_token"), "write app_token, or signing_secret", "without one of them nobody can press a button in Slack")
	}
	if signed && !app && !d.has("web.listen") {
		d.warn(d.place("slack.signing_secret"), "write web: {listen: 127.0.0.1:8080} and let a proxy with a certificate pass them on", "signed requests come to web.listen, which is not set")
	}
}

func (d *decoder) checkLimits(c *Config) {
	if d.has("store.retention") && c.Store.Retention < 24*time.Hour {
		d.wrong(d.place("store.retention"), "write at least 1d", "retention: posts would be gone before anybody read them")
	}
	if d.has("fetch.gap") && c.Fetch.Gap < time.Second {
		d.warn(d.place("fetch.gap"), "set it for single hosts under fetch.hosts", "gap: less than 1s for every site is rude")
	}
	for i, p := range c.Fetch.AllowPrivate {
		if p.Bits() == 0 && p.IsValid() {
			d.warn(d.place(fmt.Sprintf("fetch.allow_private[%d]", i)), "name the networks you need", "allow_private: this allows every address there is")
		}
	}
}

// strayDatabase warns of a database that stands where relative paths led before: in the
// folder that earshot is started in.
func (d *decoder) strayDatabase(c *Config) {
	path, ok := strings.CutPrefix(c.Store.Database.Reveal(), sqlitePrefix)
	meant := d.doc.of(d.place("store.database").Pos).abs(path)
	if !ok || filepath.IsAbs(path) || meant == path {
		return
	}
	here, err := filepath.Abs(path)
	if there, err2 := filepath.Abs(meant); err != nil || err2 != nil || here == there {
		return
	}
	if _, err := os.Stat(here); err == nil {
		d.warn(d.place("store.database"), "move it there, or write its whole path", "%s stands in this folder and is not used: the path is relative to the watchlist", path)
	}
}
