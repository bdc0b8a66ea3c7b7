package poll

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Rebase moves an address to another host: a mirror, or a test.
func Rebase(address, base string) string {
	if base == "" {
		return address
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || scheme == "" {
		return address
	}
	base = strings.TrimSuffix(base, "/")
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return base + rest[i:]
	}
	return base
}

// Values are what placeholders stand for.
type Values struct {
	Text map[string]string
	List map[string][]string
}

// Expand fills in {name} escaped for its place in an address, {+name}, a piece of a path
// whose slashes stay, and {?param=name} or {&param=name}, which vanish when the value is empty.
// Placeholders it does not know stay.
func (v Values) Expand(template string) string {
	var b strings.Builder
	query := false
	for {
		open := strings.IndexByte(template, '{')
		if open < 0 {
			b.WriteString(template)
			return b.String()
		}
		end := strings.IndexByte(template[open:], '}')
		if end < 0 {
			b.WriteString(template)
			return b.String()
		}
		b.WriteString(template[:open])
		query = query || strings.Contains(template[:open], "?")
		hole := template[open+1 : open+end]
		template = template[open+end+1:]
		switch {
		case strings.HasPrefix(hole, "?") || strings.HasPrefix(hole, "&"):
			param, name, ok := strings.Cut(hole[1:], "=")
			if !ok {
				name = param
			}
			value, known := v.Text[name]
			switch {
			case !known:
				b.WriteString("{" + hole + "}")
			case value != "":
				b.WriteString(hole[:1] + param + "=" + url.QueryEscape(value))
			}
		case strings.HasPrefix(hole, "+"):
			value, known := v.Text[hole[1:]]
			if !known {
				value = "{" + hole + "}"
			}
			b.WriteString((&url.URL{Path: value}).EscapedPath())
		default:
			value, known := v.Text[hole]
			switch {
			case !known:
				b.WriteString("{" + hole + "}")
			case query:
				b.WriteString(url.QueryEscape(value))
			case b.Len() == 0 && strings.Contains(value, "://"):
				b.WriteString(value) // the address itself, or its server
				if rest, more := strings.CutPrefix(template, "?"); more && strings.Contains(value, "?") {
					template = "&" + rest
				}
			default:
				b.WriteString(url.PathEscape(value))
			}
		}
	}
}

// Body fills in {name} in what is sent: a form, or JSON, whose own braces are none of a
// placeholder's and where a value stands inside of a string, or is a number.
func (v Values) Body(template string, form bool) string {
	if form {
		return strings.TrimPrefix(v.Expand("?"+template), "?")
	}
	var pairs []string
	for name, value := range v.Text {
		quoted, _ := json.Marshal(value) // a string: cannot fail
		pairs = append(pairs, "{"+name+"}", string(quoted[1:len(quoted)-1]))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// Splice replaces the element "{name}" by the list of that option.
func (v Values) Splice(list []string) []string {
	var out []string
	for _, e := range list {
		if name, ok := strings.CutPrefix(e, "{"); ok {
			if more, ok := v.List[strings.TrimSuffix(name, "}")]; ok {
				out = append(out, more...)
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

// Plain fills in {name} without escaping: for headers. whole is false when one
// of the values is empty: a key that was not given is not sent.
func (v Values) Plain(template string) (text string, whole bool) {
	for name, value := range v.Text {
		hole := "{" + name + "}"
		if value == "" && strings.Contains(template, hole) {
			return "", false
		}
		template = strings.ReplaceAll(template, hole, value)
	}
	return template, true
}

// Language takes "en-US" and "EN_us", and refuses "English".
func Language(s string) string {
	if len(s) >= 2 && len(s) <= 12 && (len(s) == 2 || s[2] == '-' || s[2] == '_') {
		return strings.ToLower(s[:2]) + strings.ReplaceAll(s[2:], "_", "-")
	}
	return ""
}

// AppendNew appends what the list does not hold yet.
func AppendNew(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// NumberText writes a number as short as it can be.
func NumberText(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// MaxPages bounds how many pages a source may be told to follow in one poll.
const MaxPages = 50
