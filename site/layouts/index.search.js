{{- /* Everything that can be searched: page, language, title, anchor, heading, words. */ -}}
{{- $all := slice -}}
{{- range where site.Pages "File" "!=" nil }}{{ if .RelPermalink -}}
  {{- $url := cond .IsHome "index.html" (strings.TrimPrefix "/" .RelPermalink) -}}
  {{- $lang := partialCached "lang.html" . .RelPermalink -}}
  {{- $title := partialCached "title.html" . .RelPermalink -}}
  {{- range $i, $part := split (replaceRE `<h[1-6] id="([^"]*)">` "\u001e$1\u001f" .Content) "\u001e" -}}
    {{- $anchored := split $part "\u001f" -}}
    {{- if gt (len $anchored) 1 -}}
      {{- $said := split (index $anchored 1) `<a class="anchor"` -}}
      {{- $heading := index $said 0 | plainify | htmlUnescape -}}
      {{- $words := replaceRE `^[^\n]*` "" (index $said 1) | replaceRE `</(td|th|li|p|pre|div)>` " " | plainify | htmlUnescape | replaceRE `\s+` " " -}}
      {{- $all = $all | append (slice $url $lang $title (index $anchored 0) $heading (trim $words " ") | jsonify) -}}
    {{- end -}}
  {{- end -}}
{{- end }}{{ end -}}
window.searchIndex = [{{ delimit $all ",\n" }}];
