{{- define "earshot.pod" -}}
metadata:
  labels: {{- include "earshot.labels" . | nindent 4 }}
  {{- with .Values.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "earshot.name" . }}
  automountServiceAccountToken: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  # What is on its way to Slack and to sites goes out before the end.
  terminationGracePeriodSeconds: 90
  containers:
    - name: earshot
      image: {{ printf "%s:%s" .Values.image.repository (include "earshot.tag" .) | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [run, -c, /etc/earshot] # every *.yaml of it
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      {{- with .Values.existingSecret }}
      envFrom:
        - secretRef: {name: {{ . }}}
      {{- end }}
      ports:
        - {name: web, containerPort: 8080}
      # A restart helps a process that answers nothing, and nothing else: a full disk, a
      # database that is away or a bad watchlist are no reason for one.
      livenessProbe:
        httpGet: {path: /livez, port: web}
        periodSeconds: 20
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /readyz, port: web}
        periodSeconds: 10
        timeoutSeconds: 5
      # Half an hour: the first start of a newer version brings a large database up to date before it listens.
      startupProbe:
        httpGet: {path: /livez, port: web}
        periodSeconds: 2
        failureThreshold: 900
      resources: {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        # The folder and not the file: a mounted file would stay the old one.
        - {name: watchlist, mountPath: /etc/earshot, readOnly: true}
        {{- if .Values.existingSecretFiles }}
        - {name: secrets, mountPath: /run/secrets/earshot, readOnly: true}
        {{- end }}
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /tmp}
  volumes:
    - name: watchlist
      configMap: {name: {{ .Values.existingWatchlist | default (include "earshot.name" .) }}}
    {{- with .Values.existingSecretFiles }}
    - name: secrets
      secret: {secretName: {{ . }}, defaultMode: 0440}
    {{- end }}
    - name: data
      {{- if .Values.postgres }}
      emptyDir: {}
      {{- else }}
      persistentVolumeClaim: {claimName: {{ .Values.persistence.existingClaim | default (include "earshot.name" .) }}}
      {{- end }}
    - name: tmp
      emptyDir: {}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.affinity }}
  affinity: {{- toYaml .Values.affinity | nindent 4 }}
  {{- else if .Values.postgres }}
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector:
              matchLabels: {{- include "earshot.selector" . | nindent 16 }}
  {{- end }}
{{- end -}}
