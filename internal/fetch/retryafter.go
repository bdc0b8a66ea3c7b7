package fetch

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds what a server may ask for: a typo must not silence a
// source for a year.
const maxRetryAfter = 24 * time.Hour

// withUnit is a pause that names its unit, which the standard does not ask for: "120s", "5 minutes".
var withUnit = regexp.MustCompile(`(?i)^(\d{1,9}(?:\.\d+)?) ?(?:(s|sec|secs|seconds?)|(m|min|mins|minutes?)|(h|hrs?|hours?))$`)

// RetryAfter reads the pause that a Retry-After asks for, seconds or an HTTP date, also with a unit or in the form of
// other dates. ok is false when it says nothing that can be read; a date in the past is 0 and ok.
func RetryAfter(h http.Header, now time.Time) (after time.Duration, ok bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if m := withUnit.FindStringSubmatch(value); m != nil {
		s, _ := strconv.ParseFloat(m[1], 64) // digits
		switch {
		case m[3] != "":
			s *= 60
		case m[4] != "":
			s *= 3600
		}
		value = strconv.FormatFloat(s, 'f', -1, 64)
	}
	if s, err := strconv.ParseFloat(value, 64); err == nil { // some APIs send fractions
		switch {
		case s != s || s < 0:
			return 0, false
		case s >= maxRetryAfter.Seconds():
			return maxRetryAfter, true
		}
		return time.Duration(s * float64(time.Second)), true
	}
	for _, layout := range []string{http.TimeFormat, time.RFC1123Z, time.RFC850, time.ANSIC, time.RFC3339} {
		if t, err := time.Parse(layout, value); err == nil {
			return min(max(t.Sub(now), 0), maxRetryAfter), true
		}
	}
	return 0, false
}

// retryAfter is the pause an answer asks for, and whether it asks at all. APIs
// that count requests say when the budget is full again.
func (c *Client) retryAfter(h hop, ans *answer) (after time.Duration, asked bool) {
	now := c.opt.Now()
	if after, ok := RetryAfter(ans.header, now); ok {
		return after, true
	}
	if !h.api {
		return 0, false
	}
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-", "X-Rate-Limit-"} {
		left := ans.header.Get(prefix + "Remaining")
		if left == "" && ans.status != http.StatusTooManyRequests { // that answer says itself that nothing is left
			continue
		}
		if n, err := strconv.ParseFloat(left, 64); left != "" && (err != nil || n >= 1) {
			continue
		}
		for _, name := range []string{"Retry", "Reset-After", "Reset"} { // the first two are seconds: of Wildberries, and of chats
			if value := ans.header.Get(prefix + name); value != "" {
				return parseReset(value, now), true
			}
		}
		if left != "" {
			return 0, true
		}
	}
	return 0, false
}

// parseReset reads a Unix time in seconds or milliseconds, a number of seconds or an ISO
// time: all four are in use.
func parseReset(value string, now time.Time) time.Duration {
	var after time.Duration
	if s, err := strconv.ParseFloat(value, 64); err == nil && s == s {
		if s > 1e12 {
			s /= 1000
		}
		if s > 1e9 { // no budget is longer than 30 years: it is a date
			s -= float64(now.Unix())
		}
		after = time.Duration(min(max(s, 0), maxRetryAfter.Seconds()) * float64(time.Second))
	} else if t, err := time.Parse(time.RFC3339, value); err == nil {
		after = t.Sub(now)
	}
	return min(max(after, 0), maxRetryAfter)
}
