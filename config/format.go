package config

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/lang"
	words "github.com/earshot/earshot/internal/text"
)

// Langs returns the languages earshot knows.
func Langs() []string {
	var codes []string
	for _, l := range lang.All() {
		codes = append(codes, l.Code)
	}
	return codes
}

// PostKinds returns the words for what a source's posts are.
func PostKinds() []string { return []string{"review", "forum", "comment", "news", "social"} }

// Severities returns the words for how loud an alert is, from quiet to loud.
func Severities() []string { return []string{"low", "normal", "high", "critical"} }

// Topics returns what a complaint can be about, as the scorer tells it.
func Topics() []string {
	return []string{"account", "app", "billing", "booking", "delivery", "fraud", "hygiene", "outage", "price", "quality", "refund", "refusal", "safety", "staff", "support", "waiting"}
}

// Placeholders returns what may stand between {{ and }} in a reply text.
func Placeholders() []string { return []string{"author", "watch", "source", "title", "link", "me"} }

// placeholder is one in a reply text, its name with blanks around it or without.
var placeholder = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

// FillPlaceholders puts values, by name, in the place of the placeholders of a reply text, also where
// a phone wrote one with a capital. One that has none stays.
func FillPlaceholders(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		if value, ok := values[strings.ToLower(strings.TrimSpace(strings.Trim(found, "{}")))]; ok {
			return value
		}
		return found
	})
}

// formats are the forms that a text may have to have, by the format tag of its field. msg is a predicate
// ("is not …") and empty when the text is fine.
var formats = map[string]func(s string) (msg, hint string){
	"url":                checkURL,
	"lang":               checkLang,
	"country":            checkCountry,
	"zone":               checkZone,
	"destination":        checkDestination,
	"door":               checkDoor,
	"door name":          checkDoorName,
	"door of a fallback": func(string) (msg, hint string) { return "is not a door of this watchlist", "" }, // doorOf has taken those that are
	"person":             checkPerson,
	"member":             checkMember,
	"members":            checkMembers,
	"header":             checkHeader,
	"listen":             checkListen,
	"host":               checkHost,
	"database":           checkDatabase,
	"redis":              checkRedis,
}

// wordsOf are the words of a form that has a few only; nil of the others.
func wordsOf(format string) []string {
	switch format {
	case "lang":
		return Langs()
	case "postkind":
		return PostKinds()
	case "severity":
		return Severities()
	case "outsiders":
		return []string{"refuse", OutsidersAllow}
	}
	return nil
}

// isPublic reports whether a text is right, and of a form in which no secret can be: where earshot
// listens, a time zone, one of a few words, the file of a database.
func isPublic(format, s string) bool {
	file := format == "database" && strings.HasPrefix(s, sqlitePrefix)
	if format != "listen" && format != "zone" && wordsOf(format) == nil && !file {
		return false
	}
	msg, _ := checkFormat(format, s)
	return msg == ""
}

// checkFormat checks a text against a form; one that is not known accepts everything.
func checkFormat(format, s string) (msg, hint string) {
	if check := formats[format]; check != nil {
		return check(s)
	}
	if words := wordsOf(format); words != nil {
		return oneOf(s, words)
	}
	return "", ""
}

func checkLang(s string) (msg, hint string) {
	if s == "ua" {
		return "is a country, not a language", `write "uk" for Ukrainian`
	}
	if code := meantLang(s); code != "" {
		return "is not known", didYouMean(code)
	}
	return oneOf(s, Langs())
}

// langNames are the languages by the beginnings of their names, in themselves and in one another.
var langNames = map[string]string{
	"eng": "en", "англ": "en", "rus": "ru", "рус": "ru", "рос": "ru", "ukr": "uk", "укр": "uk", "bul": "bg", "болг": "bg", "бълг": "bg",
}

// meantLang is the code of a language that is written by its name, or with a country behind it
// as computers have it (uk_UA); "" for what is none.
func meantLang(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if code, country, ok := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-"); ok && len(country) == 2 && slices.Contains(Langs(), code) {
		return code
	}
	for begins, code := range langNames {
		if strings.HasPrefix(s, begins) && !strings.ContainsAny(s, " ,;") {
			return code
		}
	}
	return ""
}

// checkCountry reads one country, or several as a list may be written.
func checkCountry(s string) (msg, hint string) {
	for letters := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }) {
		switch {
		case letters == "uk":
			return "is a language, not a country", `write "ua" for Ukraine, or "gb" for Britain`
		case letters == "en":
			return "is a language, not a country", `write "us" or "gb"`
		case len(letters) != 2 || strings.ContainsFunc(letters, func(r rune) bool { return r < 'a' || r > 'z' }):
			return "is not a country", `write its two letters, such as "ua" or "bg"`
		}
	}
	return "", ""
}

func oneOf(s string, known []string) (msg, hint string) {
	if slices.Contains(known, s) {
		return "", ""
	}
	if meant := Meant(s, known); meant != "" {
		return "is not known", meantFor(s, meant)
	}
	return "is not known", "write " + orList(known)
}

func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// pastedAddress takes off what comes along when an address is copied: blanks and
// marks without width around it, and the schemes by which browsers once handed
// feeds to readers ("feed://host/rss" and "feed:https://host/rss").
func pastedAddress(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff' || r == '\u200e'
	})
	scheme, rest, _ := strings.Cut(s, ":")
	if !strings.EqualFold(scheme, "feed") && !strings.EqualFold(scheme, "itpc") {
		return s
	}
	if host, ok := strings.CutPrefix(rest, "//"); ok {
		return "http://" + host
	}
	if strings.HasPrefix(rest, "http") {
		return rest
	}
	return s
}

var (
	// slippedScheme is what people make of https://, with the address behind it.
	slippedScheme = regexp.MustCompile(`^([A-Za-z]{2,6})(?::/*|;/*|[.,]?//+)([^\s:/]+\.\S+)$`)
	// insideAddress is an address in what is written around addresses: <…>, (…), [text](…).
	insideAddress = regexp.MustCompile(`https?://[^\s<>()\[\]"'«»“”,;]+`)
	// twoAddresses are parted by a space, or by signs that only a query has for itself.
	twoAddresses = regexp.MustCompile(`^https?://(?:[^?#]*[,;]\s*|.*\s)https?://`)
)

func checkURL(s string) (msg, hint string) {
	seen := withoutUnseen(s)
	switch {
	case isWebAddress(seen) && seen == s:
		return "", ""
	case seen != s:
		msg = "has a space in it" // one without width
	case twoAddresses.MatchString(s):
		return "is not an address", "write one entry for each"
	case strings.ContainsFunc(s, unicode.IsSpace):
		msg = "has a space in it"
	default:
		msg = whyNoWebAddress(s)
	}
	if meant := meantAddress(seen); meant != "" {
		return msg, didYouMean(meant)
	}
	return msg, wholeAddress
}

const wholeAddress = "write the whole address, with https://"

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		!isScheme(u.Hostname()) && !strings.ContainsFunc(s, unicode.IsSpace) && !twoAddresses.MatchString(s)
}

// isScheme is of what stands twice at the beginning of a pasted address: https://https://news.example.
func isScheme(host string) bool { return host == "http" || host == "https" }

func whyNoWebAddress(s string) string {
	u, err := url.Parse(s)
	slip := slippedScheme.FindStringSubmatch(s)
	switch {
	case slip != nil && nearHTTPS(slip[1]):
		return "is not a web address"
	case err != nil, isScheme(u.Hostname()), insideAddress.MatchString(s) && u.Hostname() == "" && u.Path != "":
		return "is not an address"
	case u.Scheme == "" && u.Host == "" && strings.Contains(s, "."):
		return "has no https://"
	case u.Scheme != "http" && u.Scheme != "https":
		return "is not a web address"
	}
	return "names no host"
}

func nearHTTPS(scheme string) bool { return words.Nearest(scheme, []string{"http", "https"}) != "" }

// meantAddress is the address that was probably meant, or "".
func meantAddress(s string) string {
	slip, inside := slippedScheme.FindStringSubmatch(s), slices.Compact(insideAddress.FindAllString(s, -1))
	meant := ""
	if u, err := url.Parse(s); err == nil && isScheme(u.Hostname()) {
		s = s[strings.Index(s, "//")+2:]
		slip, inside = slippedScheme.FindStringSubmatch(s), []string{s}
	}
	spaced := strings.ContainsFunc(s, unicode.IsSpace)
	switch {
	case isWebAddress(s):
		meant = s
	case slip != nil && nearHTTPS(slip[1]):
		meant = "https://" + slip[2]
	case len(inside) == 1 && (!spaced || strings.HasSuffix(s, inside[0])): // half of an address is none
		meant = inside[0]
	case !spaced && !strings.Contains(s, ":") && strings.Contains(s, "."):
		meant = "https://" + strings.TrimLeft(s, "/")
	}
	meant = strings.TrimRight(strings.ReplaceAll(meant, `\`, "/"), ".,;:")
	if scheme, rest, ok := strings.Cut(meant, "://"); ok {
		meant = scheme + "://" + strings.TrimLeft(rest, "/")
	}
	if !isWebAddress(meant) {
		return ""
	}
	return meant
}

// withoutUnseen is an address without the marks that have no width. Within other letters than
// Latin ones two of them are letters, and join the signs of a picture.
func withoutUnseen(s string) string {
	var out []rune
	letters := []rune(s)
	for i, r := range letters {
		joins := (r == '\u200c' || r == '\u200d') && i > 0 && i+1 < len(letters) && letters[i-1] > unicode.MaxLatin1 && letters[i+1] > unicode.MaxLatin1
		if joins || !unicode.Is(unicode.Cf, r) {
			out = append(out, r)
		}
	}
	return string(out)
}

func checkZone(s string) (msg, hint string) {
	if _, ok := hours.Zone(s); ok {
		return "", ""
	}
	return "is not a time zone", hours.ZoneHint(s)
}

var (
	slackID   = regexp.MustCompile(`^[CGD][A-Z0-9]{8,}$`)
	slackUser = regexp.MustCompile(`^[UWS][A-Z0-9]{8,}$`)

	slackPlace  = regexp.MustCompile(`^(?:<#|https://[\w.-]*slack\.com/(?:archives|client/[A-Z0-9]+)/)([CGD][A-Z0-9]{8,})(?:[|/?>].*)?$`)
	slackPerson = regexp.MustCompile(`^(?:<(?:@|!subteam\^)|https://[\w.-]*slack\.com/team/)([UWS][A-Z0-9]{8,})(?:[|/?>].*)?$`)
)

func checkDestination(s string) (msg, hint string) {
	const how = `write "#channel", a channel id, console, webhook:NAME or the name of a door`
	name, isChannel := strings.CutPrefix(s, "#")
	switch {
	case isChannel:
		return checkChannel(name)
	case s == "console", slackID.MatchString(s), strings.HasPrefix(s, "webhook:") && len(s) > len("webhook:"):
		return "", ""
	case slackPlace.MatchString(s): // its link, or how Slack itself writes it
		return "is not a place", didYouMean(slackPlace.FindStringSubmatch(s)[1])
	case strings.HasPrefix(strings.TrimSpace(s), "#"):
		return "is not a place", didYouMean(strings.TrimSpace(s))
	case strings.HasPrefix(s, "@"), isAddress(s):
		return "is a person", `alerts go to a channel, such as "#mentions"; name people under notify`
	case slices.Contains(printed, strings.ToLower(s)):
		return "is not a place", didYouMean("console")
	case looksLike(s, "console"):
		return "is not a place", meantFor(s, "console")
	case strings.HasPrefix(s, "webhook "):
		return "is not a place", didYouMean("webhook:" + strings.TrimSpace(s[len("webhook"):]))
	case strings.HasPrefix(s, "http"):
		return "is not a place", "write a webhook of Slack as slack.webhook_url, and any other under webhooks"
	}
	if msg, _ := checkChannel(s); msg == "" {
		return "is not a place", didYouMean("#" + s)
	}
	return "is not a place", how
}

// signsOfNames are what people write between the words of a channel's name, and what Slack makes of it.
var signsOfNames = strings.NewReplacer(" ", "-", ".", "-", "/", "-")

// checkChannel checks a channel's name as Slack allows it.
func checkChannel(name string) (msg, hint string) {
	bad := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && r != '-' && r != '_'
	}
	switch {
	case name == "":
		return "names no channel", `write it like "#mentions"`
	case utf8.RuneCountInString(name) > 80:
		return "is longer than the 80 characters a channel's name may have", ""
	case strings.ContainsFunc(name, bad), strings.ContainsFunc(name, unicode.IsUpper):
		meant, hint := strings.ToLower(signsOfNames.Replace(strings.Trim(name, " #"))), ""
		switch {
		case !strings.ContainsFunc(meant, bad):
			hint = didYouMean("#" + meant)
		case strings.ContainsAny(name, ",;"):
			hint = "write one entry for each"
		}
		return "cannot be a channel: their names have small letters, digits, - and _ only", hint
	}
	return "", ""
}

func checkPerson(s string) (msg, hint string) {
	name, ok := strings.CutPrefix(s, "@")
	switch {
	case ok && slices.Contains([]string{"here", "channel", "everyone"}, name):
		return "is everybody in the channel, and nobody in particular", `name a person or a group, such as "@oncall-pr"`
	case ok && name != "" && !strings.ContainsAny(name, " @<>"):
		return "", ""
	case slackUser.MatchString(s), isAddress(s):
		return "", ""
	case slackPerson.MatchString(s):
		return "is not a person or a group", didYouMean(slackPerson.FindStringSubmatch(s)[1])
	case strings.HasPrefix(s, "#"):
		return "is a channel", `name a person or a group, such as "@oncall-pr"`
	}
	return "is not a person or a group", `write it like "@oncall-pr"`
}

// isAddress reports whether s is an e-mail address and nothing else.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

// slackGroup is a user group in Slack: its handle, which has no dot (with one it is a domain of addresses), or its id.
var slackGroup = regexp.MustCompile(`^(?:@[\p{L}\p{N}_-]+|S[A-Z0-9]{8,})$`)

// IsGroup reports whether an entry of a list of those who may is a user group of Slack.
func IsGroup(entry string) bool { return slackGroup.MatchString(entry) }

// checkMember checks how one person, or a group of them, is named in a list of those who may.
func checkMember(s string) (msg, hint string) {
	if slackUser.MatchString(s) || IsGroup(s) || isAddress(s) || strings.Contains(s, ":") {
		return "", ""
	}
	return "is not a person", `write an e-mail address, a Slack id or a user group: "ira@romashka.example", U0123456789 or "@support"`
}

// checkMembers is checkMember, or the domain of many.
func checkMembers(s string) (msg, hint string) {
	if domain, ok := strings.CutPrefix(s, "@"); ok {
		return checkHost(domain)
	}
	msg, _ = checkMember(s)
	if msg == "" {
		return "", ""
	}
	if host, _ := checkHost(s); host == "" && strings.Contains(s, ".") {
		return msg, didYouMean("@" + s)
	}
	return msg, `write an e-mail address or a domain: "ira@romashka.example" or "@romashka.example"`
}

func checkHeader(s string) (msg, hint string) {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r != '-' && (r > 'z' || !unicode.IsLetter(r) && !unicode.IsDigit(r)) }) {
		return "is not the name of a header", "write it like X-Forwarded-Email"
	}
	return "", ""
}

func checkListen(s string) (msg, hint string) {
	const how = "write it like 127.0.0.1:8080"
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "is not an address with a port", how
	}
	if n, err := net.LookupPort("tcp", port); err != nil || n < 0 || port == "" {
		return "has no port from 0 to 65535", how
	}
	if strings.ContainsAny(host, "/ ") {
		return "is not an address with a port", how
	}
	return "", ""
}

func checkHost(s string) (msg, hint string) {
	const how = "write the name or the address alone: forum.example or 127.0.0.1"
	if _, err := netip.ParseAddr(s); err == nil {
		return "", ""
	}
	if s == "" || strings.ContainsAny(s, "/: @?#") {
		return "is not a host", how
	}
	return "", ""
}

func checkDatabase(s string) (msg, hint string) {
	switch {
	case strings.HasPrefix(s, "sqlite:") && len(s) > len("sqlite:"):
		return "", ""
	case strings.HasPrefix(s, "postgres://"), strings.HasPrefix(s, "postgresql://"):
		if u, err := url.Parse(s); err != nil || u.Host == "" && u.RawQuery == "" {
			return "is not an address of a database", "write postgres://user:password@host/name"
		}
		return "", ""
	case sqliteFile.MatchString(s) && !strings.Contains(s, "://"):
		return "is not a database earshot knows", didYouMean("sqlite:" + strings.TrimPrefix(s, "file:"))
	}
	return "is not a database earshot knows", "write sqlite:earshot.db or postgres://user:password@host/name"
}

// redisPath is what stands behind the host of a Redis: its databases have numbers.
var redisPath = regexp.MustCompile(`^/*\d{0,9}/*$`)

func checkRedis(s string) (msg, hint string) {
	const how = "write redis://host:6379/0"
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "redis" && u.Scheme != "rediss" && u.Scheme != "unix") || u.Host == "" && u.Path == "" ||
		u.Scheme != "unix" && !redisPath.MatchString(u.Path) {
		if host, _, err := net.SplitHostPort(s); err == nil && !strings.ContainsAny(s, "@/") && host != "" {
			return "is not an address of a Redis", didYouMean("redis://" + s + "/0")
		}
		return "is not an address of a Redis", how
	}
	return "", ""
}
