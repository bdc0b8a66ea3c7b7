package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
)

// part is what packages put before their errors, for programs.
var part = regexp.MustCompile(`^store: (?:(?:backup|restore|move): |open \S+: )?`)

// What the parser says, in words of its own.
var (
	minus       = regexp.MustCompile(`^(\S+): expected \S+ value but got "-(\d\w*)" \((?:long|short) flag\).*$`)
	noValue     = regexp.MustCompile(`^(\S+): (?:missing value, expecting .*|expected \S+ value but got (?:"EOL" \(<EOL>\)|".*" \((?:long|short) flag\)).*)$`)
	noNumber    = regexp.MustCompile(`^(\S+): expected a valid \d+ bit u?int but got (".*")$`)
	noBool      = regexp.MustCompile(`^(\S+): bool value must be .* but got (".*")$`)
	unwanted    = regexp.MustCompile(`^unexpected argument (\S+\.ya?ml)$`)
	oneOf       = regexp.MustCompile(`^(\S+ must be one of )(?:"",)?"(.*)"( but got ".*")$`) // nothing is what is there when the flag is not
	strange     = regexp.MustCompile(`^unexpected argument (.*?)(, did you mean .*)?$`)
	unknownFlag = regexp.MustCompile(`^unknown flag (--?[^\s=,]+)`)
	missing     = regexp.MustCompile(`^expected "(<[^"]*>)[^"]*"$`)
)

// mistyped says in our words what is wrong with what was typed, and of which command.
func mistyped(err error, args []string, program *kong.Node) (*kong.Node, error) {
	command := program
	var of *kong.ParseError
	if errors.As(err, &of) && of.Context.Selected() != nil {
		command = of.Context.Selected()
	}
	words := err.Error()
	if behind := slices.Index(args, "--"); behind >= 0 {
		args = args[:behind]
	}
	for _, arg := range args {
		switch flag := dashed(arg, command); {
		case strings.HasPrefix(flag, "--"):
			return command, usageError{arg + " is written with two plain dashes: " + flag}
		case flag != "":
			return command, usageError{arg + " is written with a plain dash: " + flag}
		}
		switch flag, _, _ := strings.Cut(words, ", did you mean"); {
		case !strings.HasPrefix("unknown flag "+arg, flag) || !strings.HasPrefix(arg, "-"):
		case command.Name == "score" && strings.ContainsFunc(flagPart(arg), isProse):
			return command, usageError{"a text that begins with a dash needs -- before it: write " + command.FullPath() + ` -- "…"`}
		case !strings.HasPrefix(arg, "--") && utf8.RuneCountInString(arg) > 2: // -xyz is told of -x
			return command, usageError{"unknown flag " + arg}
		}
	}
	if found := unknownFlag.FindStringSubmatch(words); found != nil {
		if meant := meantFlag(found[1], command, program); meant != "" {
			return command, usageError{"unknown flag " + found[1] + didYouMean(meant)}
		}
	}
	for _, c := range []struct {
		form *regexp.Regexp
		says string
	}{
		{minus, "$1: write $2 without the dash before it"},
		{noValue, "$1 needs a value behind it"},
		{noNumber, "$1 wants a whole number, not $2"},
		{noBool, "$1 is written or left out, and takes no $2"},
		{unwanted, "unexpected argument $1: a watchlist is named by -c $1"},
		{missing, "$1 is missing: write earshot " + strings.Replace(strings.ReplaceAll(command.Summary(), "$", "$$"), " [flags]", "", 1)},
	} {
		if c.form.MatchString(words) {
			return command, usageError{c.form.ReplaceAllString(words, c.says)}
		}
	}
	if found := oneOf.FindStringSubmatch(words); found != nil {
		meant := config.Meant(strings.Trim(strings.TrimPrefix(found[3], " but got "), `"`), strings.Split(found[2], `","`))
		return command, usageError{found[1] + strings.ReplaceAll(found[2], `","`, ", ") + found[3] + didYouMean(meant)}
	}
	switch found := strange.FindStringSubmatch(words); {
	case found == nil:
	case command == program:
		return command, usageError{"there is no command " + found[1] + didYouMean(meantCommand(found[1], program))}
	case command.Name == "match":
		return command, usageError{"unexpected argument " + found[1] + ": posts are read on stdin: " + command.FullPath() + " < FILE"}
	}
	return command, err
}

// unplain says of a flag with the long dashes of a text editor that it was taken for a text, where a
// command takes one; "" for none.
func unplain(args []string, command *kong.Context) string {
	if command.Selected() == nil || len(command.Selected().Positional) == 0 {
		return ""
	}
	for _, arg := range args {
		if arg == "--" {
			break
		}
		if flag := dashed(arg, command.Selected()); flag != "" && !strings.HasPrefix(arg, "-") {
			return arg + " is written with two plain dashes: " + flag
		}
	}
	return ""
}

// flagPart is an argument without the value behind its =.
func flagPart(arg string) string {
	name, _, _ := strings.Cut(arg, "=")
	return name
}

// otherFlags are the words people know from other programs and from the other commands, and the flags
// of ours that may be meant: the first that the command has.
var otherFlags = map[string]string{
	"language": "lang", "locale": "lang", "watchlist": "config", "file": "config", "conf": "config", "cfg": "config",
	"from": "since", "after": "since", "start": "since", "last": "since", "days": "since", "week": "since", "month": "since", "period": "since", "date": "since",
	"to": "until", "before": "until", "end": "until",
	"brand": "about watch", "watch": "about", "name": "about watch", "company": "about watch", "level": "severity", "priority": "severity",
	"site": "source", "place": "source", "state": "status", "output": "weights", "out": "weights", "save": "weights",
	"verbose": "log-level=debug", "debug": "log-level=debug", "markdown": "md", "format": "json", "csv": "json",
	"v": "version", "V": "version",
}

// meantFlag is the flag, or the command, that was meant by a flag nobody knows; "" for none.
func meantFlag(written string, command, program *kong.Node) string {
	word := strings.TrimLeft(written, "-")
	for _, flag := range strings.Fields(otherFlags[word]) {
		name, _, _ := strings.Cut(flag, "=")
		if dashed("-"+name, command) != "" {
			return "--" + flag
		}
		if name == "version" {
			return name
		}
	}
	if lower := strings.ToLower(word); lower != word && dashed("-"+lower, command) != "" {
		return "--" + lower
	}
	if command == program && strings.HasPrefix(written, "--") {
		return meantCommand(word, program)
	}
	return ""
}

// dashed is the flag that was meant by one with a single dash before its name, or with the long
// dashes that a text editor makes of two; "" when none was.
func dashed(arg string, command *kong.Node) string {
	name := strings.TrimLeft(arg, "-–—−‑")
	if name == arg || strings.HasPrefix(arg, "--") || len(arg)-len(name) == 1 && utf8.RuneCountInString(name) < 2 {
		return ""
	}
	name, value, given := strings.Cut(name, "=")
	for _, flags := range command.AllFlags(false) {
		for _, flag := range flags {
			switch {
			case name != flag.Name && (flag.Short == 0 || name != string(flag.Short)):
			case name != flag.Name:
				return "-" + name
			case given:
				return "--" + name + "=" + value
			default:
				return "--" + name
			}
		}
	}
	return ""
}

// isProse is of signs that no flag is written with.
func isProse(r rune) bool { return r > unicode.MaxASCII || unicode.IsSpace(r) || unicode.IsDigit(r) }

// otherCommands are the words people know from other programs.
var otherCommands = map[string]string{
	"start": "run", "serve": "run", "daemon": "run", "listen": "run", "validate": "check", "verify": "check", "test": "check", "lint": "check",
	"poll": "crawl", "fetch": "crawl", "new": "init", "setup": "init", "remove": "erase", "delete": "erase", "forget": "erase",
	"config": "check", "inbox": "login", "open": "login", "web": "login", "stats": "report", "unmute": "mutes", "analyze": "score", "analyse": "score",
}

// meantCommand is the command that was meant by a word, as far as that can be told; "" for none.
func meantCommand(word string, program *kong.Node) string {
	var known []string
	for _, command := range program.Children {
		if !command.Hidden {
			known = append(known, command.Name)
		}
	}
	return cmp.Or(otherCommands[strings.ToLower(word)], text.Nearest(word, known))
}

// didYouMean is the end of a sentence: what was meant; "" where nobody knows.
func didYouMean(meant string) string {
	if meant == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", meant)
}

// wrong says in the language what went wrong, as far as the catalogue has words for it.
func (s speech) wrong(err error) string {
	words := err.Error()
	if s.english() {
		return words
	}
	var file *fs.PathError
	if errors.As(err, &file) {
		words = strings.Replace(words, file.Error(), s.Text("cli.file", "file", file.Path, "why", s.cause(err)), 1)
	}
	return s.said(s.faults, part.ReplaceAllString(words, ""))
}

// cause is why the system would not have it; of a file, whose name is said beside it, that alone.
func (s speech) cause(err error) string {
	var file *fs.PathError
	if errors.As(err, &file) {
		err = file.Err
	}
	return s.said(s.faults, err.Error())
}

// placeless says mistakes in what a command put together itself, in a file of this name: their
// lines are not those of anything that people wrote. before is what stands in place of them.
func (s speech) placeless(file, before string, err error) error {
	var all *config.Errors
	var one config.Error
	switch {
	case errors.As(err, &all):
	case errors.As(err, &one):
		all = &config.Errors{List: []config.Error{one}}
	}
	if all == nil || len(all.List) == 0 || all.List[0].Pos.File != file {
		return err
	}
	lines := make([]string, len(all.List))
	for i, p := range all.List {
		lines[i] = before + s.said(s.faults, p.Msg)
		if p.Hint != "" {
			lines[i] = s.Aside(lines[i], s.said(s.mistakes, p.Hint))
		}
	}
	return usageError{strings.Join(lines, "\n")}
}
