package main

import (
	"bytes"
	"strings"

	"github.com/alecthomas/kong"
)

// help prints what --help says, in the language of the environment. The texts stand in English
// at the commands and flags themselves, where the manual page and shells read them, too.
func help(term terminal) kong.HelpPrinter {
	return func(options kong.HelpOptions, ctx *kong.Context) error {
		s := speechOf(term)
		if s.english() {
			return kong.DefaultHelpPrinter(options, ctx)
		}
		s.describe(ctx.Model.Node)
		var page bytes.Buffer
		out := ctx.Stdout
		ctx.Stdout = &page
		err := kong.DefaultHelpPrinter(options, ctx)
		ctx.Stdout = out
		if err != nil {
			return err
		}
		_, err = out.Write([]byte(s.headed(page.String())))
		return err
	}
}

// describe says in the language what a command, its flags and what is below it are for.
func (s speech) describe(n *kong.Node) {
	n.Help = s.said(s.helps, n.Help)
	for _, flag := range n.Flags {
		flag.Help = s.said(s.helps, flag.Help)
	}
	for _, arg := range n.Positional {
		arg.Help = s.said(s.helps, arg.Help)
	}
	for _, child := range n.Children {
		s.describe(child)
	}
}

// headed says in the language what the parser itself puts over and between the texts.
func (s speech) headed(page string) string {
	lines := strings.Split(page, "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, " ") {
			lines[i] = s.said(s.helps, line)
		}
	}
	return strings.NewReplacer("[flags]", s.Text("help.word.flags"), "<command>", s.Text("help.word.command")).Replace(strings.Join(lines, "\n"))
}
