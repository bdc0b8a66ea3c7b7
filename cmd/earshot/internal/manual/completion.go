// Package manual makes of the command line's own model what tells others how earshot is called: completions
// for shells and the manual page. What a command does, and what its help says, is written at the command.
package manual

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/earshot/earshot/internal/text"
)

// Completion is a script that is complete in itself: a shell that reads it never starts earshot to know
// what can be written. The shell is bash, zsh or fish.
func Completion(app *kong.Application, shell string) string {
	root := rootOf(app)
	switch shell {
	case "bash":
		return bashScript(root)
	case "zsh":
		return zshScript(root)
	}
	return fishScript(root)
}

// command is what may follow one command, the first being earshot itself.
type command struct {
	path  []string // of its names, without earshot
	help  string
	flags []flag
	subs  []*command
	value value // what stands after its flags
}

// flag is one flag with its name, and its letter where it has one.
type flag struct {
	long, short string
	help        string
	takes       bool // a value follows
	many        bool // it may be given again
	value       value
}

// names are the ways to write the flag.
func (f flag) names() (all []string) {
	if f.short != "" {
		all = append(all, "-"+f.short)
	}
	return append(all, "--"+f.long)
}

// value is what a shell can offer as a value: some words, files, or nothing.
type value struct {
	words []string
	files bool
}

// rootOf is the command line as help shows it.
func rootOf(app *kong.Application) *command {
	root := commandOf(app.Node, nil)
	help := &command{path: []string{"help"}, help: "Say how a command is used."} // as asCommands of the command understands it
	for _, c := range root.subs {
		help.value.words = append(help.value.words, c.path[0])
	}
	root.subs = append(root.subs, help)
	return root
}

func commandOf(n *kong.Node, path []string) *command {
	c := &command{path: path, help: firstSentence(n.Help)}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			short := ""
			if f.Short != 0 {
				short = string(f.Short)
			}
			c.flags = append(c.flags, flag{long: f.Name, short: short, help: firstSentence(f.Help), takes: !f.IsBool(), many: f.IsCumulative(), value: offered(f.Value, f.FormatPlaceHolder())})
		}
	}
	slices.SortFunc(c.flags, func(a, b flag) int { return strings.Compare(a.long, b.long) })
	for _, arg := range n.Positional {
		c.value = offered(arg, arg.Name)
	}
	for _, child := range n.Children {
		if !child.Hidden {
			c.subs = append(c.subs, commandOf(child, append(slices.Clone(path), child.Name)))
		}
	}
	return c
}

// offered is what can be said of a value beforehand; shown is how help names it.
func offered(v *kong.Value, shown string) value {
	if v.Enum != "" {
		return value{words: slices.DeleteFunc(v.EnumSlice(), func(word string) bool { return word == "" })}
	}
	return value{files: strings.Contains(strings.ToLower(shown), "file") || strings.HasSuffix(shown, ".db")}
}

// firstSentence is a help text as a shell has room for.
func firstSentence(help string) string {
	for _, end := range []string{". ", ": ", "; "} {
		help, _, _ = strings.Cut(help, end)
	}
	return strings.TrimSuffix(help, ".")
}

// all calls f with the command and with those under it.
func (c *command) all(f func(*command)) {
	f(c)
	for _, sub := range c.subs {
		sub.all(f)
	}
}

// followed are the words that may come next where no flag does.
func (c *command) followed() (words []string) {
	for _, sub := range c.subs {
		words = append(words, sub.path[len(sub.path)-1])
	}
	return append(words, c.value.words...)
}

// bashScript is for bash 3.2 and newer, with or without the package bash-completion.
func bashScript(root *command) string {
	var commands, values, next strings.Builder
	taking := map[string]bool{}
	root.all(func(c *command) {
		path := strings.Join(c.path, " ")
		var flags []string
		for _, f := range c.flags {
			flags = append(flags, f.names()...)
			if !f.takes {
				continue
			}
			var patterns []string
			for _, name := range f.names() {
				taking[name] = true
				patterns = append(patterns, text.ShellWord(path+"|"+name))
			}
			fmt.Fprintf(&values, "\t%s) words=%s files=%t value=true ;;\n", strings.Join(patterns, "|"), text.ShellWord(strings.Join(f.value.words, " ")), f.value.files)
		}
		for _, sub := range c.subs {
			fmt.Fprintf(&commands, "\t\t%s) path=%s ;;\n", text.ShellWord(path+"|"+sub.path[len(sub.path)-1]), text.ShellWord(strings.Join(sub.path, " ")))
		}
		fmt.Fprintf(&next, "\t%s) flags=%s words=%s files=%t ;;\n", text.ShellWord(path), text.ShellWord(strings.Join(flags, " ")), text.ShellWord(strings.Join(c.followed(), " ")), c.value.files)
	})
	names := slices.Sorted(maps.Keys(taking))
	return `# Completions of earshot for bash, made by: earshot completion bash
_earshot() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= before= word i flags= words= files=false value=false
	if [ "$cur" = = ]; then
		cur=
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $before in
		=|` + strings.Join(names, "|") + `) before=$word; continue ;;
		esac
		before=$word
		case "$path|$word" in
` + commands.String() + `		esac
	done
	case "$path|$prev" in
` + values.String() + `	esac
	if ! $value; then
		case $path in
` + strings.ReplaceAll(next.String(), "\t'", "\t\t'") + `		esac
		case $cur in
		-*) words=$flags files=false ;;
		esac
	fi
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
	if $files; then
		compopt -o filenames 2>/dev/null
		local IFS=$'\n'
		COMPREPLY+=($(compgen -f -- "$cur"))
	fi
}
complete -F _earshot earshot
`
}

// zshScript is a file _earshot for a folder of fpath.
func zshScript(root *command) string {
	var b strings.Builder
	b.WriteString("#compdef earshot\n# Completions of earshot for zsh, made by: earshot completion zsh\n")
	escaped := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`)
	root.all(func(c *command) {
		fmt.Fprintf(&b, "\n%s() {\n", zshName(c))
		if len(c.subs) > 0 {
			b.WriteString("\tlocal curcontext=\"$curcontext\" state line\n\ttypeset -A opt_args\n")
		}
		b.WriteString("\t_arguments -C")
		for _, f := range c.flags {
			for _, name := range f.names() {
				spec := "[" + escaped.Replace(f.help) + "]"
				if f.takes {
					spec += ":" + f.long + ":" + zshAction(f.value)
				}
				if f.takes && strings.HasPrefix(name, "--") {
					name += "="
				}
				if f.many {
					name = "*" + name
				} else {
					name = "(" + strings.Join(f.names(), " ") + ")" + name
				}
				fmt.Fprintf(&b, " \\\n\t\t%s", text.ShellWord(name+spec))
			}
		}
		if len(c.subs) == 0 {
			fmt.Fprintf(&b, " \\\n\t\t%s\n}\n", text.ShellWord("*: :"+zshAction(c.value)))
			return
		}
		b.WriteString(" \\\n\t\t'1: :->command' '*:: :->rest'\n\tcase $state in\n\tcommand)\n\t\tlocal -a commands=(\n")
		for _, sub := range c.subs {
			fmt.Fprintf(&b, "\t\t\t%s\n", text.ShellWord(sub.path[len(sub.path)-1]+":"+escaped.Replace(sub.help)))
		}
		b.WriteString("\t\t)\n\t\t_describe command commands ;;\n\trest)\n\t\tcase $line[1] in\n")
		for _, sub := range c.subs {
			fmt.Fprintf(&b, "\t\t%s) %s ;;\n", sub.path[len(sub.path)-1], zshName(sub))
		}
		b.WriteString("\t\tesac ;;\n\tesac\n}\n")
	})
	b.WriteString("\n_earshot \"$@\"\n")
	return b.String()
}

func zshName(c *command) string {
	return strings.Join(append([]string{"_earshot"}, c.path...), "_")
}

func zshAction(v value) string {
	switch {
	case len(v.words) > 0:
		return "(" + strings.Join(v.words, " ") + ")"
	case v.files:
		return "_files"
	}
	return " "
}

// fishScript is a file earshot.fish for a folder of completions.
func fishScript(root *command) string {
	var b strings.Builder
	b.WriteString("# Completions of earshot for fish, made by: earshot completion fish\ncomplete -c earshot -f\n")
	root.all(func(c *command) {
		when := "__fish_use_subcommand"
		for i, name := range c.path {
			if i == 0 {
				when = "__fish_seen_subcommand_from " + name
			} else {
				when += "; and __fish_seen_subcommand_from " + name
			}
		}
		next := when
		if words := c.followed(); len(c.path) > 0 && len(words) > 0 {
			next += "; and not __fish_seen_subcommand_from " + strings.Join(words, " ")
		}
		for _, sub := range c.subs {
			fmt.Fprintf(&b, "complete -c earshot -n %s -a %s -d %s\n", text.ShellWord(next), sub.path[len(sub.path)-1], text.ShellWord(sub.help))
		}
		switch {
		case len(c.value.words) > 0:
			fmt.Fprintf(&b, "complete -c earshot -n %s -a %s\n", text.ShellWord(next), text.ShellWord(strings.Join(c.value.words, " ")))
		case c.value.files:
			fmt.Fprintf(&b, "complete -c earshot -n %s -F\n", text.ShellWord(when))
		}
		for _, f := range c.flags {
			fmt.Fprintf(&b, "complete -c earshot -n %s -l %s", text.ShellWord(when), f.long)
			if f.short != "" {
				b.WriteString(" -s " + f.short)
			}
			switch {
			case !f.takes:
			case len(f.value.words) > 0:
				b.WriteString(" -x -a " + text.ShellWord(strings.Join(f.value.words, " ")))
			case f.value.files:
				b.WriteString(" -r -F")
			default:
				b.WriteString(" -x")
			}
			fmt.Fprintf(&b, " -d %s\n", text.ShellWord(f.help))
		}
	})
	return b.String()
}
