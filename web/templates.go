package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Templates are the replies that staff wrote for all.
type Templates interface {
	Templates(ctx context.Context, lang string) ([]mention.Template, error)
	// SaveTemplate stores a new template, or the next version of one: mention.ErrChanged when
	// somebody else was first, mention.ErrNotFound when it is gone.
	SaveTemplate(ctx context.Context, t mention.Template) error
	DeleteTemplate(ctx context.Context, id string) error
}

type templatesPage struct {
	frame
	Groups []templateGroup // by language
	New    *templateRow    // an empty one; nil: the person may only read
	Names  string          // of the placeholders
}

type templateGroup struct {
	Lang string
	Name string // of the language
	List []templateRow
}

// templateRow is a template and the form that changes it.
type templateRow struct {
	mention.Template
	T         i18n.Lang
	Selects   []choice
	Most      int // characters
	When, Who string
}

func (in *Inbox) newTemplateRow(v visit, t mention.Template) templateRow {
	lang := v.choice("lang", t.Lang, languages, said(v.lang, "web.language"))
	topic := v.choice("topic", t.Topic, in.opt.Places().Topics, said(v.lang, "topic"))
	lang.Label, lang.Any = v.lang.Text("web.template.lang"), ""
	topic.Label, topic.Any = v.lang.Text("web.template.topic"), v.lang.Text("template.any")
	return templateRow{t, v.lang, []choice{lang, topic}, mention.MaxTemplate, v.lang.DateTime(t.ChangedAt.In(v.zone)), text.Line(t.By.Name, maxLine)}
}

// templates lists what there is; whoever may changes it there.
func (in *Inbox) templates(w http.ResponseWriter, r *http.Request, v visit) error {
	all, err := in.opt.Templates.Templates(r.Context(), "")
	if err != nil {
		return err
	}
	page := templatesPage{frame: v.frame("templates", v.lang.Text("web.templates")), Names: mention.Placeholders}
	if v.who.Reply {
		empty := in.newTemplateRow(v, mention.Template{Lang: v.lang.Code()})
		page.New = &empty
	}
	for _, code := range languages {
		group := templateGroup{Lang: code, Name: text.Capital(v.lang.Word("web.language", code))}
		for _, t := range all {
			if t.Lang == code {
				group.List = append(group.List, in.newTemplateRow(v, t))
			}
		}
		if len(group.List) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	return in.show(w, http.StatusOK, "templates", page)
}

// saveTemplate takes a new template, or the next words of one.
func (in *Inbox) saveTemplate(w http.ResponseWriter, r *http.Request, v visit) error {
	if !v.who.Reply {
		return errMayNot
	}
	t := mention.Template{ID: r.PathValue("id"), Lang: r.PostForm.Get("lang"), Topic: r.PostForm.Get("topic"), By: v.who.Person, ChangedAt: v.now,
		Text: strings.TrimSpace(text.Clean(strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")))}
	if !slices.Contains(languages, t.Lang) || t.Topic != "" && !slices.Contains(in.opt.Places().Topics, t.Topic) {
		return badForm("template")
	}
	if t.ID == "" {
		t.ID = rand.Text()
	} else {
		var err error
		if t.Version, err = strconv.ParseInt(r.PostForm.Get("version"), 10, 64); err != nil || t.Version < 1 {
			return badForm("template")
		}
	}
	return in.templateDone(w, r, v, "save template", in.opt.Templates.SaveTemplate(r.Context(), t))
}

func (in *Inbox) deleteTemplate(w http.ResponseWriter, r *http.Request, v visit) error {
	if !v.who.Reply {
		return errMayNot
	}
	return in.templateDone(w, r, v, "delete template", in.opt.Templates.DeleteTemplate(r.Context(), r.PathValue("id")))
}

func (in *Inbox) templateDone(w http.ResponseWriter, r *http.Request, v visit, what string, err error) error {
	var unfilled *mention.UnfilledError
	in.opt.Log.Info("a template was changed", "who", v.who.ID, "name", v.who.Name, "verb", what, "err", err)
	switch {
	case err == nil:
		http.Redirect(w, r, "/templates", http.StatusSeeOther)
	case errors.Is(err, mention.ErrChanged):
		return no(http.StatusConflict, "web.template.changed")
	case errors.Is(err, mention.ErrNotFound):
		return no(http.StatusNotFound, "web.template.gone")
	case errors.Is(err, mention.ErrTemplate):
		return badInput("web.template.length", "max", mention.MaxTemplate)
	case errors.As(err, &unfilled):
		return badInput("web.template.unfilled", "what", unfilled.What, "names", mention.Placeholders)
	case errors.Is(err, mention.ErrTemplates):
		return no(http.StatusConflict, "web.template.full", "max", mention.MaxTemplates)
	}
	return err
}
