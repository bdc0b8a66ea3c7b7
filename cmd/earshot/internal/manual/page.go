package manual

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// lineLength is how long a line of the page's source may be, in bytes.
const lineLength = 78

// notes is what the manual says beside the commands.
const notes = `.SH EXIT STATUS
.TP
.B 0
It was done.
.TP
.B 1
Something failed; it was said on standard error.
.TP
.B 2
The command or the watchlist is wrong.
.SH FILES
.TP
.I watchlist.yaml
The watchlist, in the folder where earshot is started.
The Debian package's service reads
.IR /etc/earshot/watchlist.yaml .
.TP
.I earshot.db
The database, beside the watchlist when
.B store.database
names no other place.
.SH EXAMPLES
.TP
.B earshot init
Ask a few questions and write a watchlist.
.TP
.B earshot check \-\-probe
Say whether every source, channel and database of it can be used.
.TP
.B earshot run
Listen until stopped.
.SH SEE ALSO
.UR https://github.com/earshot/earshot
The project
.UE
`

// Page is the manual page of a version in the form of man(7), as of a day.
func Page(app *kong.Application, version string, day time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH EARSHOT 1 %s \"earshot %s\" \"User Commands\"\n", day.Format(time.DateOnly), roff(version))
	b.WriteString(".SH NAME\nearshot \\- hears complaints about a company in public\n")
	b.WriteString(".SH SYNOPSIS\n.B earshot\n.I command\n.RI [ flags ]\n")
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\nThe watchlist is explained in the folder docs of the project.\n", sentences(app.Help))
	b.WriteString(".SH FLAGS OF EVERY COMMAND\n")
	environment := map[string]string{}
	writeFlags(&b, app.Flags, environment)
	b.WriteString(".SH COMMANDS\n")
	writeCommands(&b, app.Node, environment)
	b.WriteString(".SH ENVIRONMENT\n")
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		fmt.Fprintf(&b, ".TP\n.B %s\nStands for %s.\n", roff(name), environment[name])
	}
	b.WriteString(notes)
	return b.String()
}

// writeCommands writes the commands under n that can be run.
func writeCommands(b *strings.Builder, n *kong.Node, environment map[string]string) {
	for _, c := range n.Children {
		if c.Hidden {
			continue
		}
		if !c.Leaf() {
			writeCommands(b, c, environment)
			continue
		}
		fmt.Fprintf(b, ".SS earshot %s", roff(c.Path()))
		for _, arg := range c.Positional {
			fmt.Fprintf(b, " %s", roff(arg.Summary()))
		}
		fmt.Fprintf(b, "\n%s\n", sentences(c.Help))
		for _, arg := range c.Positional {
			fmt.Fprintf(b, ".TP\n.I %s\n%s\n", roff(arg.Name), sentences(arg.Help))
		}
		writeFlags(b, c.Flags, environment)
	}
}

func writeFlags(b *strings.Builder, flags []*kong.Flag, environment map[string]string) {
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		b.WriteString(".TP\n")
		if f.Short != 0 {
			fmt.Fprintf(b, `\fB\-%c\fR, `, f.Short)
		}
		fmt.Fprintf(b, `\fB\-\-%s\fR`, roff(f.Name))
		if !f.IsBool() {
			fmt.Fprintf(b, `=\fI%s\fR`, roff(f.FormatPlaceHolder()))
		}
		fmt.Fprintf(b, "\n%s\n", sentences(f.Help))
		for _, name := range f.Envs {
			environment[name] = `\fB\-\-` + roff(f.Name) + `\fR`
		}
	}
}

// sentences is a text with each sentence on a line of its own, and long ones broken, as
// troff's authors ask for.
func sentences(text string) string {
	var lines []string
	for sentence := range strings.SplitSeq(strings.ReplaceAll(text, ". ", ".\n"), "\n") {
		line := ""
		for word := range strings.FieldsSeq(sentence) {
			if line != "" && len(roff(line+" "+word)) > lineLength {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimPrefix(line+" "+word, " ")
		}
		lines = append(lines, line)
	}
	return roff(strings.Join(lines, "\n"))
}

// roff writes text so that troff shows it as it is.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
