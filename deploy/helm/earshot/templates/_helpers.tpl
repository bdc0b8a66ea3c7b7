{{- define "earshot.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{- define "earshot.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "earshot.labels" -}}
{{ include "earshot.selector" . }}
app.kubernetes.io/version: {{ include "earshot.tag" . | splitList "@" | first | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{/* Images are tagged as releases are: v1.0.0. */}}
{{- define "earshot.tag" -}}
{{- .Values.image.tag | default (printf "v%s" .Chart.AppVersion) -}}
{{- end -}}

{{/* What cannot work is refused before it runs. */}}
{{- define "earshot.check" -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.postgres) -}}
{{- fail (printf "replicas is %d, but two daemons cannot share one SQLite file: set postgres to true and store.database to a postgres:// address, or replicas to 1" (int .Values.replicas)) -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.existingSecret) -}}
{{- fail "serviceMonitor is enabled, and nobody reads the metrics without a token: put EARSHOT_ADMIN_TOKEN into a Secret, name it in existingSecret, and write web.admin_token: ${env:EARSHOT_ADMIN_TOKEN} into the watchlist" -}}
{{- end -}}
{{- $read := dict -}}
{{- range $name, $text := .Values.watchlist -}}
{{- if regexMatch "[.]ya?ml$" $name -}}
{{- $file := $text | fromYaml -}}
{{- with $file.Error -}}
{{- fail (printf "the watchlist is no YAML: %s: %s (earshot check says where)" $name .) -}}
{{- end -}}
{{- $read = merge $read $file -}}
{{- end -}}
{{- end -}}
{{- if and $read .Values.existingWatchlist -}}
{{- fail (printf "the files of watchlist are not used beside existingWatchlist: put them into the ConfigMap %s, or leave existingWatchlist out" .Values.existingWatchlist) -}}
{{- end -}}
{{- if not (or $read .Values.existingWatchlist) -}}
{{- fail "there is no watchlist: give it with --set-file 'watchlist.watchlist\\.yaml=watchlist.yaml', or name a ConfigMap in existingWatchlist" -}}
{{- end -}}
{{- if $read -}}
{{- include "earshot.checkWatchlist" (dict "Values" .Values "web" (kindIs "map" $read.web | ternary $read.web dict) "store" (kindIs "map" $read.store | ternary $read.store dict)) -}}
{{- end -}}
{{- end -}}

{{/* web and store of the watchlist must suit what the chart makes. */}}
{{- define "earshot.checkWatchlist" -}}
{{- $listen := .web.listen | default "" | toString -}}
{{- if not (has $listen (list "0.0.0.0:8080" ":8080" "[::]:8080")) -}}
{{- fail (printf "web.listen of the watchlist is %q: the probes and Prometheus come from outside the pod to 0.0.0.0:8080" $listen) -}}
{{- end -}}
{{- if .web.tls -}}
{{- fail "web.tls is in the watchlist, but the probes speak HTTP: take it out, and give the certificate to what stands before the service" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (ne (.web.admin_token | default "" | toString) "${env:EARSHOT_ADMIN_TOKEN}") -}}
{{- fail "serviceMonitor is enabled: write web.admin_token: ${env:EARSHOT_ADMIN_TOKEN} into the watchlist, which is what Prometheus is given" -}}
{{- end -}}
{{- $database := .store.database | default "" | toString -}}
{{- if and .Values.postgres (not $database) -}}
{{- fail "postgres is true, but the watchlist has no store.database: without one earshot takes an SQLite file" -}}
{{- end -}}
{{- if and .Values.postgres (hasPrefix "sqlite:" $database) -}}
{{- fail "postgres is true, but store.database of the watchlist is an SQLite file" -}}
{{- end -}}
{{- if and (not .Values.postgres) (hasPrefix "postgres" $database) -}}
{{- fail "store.database of the watchlist is PostgreSQL: set postgres to true" -}}
{{- end -}}
{{- if and (not .Values.postgres) (not (hasPrefix "sqlite:/data/" $database)) -}}
{{- fail "store.database of the watchlist must lie on the volume: sqlite:/data/earshot.db (or set postgres to true, if it is one)" -}}
{{- end -}}
{{- end -}}
