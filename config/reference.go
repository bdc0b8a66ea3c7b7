package config

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// References in a value: ${env:NAME} and ${file:/path}, which keep secrets out of the watchlist.

// written is a text with what became of the references in it.
type written struct {
	value  string
	raw    string // as the file has it
	origin string // of the first secret in it
	secret bool
}

var (
	reference = regexp.MustCompile(`\$\{(env|file):([^}]*)\}`)
	// strange begins a reference that is none: what is not understood must not be taken for
	// the secret itself.
	strange    = regexp.MustCompile(`\$\{[^}]*\}?`)
	shellStyle = regexp.MustCompile(`^\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}$|^\$([A-Z][A-Z0-9_]*)$`)
	// otherStyle is how the rest of the world names a variable, or its bare name: where a secret
	// belongs it is none. A bare one says what it holds: other capitals may be the secret.
	otherStyle = regexp.MustCompile(`^(?:(?:\$?env:|\$\(|\{\{\s*|%)([A-Z]{2,}(?:_[A-Z0-9]+)+)(?:\)|\s*\}\}|%)?|` +
		`([A-Z]{2,}(?:_[A-Z0-9]+)*_(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|PASS|PWD|URL|URI|DSN|WEBHOOK|HOOK|ACCOUNT|CREDENTIALS|JSON)))$`)
)

// Refers reports whether a text would be read as a reference where it stands in a watchlist. What
// strangers propose for one must bring none: whoever names an address says where the secret would go.
func Refers(text string) bool { return strings.Contains(text, "${") }

// expand puts the values of ${env:NAME} and ${file:/path} into a text. It runs
// after the YAML was read, so a value cannot bring YAML of its own. They are secrets,
// unless the whole is what nobody keeps secret.
func (d *decoder) expand(raw string, m position, name string, public func(string) bool) (written, bool) {
	out := written{value: raw, raw: raw}
	if !Refers(raw) {
		return out, true
	}
	if bad := strange.FindString(reference.ReplaceAllString(raw, "")); bad != "" {
		d.notUnderstood(bad, m, name)
		return out, false
	}
	ok, who := true, inUserinfo(raw)
	var secrets []string
	out.value = reference.ReplaceAllStringFunc(raw, func(ref string) string {
		parts := reference.FindStringSubmatch(ref)
		kind, arg := parts[1], strings.TrimSpace(parts[2])
		value, msg, hint := d.lookup(kind, arg)
		if kind == "file" && msg == "" {
			d.doc.noteSecretFile(secretFile{m.Pos, d.doc.abs(arg)})
		}
		if msg != "" {
			ok = false
			if at := d.within(m, ref); d.doc.lenient {
				d.warn(at, "", "%s: %s", name, msg)
				d.wrongAt[at.Pos], d.wrongAt[m.Pos] = true, true // checks of what it should say have nothing to look at
			} else {
				d.wrong(at, hint, "%s: %s", name, msg)
			}
			return ""
		}
		if around(value) {
			d.warn(d.within(m, ref), "take them away there, unless they belong to it", "%s: quotes or blanks stand around the value of %s", name, arg)
		}
		out.secret = true
		if out.origin == "" {
			out.origin = arg
		}
		secrets = append(secrets, value)
		if who--; who >= 0 {
			value = asUserinfo(value)
			secrets = append(secrets, value)
		}
		return value
	})
	if !ok || !public(out.value) {
		for _, secret := range secrets {
			d.doc.hide(secret)
		}
	}
	return out, ok
}

// userinfo is what stands before the host of an address.
var userinfo = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://[^/?#]*@`)

// inUserinfo counts the references that say who asks; in an address they are the first.
func inUserinfo(raw string) int {
	const one = "\x00"
	return strings.Count(userinfo.FindString(reference.ReplaceAllString(raw, one)), one)
}

// asUserinfo is a name or a password as it stands in an address. One that is right as it is stays: it may be
// written for an address already. The others are the password itself, as the server has it too.
func asUserinfo(value string) string {
	u, err := url.Parse("x://x:" + value + "@x")
	if err == nil && u.Host == "x" && u.User != nil && u.Path+u.RawQuery+u.Fragment == "" {
		return value
	}
	return strings.TrimPrefix(url.UserPassword("", value).String(), ":")
}

// around reports whether quotes or blanks stand around a value: docker takes those of an
// environment file as they are written, and a copied token brings a blank along.
func around(value string) bool {
	quoted := len(value) > 1 && strings.ContainsRune(`"'`, rune(value[0])) && value[0] == value[len(value)-1]
	return quoted || strings.Trim(value, " \t") != value
}

// notUnderstood reports what looks like a reference and is none.
func (d *decoder) notUnderstood(bad string, m position, name string) {
	hint := "write ${env:NAME} or ${file:/path}"
	if shell := shellStyle.FindStringSubmatch(bad); shell != nil {
		hint = fmt.Sprintf("write ${env:%s}", shell[1]+shell[2])
	} else if other := otherStyle.FindStringSubmatch(bad); other != nil {
		hint = fmt.Sprintf("write ${env:%s}", other[1]+other[2])
	} else if strings.HasPrefix(bad, "file:/") {
		hint = fmt.Sprintf("write ${%s}", bad)
	}
	d.wrong(d.within(m, bad), hint, "%s: %s is not understood", name, bad)
}

// lookup reads one variable or file. An empty value is a mistake too: it is how
// an unset secret looks in compose files. The end of the line, which editors put into
// files and Kubernetes into variables made of them, belongs to no value.
func (d *decoder) lookup(kind, arg string) (value, msg, hint string) {
	if arg == "" {
		return "", fmt.Sprintf("${%s:} names nothing", kind), "write ${env:NAME} or ${file:/path}"
	}
	if kind == "env" {
		value, ok := d.doc.env(arg)
		if value = strings.TrimRight(value, "\r\n"); strings.TrimSpace(value) == "" {
			state := "not set"
			if ok {
				state = "empty"
			}
			return "", fmt.Sprintf("the environment variable %s is %s", arg, state), "set it before earshot starts"
		}
		return value, "", ""
	}
	data, err := d.doc.read(d.doc.abs(arg), maxSecret)
	if err != nil {
		return "", fmt.Sprintf("the file %s cannot be read: %s", arg, reason(err)), "check the path and its permissions"
	}
	value = strings.TrimRight(strings.TrimPrefix(string(data), "\ufeff"), "\r\n") // Notepad's mark
	if !utf8.ValidString(value) || strings.Contains(value, "\x00") {              // as PowerShell writes it
		return "", fmt.Sprintf("the file %s is not UTF-8 text", arg), "save the file as UTF-8"
	}
	if strings.TrimSpace(value) == "" {
		return "", fmt.Sprintf("the file %s is empty", arg), ""
	}
	return value, "", ""
}

// unquoted returns what is wrong with a value without the value, when that came from
// elsewhere. The quotes of a text editor are the first thing to mend: to YAML they are letters.
func (w written) unquoted(msg, hint string) (string, string) {
	if w.secret {
		msg, hint = fmt.Sprintf("%q is not what is wanted here", w.raw), ""
	}
	if strings.IndexAny(w.raw, "“”„‟«»‘’‚′″") == 0 {
		hint = plainQuotes
	}
	return msg, hint
}

const plainQuotes = `write plain quotes: "…"`

// curlyQuoted reports whether all of a text stands in quotes of a text editor. Names in «» are
// meant so.
func (w written) curlyQuoted() bool {
	text := []rune(strings.TrimSpace(w.raw))
	return len(text) > 1 && strings.ContainsRune("“”„‟‘’‚", text[0]) && strings.ContainsRune("“”‘’", text[len(text)-1])
}

// reason is the last part of a file error: the path was said already.
func reason(err error) string {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// secret decodes a Secret and warns of one that is written out.
func (d *decoder) secret(n ast.Node, into *Secret, m position, f field) {
	s, ok := d.text(n, m, f)
	if !ok {
		if f.format == "database" && d.doc.lenient {
			d.doc.noDatabase = slices.Clone(d.problems[max(0, len(d.problems)-1):])
		}
		return
	}
	aFile := strings.HasPrefix(s.value, "file:/") && !(f.format == "database" && sqliteFile.MatchString(s.value))
	if !s.secret && (shellStyle.MatchString(s.value) || otherStyle.MatchString(s.value) || aFile) {
		d.notUnderstood(s.value, m, f.name)
		return
	}
	s.value = strings.TrimRight(s.value, "\n") // of a value that is written under its key
	if f.format == "url" {
		s.value = pastedAddress(s.value)
	}
	*into = NewSecret(s.value, s.origin)
	if msg, hint := checkFormat(f.format, s.value); msg != "" {
		*into = Secret{}
		if f.format == "url" {
			hint = wholeAddress // the one that was meant is the secret
		}
		_, hint = s.unquoted(msg, hint)
		d.wrong(m, hint, "%s: this %s", f.name, msg)
		if f.format == "door" {
			return // it is none, and so no secret
		}
	} else if s.curlyQuoted() {
		d.wrong(m, plainQuotes, "%s: these quotes become a part of the text", f.name)
	}
	if s.secret {
		return
	}
	password := pastedPassword.FindStringSubmatch(s.value)
	whole := f.format != "database" && f.format != "redis" // of their addresses the password alone is secret
	if whole || password != nil {
		d.doc.notePasted(m.Pos)
	}
	switch {
	case strings.HasPrefix(s.value, "xox"), strings.HasPrefix(s.value, "xapp-"):
		d.doc.hide(s.value)
		d.warn(m, fmt.Sprintf("write ${env:SLACK_%s} instead", strings.ToUpper(f.name)), "%s: the secret itself stands in this file", f.name)
	case whole:
		d.doc.hide(s.value)
	}
	if password != nil {
		d.doc.hide(password[1])
		d.warn(m, ownPlace, "%s: the password itself stands in this file", f.name)
	}
}

// sqliteFile is how SQLite itself writes the address of a database.
var sqliteFile = regexp.MustCompile(`\.(?:db|sqlite3?)(?:\?.*)?$`)

const ownPlace = "write ${env:NAME} in its place"

// keyInAddress warns of a password or a key in an address that is shown: it is what a source is
// called by where nobody names it.
func (d *decoder) keyInAddress(address string, m position, f field) {
	for _, form := range []*regexp.Regexp{pastedPassword, queryKey} {
		if found := form.FindStringSubmatch(address); found != nil {
			d.doc.hide(found[1])
			d.doc.notePasted(m.Pos)
			d.warn(m, ownPlace, "%s: the password itself stands in this file", f.name)
			return
		}
	}
}

// queryKey is a key of its reader's in an address: whoever sees the address has it.
var queryKey = regexp.MustCompile(`(?i)[?&](?:access_?token|auth_?token|token|api_?key|secret|password|passwd|signature)=([^&#\s{]{6,})`)
