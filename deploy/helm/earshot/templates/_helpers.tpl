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
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* What cannot work is refused before it runs. */}}
{{- define "earshot.check" -}}
{{- $watchlist := index .Values.watchlist "watchlist.yaml" | default "" -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.postgres) -}}
{{- fail (printf "replicas is %d, but two daemons cannot share one SQLite file: set postgres to true and store.database to a postgres:// address, or replicas to 1" (int .Values.replicas)) -}}
{{- end -}}
{{- if and (not .Values.existingWatchlist) (not $watchlist) -}}
{{- fail "there is no watchlist: give it with --set-file 'watchlist.watchlist\\.yaml=watchlist.yaml', or name a ConfigMap in existingWatchlist" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.existingSecret) -}}
{{- fail "serviceMonitor is enabled, and nobody reads the metrics without a token: put EARSHOT_ADMIN_TOKEN into a Secret, name it in existingSecret, and write web.admin_token: ${env:EARSHOT_ADMIN_TOKEN} into the watchlist" -}}
{{- end -}}
{{- if $watchlist -}}
{{- $read := $watchlist | fromYaml -}}
{{- with $read.Error -}}
{{- fail (printf "the watchlist is no YAML: %s (earshot check says where)" .) -}}
{{- end -}}
{{- $listen := ($read.web).listen | default "" -}}
{{- if not (has $listen (list "0.0.0.0:8080" ":8080" "[::]:8080")) -}}
{{- fail (printf "web.listen of the watchlist is %q: the probes and Prometheus come from outside the pod to 0.0.0.0:8080" $listen) -}}
{{- end -}}
{{- if ($read.web).tls -}}
{{- fail "web.tls is in the watchlist, but the probes speak HTTP: take it out, and give the certificate to what stands before the service" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (ne (($read.web).admin_token | default "" | toString) "${env:EARSHOT_ADMIN_TOKEN}") -}}
{{- fail "serviceMonitor is enabled: write web.admin_token: ${env:EARSHOT_ADMIN_TOKEN} into the watchlist, which is what Prometheus is given" -}}
{{- end -}}
{{- $database := ($read.store).database | default "" | toString -}}
{{- if and .Values.postgres (hasPrefix "sqlite:" $database) -}}
{{- fail "postgres is true, but store.database of the watchlist is an SQLite file" -}}
{{- end -}}
{{- if and (not .Values.postgres) (hasPrefix "postgres" $database) -}}
{{- fail "store.database of the watchlist is PostgreSQL: set postgres to true" -}}
{{- end -}}
{{- if and (not .Values.postgres) (not (hasPrefix "sqlite:/data/" $database)) -}}
{{- fail "store.database of the watchlist must lie on the volume: sqlite:/data/earshot.db" -}}
{{- end -}}
{{- end -}}
{{- end -}}
