package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Colours of the terminal form.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	plain  = "\x1b[0m"
)

// maxExcerpt is how many characters of a line are shown around the caret.
const maxExcerpt = 100

// shownLine is a line of a file.
type shownLine struct {
	doc *document
	n   int
}

// render writes one problem with its end of line. shown keeps what lines look like: a file may be
// one line of a megabyte with hundreds of mistakes.
func (e Error) render(colour bool, shown map[shownLine]string) string {
	paint := func(code, s string) string {
		if !colour || s == "" {
			return s
		}
		return code + s + plain
	}
	loud := red
	if e.Warning {
		loud = yellow
	}
	var b strings.Builder
	if e.Pos != (Pos{}) {
		b.WriteString(paint(bold, e.Pos.String()+":") + " ")
	}
	if e.Warning {
		b.WriteString(cmp.Or(e.says, "warning") + ": ")
	}
	b.WriteString(paint(loud, printable(maskPasted(e.doc.mask(e.Msg)))))
	if e.Hint != "" {
		b.WriteString(cmp.Or(e.dash, " — ") + printable(e.doc.mask(e.Hint)))
	}
	b.WriteByte('\n')
	if e.Warning || e.doc == nil || e.Pos.Line < 1 || e.Pos.Line > len(e.doc.lines) {
		return b.String()
	}
	look := func(n int) []rune {
		at := shownLine{e.doc, n}
		if _, ok := shown[at]; !ok {
			shown[at] = printable(e.doc.maskLine(n))
		}
		return []rune(shown[at])
	}
	line := look(e.Pos.Line)
	at := min(e.Pos.Column-1, len(line))
	from := 0
	if len(line) > maxExcerpt {
		from = max(0, at-maxExcerpt/2)
	}
	part := func(line []rune) string { return string(line[min(from, len(line)):min(from+maxExcerpt, len(line))]) }
	if e.Pos.Line > 1 {
		before := look(e.Pos.Line - 1)
		b.WriteString(paint(faint, strings.TrimRight(fmt.Sprintf("%5d | %s", e.Pos.Line-1, part(before)), " ")) + "\n")
	}
	b.WriteString(strings.TrimRight(paint(faint, fmt.Sprintf("%5d | ", e.Pos.Line))+part(line), " ") + "\n")
	end := min(at+max(e.width, 1), from+maxExcerpt)
	caret := "^" + strings.Repeat("~", max(0, columns(line[at:min(end, len(line))])-1))
	b.WriteString(paint(faint, "      | ") + strings.Repeat(" ", columns(line[from:at])) + paint(loud, caret) + "\n")
	return b.String()
}

// columns counts the terminal columns of a text.
func columns(text []rune) int {
	n := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// printable makes a text of the file safe for a terminal, character by
// character: no escape sequence, no direction override.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return '·'
		}
		return r
	}, s)
}

// mask hides known secret values in a message.
func (d *document) mask(s string) string {
	if d == nil {
		return s
	}
	return d.hidden.Redact(s)
}

// maskLine returns a line of the file with everything hidden that is, or looks
// like, a secret. It keeps the number of characters, so the caret still fits.
func (d *document) maskLine(n int) string {
	return maskKeys(maskPasted(d.mask(d.line(n))))
}

// What a secret looks like when somebody pasted it: a token or an incoming webhook of Slack,
// a password in an address, a value under a key that says so, the address of a door, a line
// of a key. They are needed before the tree is there, for the excerpt of a syntax error,
// which goes into the log and to staff.
var (
	pastedToken    = regexp.MustCompile(`xox[a-z]-[\w.-]+|xapp-[\w.-]+|hooks\.slack\.com/[\w/]+`)
	pastedPassword = regexp.MustCompile(`(?::/{0,2}|//)(?:[^/\s:@"'$]|\$[^{])*:([^\s"']+)@`) // also where the scheme is mistyped
	pastedKey      = regexp.MustCompile(`(?i)(?:token|secret|password|api_?key|refresh|webhook_url|service_account)["']?\s*:\s*(?:"([^"]*)|'([^']*)|([^\s"',}#\[{&*!|>$][^\s"',}]*))`)
	pastedOwnKey   = regexp.MustCompile(`(?:\b|_)key["']?\s*:\s*["']?([\w+=-]{8,})(?:[\s"',}]|$)`) // the name of a file has a dot
	pastedDoor     = regexp.MustCompile(`\b(?:shoutrrr:|[a-z]+://)[^\s"']+`)
	pastedPEM      = regexp.MustCompile(`(?:^|[\s"'\[])([A-Za-z0-9+][A-Za-z0-9+/=]{39,75})(?:[\s"',\]]|$)`)
)

// plainSchemes are those of addresses that are no doors: of them the password alone is secret.
var plainSchemes = []string{"http", "https", "ws", "wss", "postgres", "postgresql", "redis", "rediss", "unix"}

func maskPasted(s string) string {
	s = pastedToken.ReplaceAllStringFunc(s, dots)
	return maskGroups(pastedPassword, s)
}

func maskKeys(s string) string {
	s = pastedDoor.ReplaceAllStringFunc(s, func(address string) string {
		scheme, _, _ := strings.Cut(address, ":")
		if strings.Contains(address, "${") || slices.Contains(plainSchemes, scheme) {
			return address
		}
		for _, part := range doorKeys(strings.TrimPrefix(address, inlineDoor)) {
			address = strings.ReplaceAll(address, part, dots(part))
		}
		return address
	})
	return maskGroups(pastedPEM, maskGroups(pastedOwnKey, maskGroups(pastedKey, s)))
}

// maskGroups hides the groups of every match, unless one is a reference.
func maskGroups(re *regexp.Regexp, s string) string {
	var b strings.Builder
	last := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		for g := 2; g < len(m); g += 2 {
			if m[g] < 0 || strings.Contains(s[m[g]:m[g+1]], "${") {
				continue
			}
			b.WriteString(s[last:m[g]])
			b.WriteString(dots(s[m[g]:m[g+1]]))
			last = m[g+1]
		}
	}
	return b.String() + s[last:]
}

func dots(s string) string { return strings.Repeat("•", len([]rune(s))) }
